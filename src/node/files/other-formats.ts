import { convertToSrgb } from '../../io/color-profile.js';
import { decodeHeif, HeifError } from '../../io/heif.js';
import type { Image } from '../../math/image.js';
import { ImageError, refuseLarger } from './image-error.js';

/** A picture of a format that sharp does not read, whole. */
export interface WholePicture {
  /** Upright, sRGB, three or four channels. */
  readonly image: Image;
  readonly focal35mm?: number;
}

/** Decodes HEIC. @throws ImageError */
export async function decodeHeic(bytes: Uint8Array, maxPixels: number): Promise<WholePicture> {
  try {
    const { image, profile, focal35mm } = await decodeHeif(bytes, maxPixels);
    if (profile) convertToSrgb(image.data, image.channels, profile);
    return { image, ...(focal35mm !== undefined && { focal35mm }) };
  } catch (error) {
    if (error instanceof HeifError) throw new ImageError(error.message, { cause: error });
    throw error;
  }
}

/** Whether a file begins as a Windows bitmap: letters, and a header of a known length. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length >= 34 && bytes[0] === 0x42 && bytes[1] === 0x4d && bytes[15] === 0 && bytes[14]! <= 124;
}

/**
 * Decodes BMP of any depth, with NetSurf's decoder.
 * @throws ImageError for damaged files, and for those larger than `maxPixels`
 */
export async function decodeBmp(bytes: Uint8Array, maxPixels: number): Promise<WholePicture> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The oldest headers, of 12 bytes, have sizes of 16 bits; a negative height counts the rows from the top.
  const old = bytes[14] === 12;
  const width = old ? view.getUint16(18, true) : Math.abs(view.getInt32(18, true));
  const height = old ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true));
  refuseLarger(width, height, maxPixels, 'BMP file');
  // Without run lengths, every pixel takes its bits; before memory is taken for them, they must be there.
  const bits = view.getUint16(old ? 24 : 28, true);
  const plain = old || [0, 3].includes(view.getUint32(30, true));
  if (plain && ((width * bits) / 8) * height > bytes.length) throw new ImageError('damaged or cut off (BMP)');
  const { decode } = await import('@cwasm/nsbmp');
  try {
    const { data } = decode(bytes);
    return { image: { width, height, channels: 4, data } };
  } catch (error) {
    const runLengths = !old && [1, 2].includes(view.getUint32(30, true));
    throw new ImageError(
      runLengths
        ? 'damaged, or a BMP file whose run-length coding is not read; save it as PNG'
        : 'damaged or cut off (BMP)',
      { cause: error },
    );
  }
}
