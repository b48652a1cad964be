import { constant } from '../tensor.js';
import type { Tensor } from '../tensor.js';

const singles = new WeakMap<Float64Array, Float32Array>();
const ranges = new Map<string, Int32Array>();

/**
 * A floating-point constant that takes its element type from `x`. The same array gives the same stored
 * constant.
 * @internal
 */
export function constantLike(x: Tensor, values: Float64Array, shape: readonly number[]): Tensor {
  if (x.type === 'float64') return constant(values, shape);
  if (!singles.has(values)) singles.set(values, Float32Array.from(values));
  return constant(singles.get(values)!, shape).cast(x.type);
}

/** 0, 1, …, `count` − 1 as int32, times `step`. @internal */
export function range(count: number, step = 1): Tensor {
  const key = `${count}·${step}`;
  if (!ranges.has(key))
    ranges.set(
      key,
      Int32Array.from({ length: count }, (_, i) => i * step),
    );
  return constant(ranges.get(key)!);
}
