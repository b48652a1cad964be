/** One level of the pyramid: weighted sums and their weights. */
interface Level {
  readonly size: number;
  readonly values: Float32Array;
  readonly weights: Float32Array;
}

/**
 * Fills the texels without data smoothly from those with data (pull-push, Gortler et al. 1996, section 3.5).
 *
 * Texels of weight 1 keep their value, of weight 0 take the smooth continuation, and between the two are
 * blended. With differences along a border as the data this is a membrane interpolation: the smooth
 * correction that a seamless blend adds.
 *
 * @param values size×size×channels, changed in place
 * @param weights confidence per texel, 0…1, size×size
 * @param size power of two
 */
export function pullPush(values: Float32Array, weights: Float32Array, size: number, channels: number): void {
  if (size & (size - 1)) throw new RangeError(`pullPush: expected a power-of-two size, got ${size}.`);
  const levels: Level[] = [{ size, values, weights }];
  while (levels.at(-1)!.size > 1) levels.push(pull(levels.at(-1)!, channels));
  for (let k = levels.length - 2; k >= 0; k--) push(levels[k + 1]!, levels[k]!, channels);
}

function pull(fine: Level, channels: number): Level {
  const size = fine.size >> 1;
  const values = new Float32Array(size * size * channels);
  const weights = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      let total = 0;
      for (let k = 0; k < 4; k++) {
        const source = (2 * y + (k >> 1)) * fine.size + 2 * x + (k & 1);
        const weight = fine.weights[source]!;
        if (weight === 0) continue;
        total += weight;
        for (let c = 0; c < channels; c++)
          values[at * channels + c]! += weight * fine.values[source * channels + c]!;
      }
      if (total === 0) continue;
      for (let c = 0; c < channels; c++) values[at * channels + c]! /= total;
      weights[at] = Math.min(1, total);
    }
  }
  return { size, values, weights };
}

/** Bilinear expansion of the coarse level under what the fine level lacks. */
function push(coarse: Level, fine: Level, channels: number): void {
  const n = coarse.size;
  for (let y = 0; y < fine.size; y++) {
    const y0 = y >> 1;
    const y1 = Math.min(n - 1, Math.max(0, y0 + (y & 1 ? 1 : -1)));
    for (let x = 0; x < fine.size; x++) {
      const at = y * fine.size + x;
      const weight = fine.weights[at]!;
      if (weight >= 1) continue;
      const x0 = x >> 1;
      const x1 = Math.min(n - 1, Math.max(0, x0 + (x & 1 ? 1 : -1)));
      const a = (y0 * n + x0) * channels;
      const b = (y0 * n + x1) * channels;
      const c = (y1 * n + x0) * channels;
      const d = (y1 * n + x1) * channels;
      for (let k = 0; k < channels; k++) {
        const below =
          0.5625 * coarse.values[a + k]! +
          0.1875 * (coarse.values[b + k]! + coarse.values[c + k]!) +
          0.0625 * coarse.values[d + k]!;
        fine.values[at * channels + k] = weight * fine.values[at * channels + k]! + (1 - weight) * below;
      }
    }
  }
}
