import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import type { Image } from '../../math/image.js';
import { focalLength35mm } from '../../io/exif.js';

// Every picture is decoded once; keeping decoded tiles would only hold memory.
sharp.cache(false);

/**
 * A picture that cannot be read; `message` is one line that names the cause and, where there is one, the
 * remedy.
 */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

export interface DecodeOptions {
  /** Largest picture that is accepted, in pixels of the file. Default 100 million. */
  readonly maxPixels?: number;
  /** Longer pictures are shrunk while decoding to this many pixels along their longer side. Default 4096. */
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
  /** Focal length in mm as if on 35 mm film, when the camera wrote it. */
  readonly focal35mm?: number;
}

/** Photographs and rasters; vector and document formats have no pixels of their own. */
const formats = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif', 'avif']);

/**
 * Decodes JPEG, PNG, WebP, AVIF, GIF or TIFF (and HEIC where the installed sharp has a decoder for it).
 *
 * Any bit depth, grey, CMYK, palette and embedded colour profile become 8-bit sRGB; of animations the first
 * frame.
 * @param source file content or path
 * @throws ImageError for anything that is no complete picture of an accepted size
 */
export async function decodeImage(
  source: Uint8Array | string,
  { maxPixels = 100e6, maxSide = 4096 }: DecodeOptions = {},
): Promise<DecodedImage> {
  const bytes = typeof source === 'string' ? await readBytes(source) : source;
  if (bytes.length === 0) throw new ImageError('empty: the file has zero bytes');
  const metadata = await readMetadata(bytes);
  const { width, height, orientation = 1 } = metadata;
  if (width * height > maxPixels) {
    throw new ImageError(
      `too large: ${width}×${height} pixels, at most ${Math.floor(maxPixels / 1e6)} million are read; scale the picture down first`,
    );
  }
  const turned = orientation >= 5;
  const originalWidth = turned ? height : width;
  const originalHeight = turned ? width : height;
  const image = await readPixels(bytes, maxSide);
  const focal35mm = metadata.exif && focalLength35mm(metadata.exif);
  return {
    image,
    originalWidth,
    originalHeight,
    scale: Math.max(image.width, image.height) / Math.max(width, height),
    orientation,
    ...(focal35mm === undefined ? {} : { focal35mm }),
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

function open(bytes: Uint8Array): Sharp {
  // The pixel limit is checked on the metadata, with a clearer message; damaged and cut-off files must fail.
  return sharp(bytes, { failOn: 'error', limitInputPixels: false, pages: 1 });
}

async function readMetadata(bytes: Uint8Array): Promise<Metadata> {
  let metadata: Metadata;
  try {
    metadata = await open(bytes).metadata();
  } catch (error) {
    throw decodeError(bytes, error);
  }
  if (!formats.has(metadata.format)) {
    throw new ImageError(
      `format ${metadata.format} is not supported; use JPEG, PNG, WebP, AVIF, GIF or TIFF`,
    );
  }
  return metadata;
}

async function readPixels(bytes: Uint8Array, maxSide: number): Promise<Image> {
  try {
    const { data, info } = await open(bytes)
      .autoOrient()
      .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3)
      throw new ImageError(`expected three channels after conversion to sRGB, received ${info.channels}`);
    return { width: info.width, height: info.height, channels: 3, data };
  } catch (error) {
    throw error instanceof ImageError ? error : decodeError(bytes, error);
  }
}

function decodeError(bytes: Uint8Array, error: unknown): ImageError {
  const reason = String((error as Error).message)
    .split('\n')[0]!
    .trim();
  const brand = String.fromCharCode(...bytes.subarray(4, 12));
  if (/^ftyp(hei[cxms]|hev[cx]|mif1|msf1)/.test(brand)) {
    return new ImageError('HEIC is not supported by the installed decoder; convert the picture to JPEG', {
      cause: error,
    });
  }
  if (reason.includes('unsupported image format'))
    return new ImageError('not a picture of a known format', { cause: error });
  return new ImageError(`damaged or cut off (${reason})`, { cause: error });
}

/** The PNG file of an image; one channel gives a grey, four an RGBA file. */
export async function encodePng(image: Image): Promise<Uint8Array> {
  return raw(image).png().toBuffer();
}

/** The JPEG file of an image. @param quality 1…100 */
export async function encodeJpeg(image: Image, quality = 90): Promise<Uint8Array> {
  return raw(image).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

function raw({ width, height, channels, data }: Image): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}
