import { onWhite, type Image } from '../math/image.js';
import { longestSide } from '../math/longest-side.js';
import { convertToSrgb } from './color-profile.js';
import { exifOfJpeg, focalLength35mm, usableFocal } from './exif.js';
import { decodeHeif, isHeic } from './heif.js';
import { tooLarge } from './too-large.js';

/** Pixels of a picture, as `decodeImage` gives them in Node. */
export interface BrowserPhoto {
  /** Three channels, upright; transparency lies on white. */
  readonly image: Image;
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** Pixels of `image` per pixel of the original, 0…1. */
  readonly scale: number;
  readonly focal35mm?: number;
  /** Share of the picture that is mostly transparent, 0…1. */
  readonly transparent: number;
  /** Sentences for the user about what was wrong with the file. */
  readonly warnings: readonly string[];
}

/**
 * Pixels that are read at most, as browsers decode pictures whole, and the longer side to which larger
 * pictures are shrunk, Node's limit.
 */
const maxPixels = 100e6;
const maxSide = 4096;

/**
 * Decodes a picture with what the browser has, and HEIC with libheif, fetched when it is needed, where the
 * browser cannot: only Safari can.
 * @param source a URL, the content of a file, or a Blob
 * @throws Error of one line that says what is wrong with the file
 */
export async function decodeInBrowser(source: string | Uint8Array | Blob): Promise<BrowserPhoto> {
  const blob =
    typeof source === 'string'
      ? await fetched(source)
      : source instanceof Uint8Array
        ? new Blob([Uint8Array.from(source)])
        : source;
  if (blob.size === 0) throw new Error('The file is empty.');
  const start = new Uint8Array(await blob.slice(0, 1 << 18).arrayBuffer());
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' }).catch((error: unknown) => {
    if (isHeic(start)) return undefined;
    throw new Error(
      'This is no picture that the browser can read, or it is damaged or too large; use a JPEG, PNG, WebP or HEIC of at most 100 million pixels.',
      { cause: error },
    );
  });
  if (!bitmap) return heicPhoto(new Uint8Array(await blob.arrayBuffer()));
  const exif = exifOfJpeg(start);
  return photoOf(bitmap, exif && focalLength35mm(exif));
}

async function heicPhoto(file: Uint8Array): Promise<BrowserPhoto> {
  const { image, profile, focal35mm } = await decodeHeif(file, maxPixels).catch((error: unknown) => {
    throw new Error(`The HEIC file cannot be read: ${(error as Error).message}.`, { cause: error });
  });
  if (profile) convertToSrgb(image.data, image.channels, profile);
  return photoOf(await createImageBitmap(imageDataOf(image)), focal35mm);
}

/** The photo that a bitmap shows; closes the bitmap. */
function photoOf(bitmap: ImageBitmap, focal35mm: number | undefined): BrowserPhoto {
  const { width: originalWidth, height: originalHeight } = bitmap;
  try {
    const reason = tooLarge(originalWidth, originalHeight, maxPixels);
    if (reason !== undefined) throw new Error(`The picture is ${reason}.`);
    const side = longestSide(originalWidth, originalHeight, maxSide);
    const shrink = Math.min(1, side / Math.max(originalWidth, originalHeight));
    const { image, transparent } = onWhite(
      canvasPixels(bitmap, Math.round(originalWidth * shrink), Math.round(originalHeight * shrink)),
    );
    return {
      image,
      transparent,
      originalWidth,
      originalHeight,
      scale: Math.max(image.width, image.height) / Math.max(originalWidth, originalHeight),
      ...usableFocal(focal35mm),
    };
  } finally {
    bitmap.close();
  }
}

async function fetched(url: string): Promise<Blob> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response.blob();
}

/** The types of a browser's pictures, which projects without the library "DOM" do not have. */
type Dom<Name extends string> =
  typeof globalThis extends Record<Name, { prototype: infer Type }> ? Type : never;

/** What a picture looks like on white, three channels. */
export function pixelsOf(
  source: Dom<'ImageBitmap'> | Dom<'OffscreenCanvas'>,
  width = source.width,
  height = source.height,
): Image {
  return onWhite(canvasPixels(source, width, height)).image;
}

/** A picture's pixels at another size, four channels. */
function canvasPixels(source: ImageBitmap | OffscreenCanvas, width: number, height: number): Image {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context)
    throw new Error('This browser gives no 2D canvas to read pictures with; pass pixels instead.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  return { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data };
}

/** An image as the browser's canvases have it, opaque unless it has four channels. */
export function imageDataOf({ width, height, channels, data }: Image): Dom<'ImageData'> {
  const out = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let k = 0; k < 3; k++) out.data[4 * i + k] = data[channels * i + (channels === 1 ? 0 : k)]!;
    out.data[4 * i + 3] = channels === 4 ? data[4 * i + 3]! : 255;
  }
  return out;
}

/** The PNG file of an image: Node's function of the same name, for browsers. */
export function encodePng(image: Image): Promise<Uint8Array> {
  return encoded(image, { type: 'image/png' });
}

/** The JPEG file of an image. @param quality 1…100 */
export function encodeJpeg(image: Image, quality = 90): Promise<Uint8Array> {
  return encoded(image, { type: 'image/jpeg', quality: quality / 100 });
}

/** The file of an image: Node's function of the same name. @throws Error where a browser cannot write WebP */
export async function encodeImage(image: Image, type: 'png' | 'jpeg' | 'webp'): Promise<Uint8Array> {
  const quality = { png: 1, jpeg: 0.9, webp: 0.85 }[type];
  return encoded(image, { type: `image/${type}`, quality });
}

async function encoded(image: Image, options: ImageEncodeOptions): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d')!.putImageData(imageDataOf(image), 0, 0);
  const blob = await canvas.convertToBlob(options);
  if (blob.type !== options.type)
    throw new Error(`This browser writes no ${options.type ?? 'such pictures'}; take PNG or JPEG.`);
  return new Uint8Array(await blob.arrayBuffer());
}
