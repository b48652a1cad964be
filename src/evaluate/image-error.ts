import type { Image } from '../math/image.js';

/** How alike two pictures are where a mask says to look. */
export interface ImageError {
  /** Mean absolute difference, 0…255. */
  readonly l1: number;
  /** Peak signal-to-noise ratio, dB; at most 99. */
  readonly psnr: number;
  /**
   * Structural similarity of brightness, −1…1 (Wang et al. 2004: Gaussian window of σ 1.5, K 0.01 and 0.03).
   */
  readonly ssim: number;
}

const SIGMA = 1.5;
const RADIUS = 5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;
const MOST = 99;

/**
 * Compares two pictures pixel by pixel within a mask.
 * @param a three or four channels @param b as large as `a` @param mask one byte per pixel, 0 leaves it out
 * @throws RangeError when sizes differ or the mask is empty
 */
export function imageError(a: Image, b: Image, mask: ArrayLike<number>): ImageError {
  const { width, height } = a;
  const count = width * height;
  if (b.width !== width || b.height !== height || mask.length !== count)
    throw new RangeError(
      `imageError: expected pictures and mask of one size, received ${width}×${height}, ${b.width}×${b.height} and ${mask.length} pixels.`,
    );
  let sum = 0;
  let squares = 0;
  let inside = 0;
  for (let i = 0; i < count; i++) {
    if (mask[i] === 0) continue;
    inside++;
    for (let c = 0; c < 3; c++) {
      const difference = a.data[a.channels * i + c]! - b.data[b.channels * i + c]!;
      sum += Math.abs(difference);
      squares += difference * difference;
    }
  }
  if (inside === 0) throw new RangeError('imageError: the mask is empty.');
  const mse = squares / (3 * inside);
  const map = structuralSimilarity(brightness(a), brightness(b), width, height);
  return {
    l1: sum / (3 * inside),
    psnr: Math.min(MOST, 10 * Math.log10((255 * 255) / mse)),
    ssim: map.reduce((total, value, i) => total + (mask[i] === 0 ? 0 : value), 0) / inside,
  };
}

/** Rec. 601 luma. */
function brightness({ data, channels, width, height }: Image): Float64Array {
  return Float64Array.from(
    { length: width * height },
    (_, i) => 0.299 * data[channels * i]! + 0.587 * data[channels * i + 1]! + 0.114 * data[channels * i + 2]!,
  );
}

function structuralSimilarity(x: Float64Array, y: Float64Array, width: number, height: number): Float64Array {
  const blur = (values: Float64Array): Float64Array => blurred(values, width, height);
  const product = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value * b[i]!);
  const [mx, my, xx, yy, xy] = [
    blur(x),
    blur(y),
    blur(product(x, x)),
    blur(product(y, y)),
    blur(product(x, y)),
  ] as const;
  return mx.map((ux, i) => {
    const uy = my[i]!;
    const vx = xx[i]! - ux * ux;
    const vy = yy[i]! - uy * uy;
    const cov = xy[i]! - ux * uy;
    return ((2 * ux * uy + C1) * (2 * cov + C2)) / ((ux * ux + uy * uy + C1) * (vx + vy + C2));
  });
}

const kernel = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, k) =>
  Math.exp(-((k - RADIUS) ** 2) / (2 * SIGMA * SIGMA)),
);
const total = kernel.reduce((sum, value) => sum + value, 0);

/** Along rows, then columns; borders repeat. */
function blurred(values: Float64Array, width: number, height: number): Float64Array {
  const along = (
    from: Float64Array,
    at: (x: number, y: number) => number,
    columns: number,
    rows: number,
  ): Float64Array => {
    const out = new Float64Array(from.length);
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        let sum = 0;
        for (let k = -RADIUS; k <= RADIUS; k++)
          sum += kernel[k + RADIUS]! * from[at(Math.min(columns - 1, Math.max(0, x + k)), y)]!;
        out[at(x, y)] = sum / total;
      }
    return out;
  };
  return along(
    along(values, (x, y) => y * width + x, width, height),
    (y, x) => y * width + x,
    height,
    width,
  );
}
