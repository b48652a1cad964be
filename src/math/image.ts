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

/** The image as a mirror shows it: left is right. */
export function mirroredImage(image: Image): Image {
  const { width, height, channels, data } = image;
  const mirrored = new Uint8Array(data.length);
  for (let row = 0, to = 0; row < height; row++)
    for (let column = width - 1; column >= 0; column--, to += channels) {
      const from = (row * width + column) * channels;
      for (let k = 0; k < channels; k++) mirrored[to + k] = data[from + k]!;
    }
  return { width, height, channels, data: mirrored };
}

/**
 * The same picture with three channels, as it looks on white, and the share of it that is mostly transparent,
 * 0…1.
 * @throws RangeError when the image's data does not fit its size
 */
export function onWhite(image: Image): { readonly image: Image; readonly transparent: number } {
  const { width, height, channels, data } = image;
  const pixels = width * height;
  if (data.length !== pixels * channels)
    throw new RangeError(
      `Image: expected ${width}×${height}×${channels} image values, received ${data.length}.`,
    );
  if (channels === 3) return { image, transparent: 0 };
  const rgb = new Uint8Array(pixels * 3);
  let clear = 0;
  for (let i = 0; i < pixels; i++) {
    const alpha = channels === 4 ? data[4 * i + 3]! / 255 : 1;
    if (alpha < 0.5) clear++;
    for (let k = 0; k < 3; k++)
      rgb[3 * i + k] = Math.round(255 + alpha * (data[channels * i + (channels === 1 ? 0 : k)]! - 255));
  }
  return { image: { width, height, channels: 3, data: rgb }, transparent: clear / pixels };
}
