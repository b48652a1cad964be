import { boxMeans } from '../../math/box-filter.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { lookUp, type Unwrapped } from './compose-textures.js';
import { logRatio, meanRatio } from './correction-field.js';
import { CORRECTION_SIZE, sharesOf, skinShare } from './correction-shares.js';

/** Natural logarithms that smooth skin may be brighter, or of another hue, than the fitted albedo. */
const LARGEST_BRIGHTER = 0.08;
const LARGEST_HUE = LARGEST_BRIGHTER / 3;
/** Box filters of this many cells to either side, so often one after the other: a Gaussian of some 4 mm. */
const REACH = 3;
const PASSES = 3;
/** Where less than this share of what is around a cell is seen, its light is more that of all the skin. */
const FEW_SEEN = 0.1;

/**
 * Takes from the skin what a light of low order could not: cast shadows, highlights, a lamp of another colour
 * on one side. What the smoothed photo is brighter, darker or of another hue than the albedo fitted to it is
 * light, and moves from `seen.albedo` to `seen.shade`; their product, the photo, stays.
 *
 * Only finer things, as wrinkles and moles, and small differences are left to the skin. What is dark on both
 * sides of the face alike stays as well: more often a beard than a shadow.
 *
 * @param albedo of the model, fitted to the photo
 * @param size texels per side of what is seen
 */
export function evenLight(
  model: MorphableModel,
  seen: Unwrapped,
  albedo: Float32Array,
  modelSize: number,
  size: number,
): void {
  const light = leftLight(model, seen, albedo, modelSize, size);
  const scale = CORRECTION_SIZE / size;
  const here = new Float32Array(3);
  for (let texel = 0; texel < seen.weight.length; texel++) {
    if (seen.weight[texel] === 0) continue;
    const u = ((texel % size) + 0.5) * scale - 0.5;
    const v = (Math.floor(texel / size) + 0.5) * scale - 0.5;
    lookUp(light, CORRECTION_SIZE, u, v, here);
    for (let k = 0; k < 3; k++) {
      const gain = Math.exp(here[k]!);
      seen.albedo[3 * texel + k]! /= gain;
      seen.shade[3 * texel + k]! *= gain;
    }
  }
}

/** Logarithm of the light that is left on the skin, on the correction's grid, n×n×3. */
function leftLight(
  model: MorphableModel,
  seen: Unwrapped,
  albedo: Float32Array,
  modelSize: number,
  size: number,
): Float32Array {
  const n = CORRECTION_SIZE;
  const { ratio, weights } = logRatio(seen, seen.weight, albedo, modelSize, size);
  const { scalp } = sharesOf(model);
  const skin = weights.map((weight, i) => weight * skinShare(scalp[i]!));
  const means = smoothed(ratio, skin);
  const brighter = skin.map((_, i) => (means[3 * i]! + means[3 * i + 1]! + means[3 * i + 2]!) / 3);
  const light = new Float32Array(3 * n * n);
  for (let i = 0; i < n * n; i++) {
    const mirror = i - (i % n) + n - 1 - (i % n);
    const onBothSides = Math.min(0, brighter[mirror]!);
    const bright = brighter[i]! < 0 ? Math.min(0, brighter[i]! - onBothSides) : brighter[i]!;
    for (let k = 0; k < 3; k++) {
      const hue = means[3 * i + k]! - brighter[i]!;
      light[3 * i + k] = beyond(bright, LARGEST_BRIGHTER) + beyond(hue, LARGEST_HUE);
    }
  }
  return light;
}

/** What a value exceeds a limit by, either way. */
const beyond = (value: number, limit: number): number =>
  Math.sign(value) * Math.max(0, Math.abs(value) - limit);

/** Weighed means of n×n×3 values around each cell. */
function smoothed(values: Float32Array, weights: Float32Array): Float32Array {
  const all = meanRatio(values, weights);
  const shares = around(weights);
  const sums = [0, 1, 2].map((k) => around(weights.map((weight, i) => weight * values[3 * i + k]!)));
  return Float32Array.from(values, (_, at) => {
    const i = Math.floor(at / 3);
    const k = at % 3;
    return (sums[k]![i]! + FEW_SEEN * all[k]!) / (shares[i]! + FEW_SEEN);
  });
}

function around(plane: Float32Array): Float32Array {
  let means = plane;
  for (let pass = 0; pass < PASSES; pass++) means = boxMeans(means, CORRECTION_SIZE, REACH);
  return means;
}
