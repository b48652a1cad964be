import type { Image } from '../math/image.js';
import { createImage } from '../math/image.js';

/**
 * Encodes and decodes JPEG files. Browsers and Node have different ones, so it is handed in; Node's is
 * `node/jpeg-codec.ts`.
 */
export interface JpegCodec {
  /** @param image one or three channels @param quality 1…100 */
  encodeJpeg(image: Image, quality: number): Promise<Uint8Array>;
  /** @returns an image of one, three or four channels, of the size that was encoded */
  decode(file: Uint8Array): Promise<Image>;
}

/**
 * What an image looks like after it was saved as JPEG. Transparency is kept, as JPEG has none.
 * @param quality 1…100
 * @throws RangeError when the codec gives back another size
 */
export async function throughJpeg(image: Image, quality: number, codec: JpegCodec): Promise<Image> {
  const { width, height, channels, data } = image;
  const decoded = await codec.decode(
    await codec.encodeJpeg(channels === 4 ? withoutAlpha(image) : image, quality),
  );
  if (decoded.width !== width || decoded.height !== height) {
    throw new RangeError(
      `throughJpeg: the codec turned ${width}×${height} into ${decoded.width}×${decoded.height} pixels; use one that keeps the size.`,
    );
  }
  const out = createImage(width, height, channels);
  for (let i = 0, from = 0, to = 0; i < width * height; i++, from += decoded.channels, to += channels) {
    for (let c = 0; c < channels; c++) {
      out.data[to + c] = c === 3 ? data[to + c]! : decoded.data[from + (decoded.channels === 1 ? 0 : c)]!;
    }
  }
  return out;
}

function withoutAlpha({ width, height, data }: Image): Image {
  const out = createImage(width, height, 3);
  for (let from = 0, to = 0; to < out.data.length; from += 4, to += 3) {
    for (let c = 0; c < 3; c++) out.data[to + c] = data[from + c]!;
  }
  return out;
}
