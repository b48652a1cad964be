import type { Image } from '../math/image.js';
import { exifOfJpeg, focalLength35mm } from './exif.js';

/** Pixels of a picture, as `decodeImage` gives them in Node. */
export interface BrowserPhoto {
  /** Three channels, upright; transparency lies on white. */
  readonly image: Image;
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** Pixels of `image` per pixel of the original, 0…1. */
  readonly scale: number;
  readonly focal35mm?: number;
}

/** Pixels that are read at most, and the longer side to which larger pictures are shrunk: Node's limits. */
const maxPixels = 100e6;
const maxSide = 4096;

/**
 * Decodes a picture with what every browser has.
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
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' }).catch((error: unknown) => {
    throw new Error(
      'This is no picture that the browser can read, or it is damaged or too large; use a JPEG, PNG or WebP of at most 100 million pixels.',
      { cause: error },
    );
  });
  const { width: originalWidth, height: originalHeight } = bitmap;
  try {
    if (originalWidth * originalHeight > maxPixels)
      throw new Error(
        `The picture is too large: ${originalWidth}×${originalHeight} pixels, at most 100 million are read; scale it down first.`,
      );
    const scale = Math.min(1, maxSide / Math.max(originalWidth, originalHeight));
    const image = pixelsOf(bitmap, Math.round(originalWidth * scale), Math.round(originalHeight * scale));
    const exif = exifOfJpeg(new Uint8Array(await blob.slice(0, 1 << 18).arrayBuffer()));
    const focal35mm = exif && focalLength35mm(exif);
    return {
      image,
      originalWidth,
      originalHeight,
      scale: Math.max(image.width, image.height) / Math.max(originalWidth, originalHeight),
      ...(focal35mm !== undefined && { focal35mm }),
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
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context)
    throw new Error('This browser gives no 2D canvas to read pictures with; pass pixels instead.');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  return { width, height, channels: 3, data: rgb };
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

async function encoded(image: Image, options: ImageEncodeOptions): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d')!.putImageData(imageDataOf(image), 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob(options)).arrayBuffer());
}
