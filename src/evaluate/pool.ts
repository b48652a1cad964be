import type { Pooled } from './report.js';

/** Steps of the curve and where it ends, in the unit of the values. */
export const curveStep = 0.1;
const CURVE_END = 7;

/**
 * All values of many items together.
 * @param parts the items' values, none of them NaN
 * @throws RangeError without values
 */
export function poolValues(
  parts: readonly Float32Array[],
): Pick<Pooled, 'count' | 'median' | 'mean' | 'deviation' | 'curve'> {
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  const all = new Float32Array(count);
  if (count === 0) throw new RangeError('poolValues: no values.');
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  all.sort();
  if (Number.isNaN(all.at(-1))) throw new RangeError('poolValues: a value is NaN.');
  const mean = all.reduce((sum, value) => sum + value, 0) / count;
  const median = (all[(count - 1) >> 1]! + all[count >> 1]!) / 2;
  const curve: number[] = [];
  for (let k = 0, below = 0; k * curveStep <= CURVE_END + 1e-9; k++) {
    while (below < count && all[below]! < k * curveStep) below++;
    curve.push(below / count);
  }
  return {
    count,
    median,
    mean,
    deviation: Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count),
    curve,
  };
}
