import { createImage, type Image } from '../math/image.js';
import { restoreAlpha } from './alpha.js';
import { resample } from './resample.js';

/**
 * From here on the blur is made on a shrunken image, on which it is 2 to 3 px wide: the kernel's length would
 * cost too much.
 */
const WIDE = 4;
/** The kernel is cut off at so many deviations, where 0.3 % of it is left. */
const REACH = 3;

/**
 * Half of the sampled normal density, centre first, filled up with zeros to whole passes; the whole kernel
 * sums to one.
 * @param sigma pixels
 */
function gaussianKernel(sigma: number): Float64Array {
  const reach = Math.max(1, Math.ceil(REACH * sigma));
  const length = 1 + Math.ceil(reach / TAPS) * TAPS;
  const kernel = Float64Array.from({ length }, (_, k) => (k > reach ? 0 : Math.exp(-0.5 * (k / sigma) ** 2)));
  const sum = kernel.reduce((total, weight, k) => total + (k === 0 ? weight : 2 * weight), 0);
  return kernel.map((weight) => weight / sum);
}

/**
 * Gaussian blur of the encoded values, as vision benchmarks define it; outermost pixels continue beyond the
 * border, transparency is kept.
 *
 * Below 4 px the kernel is the sampled density cut off at 3 deviations. Wider blurs are made on a shrunken
 * copy: within 1.5 % of full contrast of the exact ones, but for the border.
 * @param sigma pixels; 0 gives a copy
 * @throws RangeError for a negative or infinite sigma
 */
export function gaussianBlur(image: Image, sigma: number): Image {
  if (!(sigma >= 0 && sigma < Infinity))
    throw new RangeError(`gaussianBlur: expected a sigma of at least 0 px, received ${sigma}.`);
  if (sigma >= WIDE) return blurShrunken(image, sigma);
  // Below a fifth of a pixel the neighbours' weights round to nothing.
  if (sigma < 0.2) return { ...image, data: Uint8Array.from(image.data) };
  return restoreAlpha(image, convolveRows(image, gaussianKernel(sigma)));
}

function blurShrunken(image: Image, sigma: number): Image {
  const { width, height } = image;
  const factor = Math.floor(sigma / 2);
  const small = resample(image, Math.ceil(width / factor), Math.ceil(height / factor));
  // Averaging over `factor` pixels has variance factor²/12, interpolating between them factor²/6.
  const left = Math.sqrt((sigma / factor) ** 2 - 0.25);
  return restoreAlpha(image, resample(gaussianBlur(small, left), width, height));
}

/** Taps to either side that one pass over a row adds; three keep the registers of a 64-bit processor busy. */
const TAPS = 3;

/** Row by row, so that all that a row needs stays in the fastest cache: down into a buffer, then along it. */
function convolveRows({ width, height, channels, data }: Image, kernel: Float64Array): Image {
  const reach = kernel.length - 1;
  const row = width * channels;
  const margin = reach * channels;
  const last = height - 1;
  const out = createImage(width, height, channels);
  const padded = new Float64Array(row + 2 * margin);
  const sums = new Float64Array(row);
  for (let y = 0; y < height; y++) {
    const centre = y * row;
    for (let i = 0; i < row; i++) sums[i] = kernel[0]! * data[centre + i]!;
    for (let k = 1; k <= reach; k += TAPS) {
      const u = kernel[k]!;
      const v = kernel[k + 1]!;
      const w = kernel[k + 2]!;
      const a = Math.max(0, y - k) * row;
      const b = Math.max(0, y - k - 1) * row;
      const c = Math.max(0, y - k - 2) * row;
      const d = Math.min(last, y + k) * row;
      const e = Math.min(last, y + k + 1) * row;
      const f = Math.min(last, y + k + 2) * row;
      for (let i = 0; i < row; i++) {
        sums[i] =
          sums[i]! +
          u * (data[a + i]! + data[d + i]!) +
          v * (data[b + i]! + data[e + i]!) +
          w * (data[c + i]! + data[f + i]!);
      }
    }
    padded.set(sums, margin);
    for (let i = 0; i < margin; i++) {
      padded[i] = sums[i % channels]!;
      padded[margin + row + i] = sums[row - channels + (i % channels)]!;
    }
    for (let i = 0; i < row; i++) sums[i] = 0.5 + kernel[0]! * padded[margin + i]!;
    for (let k = 1; k <= reach; k += TAPS) {
      const u = kernel[k]!;
      const v = kernel[k + 1]!;
      const w = kernel[k + 2]!;
      const a = margin - k * channels;
      const b = a - channels;
      const c = b - channels;
      const d = margin + k * channels;
      const e = d + channels;
      const f = e + channels;
      for (let i = 0; i < row; i++) {
        sums[i] =
          sums[i]! +
          u * (padded[a + i]! + padded[d + i]!) +
          v * (padded[b + i]! + padded[e + i]!) +
          w * (padded[c + i]! + padded[f + i]!);
      }
    }
    for (let i = 0; i < row; i++) out.data[centre + i] = sums[i]!;
  }
  return out;
}
