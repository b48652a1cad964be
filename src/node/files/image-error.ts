import { tooLarge } from '../../io/too-large.js';

/**
 * A picture that cannot be read; `message` is one line that names the cause and, where there is one, the
 * remedy.
 */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** @throws ImageError for a picture of more pixels, or longer sides, than are read */
export function refuseLarger(width: number, height: number, maxPixels: number, kind = ''): void {
  const reason = tooLarge(width, height, maxPixels, kind);
  if (reason !== undefined) throw new ImageError(reason);
}
