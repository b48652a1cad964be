import { createImage, type Image } from '../../src/math/image.js';

/** An image of one colour. */
export function flat(width: number, height: number, channels: 1 | 3 | 4, value: number): Image {
  const image = createImage(width, height, channels);
  image.data.fill(value);
  return image;
}

/** Smooth shading, edges and fine texture, as in a photo; with four channels a changing transparency. */
export function photoLike(width = 96, height = 80, channels: 1 | 3 | 4 = 3): Image {
  const image = createImage(width, height, channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        image.data[i++] =
          c === 3
            ? (x * 5) % 256
            : 128 +
              60 * Math.sin(x / 9 + c) * Math.cos(y / 13) +
              (((x >> 4) + (y >> 4)) % 2) * 40 -
              20 +
              12 * Math.sin(1.9 * x + 2.3 * y);
      }
    }
  }
  return image;
}

/** Peak signal-to-noise ratio of two images, dB; more is more alike. */
export function psnr(one: Image, other: Image): number {
  let sum = 0;
  for (let i = 0; i < one.data.length; i++) sum += (one.data[i]! - other.data[i]!) ** 2;
  return 10 * Math.log10((255 ** 2 * one.data.length) / sum);
}

export function meanAndVariance(values: ArrayLike<number>): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, variance: squares / values.length };
}
