/**
 * An 8-bit raster held in memory: the only image type of the library.
 *
 * `data` is row-major and interleaved, origin at the top left, `channels` values per pixel in 0…255. One
 * channel is grey or a mask, three are sRGB-encoded red, green, blue; four add straight (not premultiplied)
 * alpha. Four-channel images have the memory layout of the browser's `ImageData`.
 */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A new black (and, with four channels, fully transparent) image. */
export function createImage(width: number, height: number, channels: 1 | 3 | 4): Image {
  return { width, height, channels, data: new Uint8Array(width * height * channels) };
}
