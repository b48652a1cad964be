import { Tensor, shapeError } from '../tensor.js';
import { constantLike } from './constants.js';

/**
 * Each pixel becomes a square of `factor` × `factor` equal pixels.
 * @param x `[N, C, H, W]`
 * @returns `[N, C, factor·H, factor·W]`
 */
export function upsampleNearest(x: Tensor, factor: number): Tensor {
  const [batch, channels, height, width] = imageOf('upsampleNearest', x, factor);
  return x
    .reshape([batch, channels, height, 1, width, 1])
    .expand([batch, channels, height, factor, width, factor])
    .reshape([batch, channels, height * factor, width * factor]);
}

/**
 * Linear interpolation between pixel centres at +0.5 (docs/conventions.md), clamped at the border: what other
 * libraries call half-pixel or `align_corners = false`.
 * @param x `[N, C, H, W]`
 * @returns `[N, C, factor·H, factor·W]`
 */
export function upsampleBilinear(x: Tensor, factor: number): Tensor {
  const [batch, channels, height, width] = imageOf('upsampleBilinear', x, factor);
  // Two matrix products: first along the rows, then across them.
  const wide = x
    .reshape([batch * channels * height, width])
    .matmul(interpolation(x, width, factor).transpose([1, 0]));
  return interpolation(x, height, factor)
    .matmul(wide.reshape([batch * channels, height, width * factor]))
    .reshape([batch, channels, height * factor, width * factor]);
}

/**
 * Moves squares of `block` × `block` pixels into channels: channel `c·block² + dy·block + dx` of the result
 * is channel `c` of the pixels at `(dy, dx)` in their squares (PyTorch's order).
 * @param x `[N, C, H, W]`, height and width divisible by `block`
 * @returns `[N, C·block², H/block, W/block]`
 */
export function spaceToDepth(x: Tensor, block: number): Tensor {
  const [batch, channels, height, width] = imageOf('spaceToDepth', x, block);
  if (height % block !== 0 || width % block !== 0) {
    throw shapeError('spaceToDepth', [x.shape], `blocks of ${block} do not divide height and width`);
  }
  return x
    .reshape([batch, channels, height / block, block, width / block, block])
    .transpose([0, 1, 3, 5, 2, 4])
    .reshape([batch, channels * block * block, height / block, width / block]);
}

/**
 * The inverse of `spaceToDepth`.
 * @param x `[N, C·block², H, W]`
 * @returns `[N, C, H·block, W·block]`
 */
export function depthToSpace(x: Tensor, block: number): Tensor {
  const [batch, channels, height, width] = imageOf('depthToSpace', x, block);
  const out = channels / (block * block);
  if (!Number.isInteger(out))
    throw shapeError('depthToSpace', [x.shape], `the channels are no multiple of ${block * block}`);
  return x
    .reshape([batch, out, block, block, height, width])
    .transpose([0, 1, 4, 2, 5, 3])
    .reshape([batch, out, height * block, width * block]);
}

function imageOf(operation: string, x: Tensor, factor: number): readonly [number, number, number, number] {
  if (x.rank !== 4) throw shapeError(operation, [x.shape], 'needs an image [batch, channels, height, width]');
  if (!Number.isInteger(factor) || factor < 1)
    throw new Error(`${operation}: the factor must be a positive integer, got ${factor}.`);
  return x.shape as readonly [number, number, number, number];
}

/** Row `i` holds what each of `size` pixels gives to pixel `i` of the enlarged row. */
function interpolation(x: Tensor, size: number, factor: number): Tensor {
  const weights = new Float64Array(size * factor * size);
  for (let i = 0; i < size * factor; i++) {
    const position = Math.min(Math.max((i + 0.5) / factor - 0.5, 0), size - 1);
    const before = Math.floor(position);
    weights[i * size + before]! += 1 - (position - before);
    weights[i * size + Math.min(before + 1, size - 1)]! += position - before;
  }
  return constantLike(x, weights, [size * factor, size]);
}
