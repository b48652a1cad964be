import { lax } from '../jax.js';
import { Tensor, shapeError } from '../tensor.js';
import { constantLike } from './constants.js';
import { pairOf, paddingOf } from './window.js';
import type { Pair, Padding } from './window.js';

/** The window that a pooling moves over an image. */
export interface PoolingOptions {
  /** Pixels under the window, as `[y, x]`. */
  readonly window: number | Pair;
  /**
   * Distance between neighbouring windows, as `[y, x]`. Default: the window's size, so that windows do not
   * overlap.
   */
  readonly strides?: number | Pair;
  /**
   * Pixels around the image, never counted: `[[top, bottom], [left, right]]`, each smaller than the window.
   * Default 0.
   */
  readonly padding?: Padding;
}

/**
 * Mean of the pixels under each window; padding does not count, so that borders are not darkened. Rows and
 * columns that fill no window are left out.
 * @param x `[N, C, H, W]`
 * @returns `[N, C, H', W']` with `H' = ⌊(H + top + bottom − window) / stride⌋ + 1`
 */
export function avgPool2d(x: Tensor, options: PoolingOptions): Tensor {
  const shape = geometry('avgPool2d', x, options);
  const { window, padding } = shape;
  const sum = overWindows(x.pad([[0, 0], [0, 0], ...padding]), shape, (tiles, axes) => tiles.sum(axes));
  if (padding.flat().every((width) => width === 0)) return sum.mul(1 / (window[0] * window[1]));
  const [rows, columns] = [0, 1].map((axis) => counts(axis, x, sum, shape));
  const shares = Float64Array.from(rows!.flatMap((row) => columns!.map((column) => 1 / (row * column))));
  return sum.mul(constantLike(x, shares, [rows!.length, columns!.length]));
}

/**
 * Largest pixel under each window; where several are equal they share the gradient. Rows and columns that
 * fill no window are left out.
 * @param x `[N, C, H, W]`
 * @returns `[N, C, H', W']` as for `avgPool2d`
 */
export function maxPool2d(x: Tensor, options: PoolingOptions): Tensor {
  const shape = geometry('maxPool2d', x, options);
  const { padding } = shape;
  const padded = x.pad([[0, 0], [0, 0], ...padding]);
  if (padding.flat().every((width) => width === 0))
    return overWindows(padded, shape, (tiles, axes) => tiles.max(axes));
  // The padded zeros must never win. Adding the most negative finite number does that without the infinities
  // that would turn into NaN where a gradient multiplies them by zero.
  const lowest = x.type === 'float16' ? -65504 : -3.4028234663852886e38;
  const [height, width] = padded.shape.slice(2) as [number, number];
  const [[top, bottom], [left, right]] = padding;
  const outside = (i: number, j: number): boolean =>
    i < top || i >= height - bottom || j < left || j >= width - right;
  const barrier = Float64Array.from({ length: height * width }, (_, k) =>
    outside(Math.floor(k / width), k % width) ? lowest : 0,
  );
  return overWindows(padded.add(constantLike(x, barrier, [height, width])), shape, (tiles, axes) =>
    tiles.max(axes),
  );
}

/** Mean over the image. @param x `[N, C, H, W]` @returns `[N, C]` */
export function globalAveragePool(x: Tensor): Tensor {
  needImage('globalAveragePool', x);
  return x.mean([2, 3]);
}

interface PoolingGeometry {
  readonly window: Pair;
  readonly strides: Pair;
  readonly padding: readonly [Pair, Pair];
}

function geometry(operation: string, x: Tensor, options: PoolingOptions): PoolingGeometry {
  needImage(operation, x);
  const window = pairOf(operation, 'window', options.window, 1);
  const padding = paddingOf(operation, options.padding ?? 0);
  padding.forEach((sides, axis) => {
    const size = x.shape[2 + axis]!;
    const room = size + sides[0] + sides[1];
    if (window[axis]! > room)
      throw shapeError(
        operation,
        [x.shape],
        `the window spans ${window[axis]} pixels of ${room}, padding included`,
      );
    if (sides.some((width) => width >= window[axis]!)) {
      throw new Error(
        `${operation}: padding [${sides.join(', ')}] must be smaller than the window ${window[axis]}, else windows see no pixel.`,
      );
    }
  });
  return { window, padding, strides: pairOf(operation, 'strides', options.strides ?? window, 1) };
}

function needImage(operation: string, x: Tensor): void {
  if (x.rank !== 4) throw shapeError(operation, [x.shape], 'needs an image [batch, channels, height, width]');
}

/** Reduces each window of an image that is padded already. */
function overWindows(
  x: Tensor,
  { window, strides }: PoolingGeometry,
  reduce: (tiles: Tensor, axes: readonly number[]) => Tensor,
): Tensor {
  return new Tensor(
    lax.reduceWindow(
      x.node.ref,
      (tile) => reduce(new Tensor(tile), [0, 1]).node.ref,
      [...window],
      [...strides],
    ),
  );
}

/** How many pixels of the image each window covers along an axis. */
function counts(
  axis: number,
  x: Tensor,
  pooled: Tensor,
  { window, strides, padding }: PoolingGeometry,
): number[] {
  const size = x.shape[2 + axis]!;
  return Array.from({ length: pooled.shape[2 + axis]! }, (_, i) => {
    const start = i * strides[axis]! - padding[axis]![0];
    return Math.min(start + window[axis]!, size) - Math.max(start, 0);
  });
}
