import type { HostTensor } from '../runtime/session.js';

/**
 * The same numbers of several examples as one tensor.
 * @param dims of one example @param rows an example's numbers each; zeros where there are none
 */
export function stackRows(
  dims: readonly number[],
  rows: readonly (ArrayLike<number> | undefined)[],
): HostTensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  const data = new Float32Array(rows.length * length);
  rows.forEach((row, i) => {
    if (row) data.set(row, i * length);
  });
  return { dims: [rows.length, ...dims], data };
}
