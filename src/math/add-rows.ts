/**
 * Adds the rows of a matrix to `out`, each times its weight: two at a time, as the sum is then read half as
 * often.
 * @param rows at least as many rows as there are weights, each as long as `out`
 */
export function addRows(out: Float32Array, rows: Float32Array, weights: ArrayLike<number>): void {
  const n = out.length;
  const used: number[] = [];
  for (let k = 0; k < weights.length; k++) if (weights[k] !== 0) used.push(k);
  for (let at = 0; at < used.length; at += 2) {
    const [k, l = k] = [used[at]!, used[at + 1]];
    const a = weights[k]!;
    const b = at + 1 < used.length ? weights[l]! : 0;
    const first = rows.subarray(k * n, (k + 1) * n);
    const second = rows.subarray(l * n, (l + 1) * n);
    for (let i = 0; i < n; i++) out[i]! += a * first[i]! + b * second[i]!;
  }
}
