import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Metadata } from 'sharp';
import { isHeic } from '../../io/heif.js';
import { focalLength35mm, usableFocal } from '../../io/exif.js';
import type { Image } from '../../math/image.js';
import { longestSide } from '../../math/longest-side.js';
import { ImageError, refuseLarger } from './image-error.js';
import { decodeBmp, decodeHeic, isBmp, type WholePicture } from './other-formats.js';
import { open, pixelsOf, pixelsOfCutOff, pixelsOfFloats, rawPicture, type Pixels } from './read-pixels.js';

export { ImageError } from './image-error.js';

// Every picture is decoded once; keeping decoded tiles would only hold memory.
sharp.cache(false);

export interface DecodeOptions {
  /**
   * Largest picture that is accepted, in pixels of the file. Default 250 million, and at most 100 million of
   * what must be decoded whole before it can be shrunk: HEIC, AVIF, GIF, BMP, progressive JPEG, interlaced
   * PNG; fewer where these take more than four bytes a pixel. No side is longer than 65,535 pixels.
   */
  readonly maxPixels?: number;
  /**
   * Longer pictures are shrunk while decoding to this many pixels along their longer side. Default 4096.
   * Panoramas, more than twice as long as wide, may be longer (`longestSide`).
   */
  readonly maxSide?: number;
}

export interface DecodedImage {
  /** Three channels, sRGB, upright as the EXIF orientation says; transparency lies on white. */
  readonly image: Image;
  /** Size of the upright picture in the file, before any shrinking. */
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** Pixels of `image` per pixel of the original, 0…1. */
  readonly scale: number;
  /** EXIF orientation of the file, 1…8; already applied. */
  readonly orientation: number;
  /** Focal length in mm as if on 35 mm film, 5…2000, when the camera wrote it. */
  readonly focal35mm?: number;
  /** Share of the picture that is mostly transparent, 0…1. */
  readonly transparent: number;
  /** Sentences for the user about what was wrong with the file, such as a missing end. */
  readonly warnings: readonly string[];
}

const accepted = 'JPEG, PNG, WebP, AVIF, HEIC, GIF, TIFF or BMP';
/** Photographs and rasters; vector and document formats have no pixels of their own. */
const formats = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif', 'avif']);
/** Formats that are decoded whole, and the largest pictures of them. */
const wholeFormats = new Set(['gif', 'heif', 'avif']);
const maxWholePixels = 100e6;
/** Bytes of a pixel that this limit allows for: pixels of more bytes may be fewer. */
const WHOLE_PIXEL_BYTES = 4;
const depthBytes: Readonly<Record<string, number>> = {
  ...{ uchar: 1, char: 1, ushort: 2, short: 2, uint: 4, int: 4, float: 4 },
  ...{ double: 8, complex: 8, dpcomplex: 16 },
};
/** CMYK and transparency. */
const MOST_CHANNELS = 5;

/**
 * Decodes JPEG, PNG, WebP, AVIF, HEIC, GIF, TIFF or BMP.
 *
 * Any bit depth, grey, CMYK, palette and embedded colour profile become 8-bit sRGB; of animations the first
 * frame. A JPEG file that ends a little too early is read as far as it goes, with a warning.
 * @param source file content or path
 * @throws ImageError for anything else that is no complete picture of an accepted size
 */
export async function decodeImage(
  source: Uint8Array | string,
  { maxPixels = 250e6, maxSide = 4096 }: DecodeOptions = {},
): Promise<DecodedImage> {
  const bytes = typeof source === 'string' ? await readBytes(source) : source;
  if (bytes.length === 0) throw new ImageError('empty: the file has zero bytes');
  const maxWhole = Math.min(maxPixels, maxWholePixels);
  if (isHeic(bytes)) return shrunk(await decodeHeic(bytes, maxWhole), maxSide);
  if (isBmp(bytes)) return shrunk(await decodeBmp(bytes, maxWhole), maxSide);
  const metadata = await readMetadata(bytes);
  const { width, height, orientation = 1 } = metadata;
  refuseLarger(width, height, maxPixels);
  refuseLargerWhole(metadata, maxWhole);
  // Each block of 8×8 pixels takes a bit or more; a quarter of them may be missing.
  if (metadata.format === 'jpeg' && bytes.length < (width * height) / 1024)
    throw new ImageError(`damaged or cut off (${bytes.length} bytes for ${width}×${height} pixels)`);
  const pixels = await readPixels(bytes, metadata, longestSide(width, height, maxSide));
  const focal = usableFocal(metadata.exif && focalLength35mm(metadata.exif));
  const turned = orientation >= 5;
  return {
    ...pixels,
    originalWidth: turned ? height : width,
    originalHeight: turned ? width : height,
    scale: Math.max(pixels.image.width, pixels.image.height) / Math.max(width, height),
    orientation,
    ...focal,
    warnings: [...pixels.warnings, ...focal.warnings],
  };
}

/**
 * Refuses what would take too much memory: pictures that are decoded whole, or turned, and those of many
 * channels.
 */
function refuseLargerWhole(metadata: Metadata, maxPixels: number): void {
  const { width, height, channels, depth, format, isProgressive, orientation = 1 } = metadata;
  if (channels > MOST_CHANNELS)
    throw new ImageError(`${channels} channels are not supported; use grey or RGB`);
  // JPEG files are shrunk before they are turned.
  const turned = orientation > 1 && format !== 'jpeg';
  if (!isProgressive && !turned && !wholeFormats.has(format)) return;
  const wide = Math.max(1, (channels * (depthBytes[depth] ?? 1)) / WHOLE_PIXEL_BYTES);
  const kind = [
    ...(wide > 1 ? [`${8 * depthBytes[depth]!}-bit`] : []),
    ...(isProgressive ? ['progressive'] : turned ? ['turned'] : []),
    `${format} file`,
  ].join(' ');
  refuseLarger(width, height, maxPixels / wide, kind);
}

async function shrunk({ image, focal35mm }: WholePicture, maxSide: number): Promise<DecodedImage> {
  const { width, height } = image;
  const pixels = await pixelsOf(rawPicture(image), longestSide(width, height, maxSide));
  const focal = usableFocal(focal35mm);
  return {
    ...pixels,
    originalWidth: width,
    originalHeight: height,
    scale: Math.max(pixels.image.width, pixels.image.height) / Math.max(width, height),
    orientation: 1,
    ...focal,
    warnings: [...pixels.warnings, ...focal.warnings],
  };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const reasons: Record<string, string> = {
      ENOENT: 'not found',
      EISDIR: 'a directory, not a picture',
      EACCES: 'not readable: permission denied',
    };
    throw new ImageError(reasons[code] ?? `not readable (${code})`, { cause: error });
  }
}

async function readMetadata(bytes: Uint8Array): Promise<Metadata> {
  let metadata: Metadata;
  try {
    metadata = await open(bytes).metadata();
  } catch (error) {
    throw decodeError(error);
  }
  if (!formats.has(metadata.format))
    throw new ImageError(`format ${metadata.format} is not supported; use ${accepted}`);
  return metadata;
}

async function readPixels(bytes: Uint8Array, metadata: Metadata, side: number): Promise<Pixels> {
  const { format, depth } = metadata;
  try {
    if (format === 'tiff' && depth === 'float') return await pixelsOfFloats(bytes, side, metadata);
    return await pixelsOf(open(bytes).autoOrient(), side);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const reason = reasonOf(error);
    if (format === 'jpeg' && reason.includes('premature end'))
      return pixelsOfCutOff(bytes, side, reason).catch((further: unknown) => {
        throw further instanceof ImageError ? further : decodeError(further);
      });
    throw decodeError(error);
  }
}

function reasonOf(error: unknown): string {
  return String((error as Error).message)
    .split('\n')[0]!
    .trim();
}

function decodeError(error: unknown): ImageError {
  const reason = reasonOf(error);
  if (reason.includes('unsupported image format'))
    return new ImageError(`not a picture of a known format; use ${accepted}`, { cause: error });
  return new ImageError(`damaged or cut off (${reason})`, { cause: error });
}

/** The PNG file of an image; one channel gives a grey, four an RGBA file. */
export async function encodePng(image: Image): Promise<Uint8Array> {
  const picture = rawPicture(image);
  // Without being told so, grey is stored as three equal channels.
  return (image.channels === 1 ? picture.toColourspace('b-w') : picture).png().toBuffer();
}

/** The JPEG file of an image. @param quality 1…100 */
export async function encodeJpeg(image: Image, quality = 90): Promise<Uint8Array> {
  return rawPicture(image).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** The file of an image, JPEG and WebP with losses that nobody sees. */
export async function encodeImage(image: Image, type: 'png' | 'jpeg' | 'webp'): Promise<Uint8Array> {
  if (type === 'png') return encodePng(image);
  if (type === 'jpeg') return encodeJpeg(image);
  return rawPicture(image).webp({ quality: 85, smartSubsample: true }).toBuffer();
}
