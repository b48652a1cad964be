import type { Image } from '../math/image.js';

/**
 * Puts the transparency of `source` back into an image of the same size whose four channels were all treated
 * as colours.
 */
export function restoreAlpha(source: Image, target: Image): Image {
  if (source.channels === 4) for (let i = 3; i < source.data.length; i += 4) target.data[i] = source.data[i]!;
  return target;
}

/** @throws RangeError when an image has no pixels or its data does not fit its size */
export function checkImage(operation: string, { width, height, channels, data }: Image): void {
  if (!(width > 0 && height > 0) || data.length !== width * height * channels) {
    throw new RangeError(
      `${operation}: expected width × height × channels values, received ${width}×${height}×${channels} with ${data.length} values.`,
    );
  }
}
