import { smoothstep } from '../../math/smoothstep.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { pullPush } from '../../render/pull-push.js';
import type { Unwrapped } from './compose-textures.js';
import { CORRECTION_SIZE, HAIR_FROM, HAIR_TO, sharesOf, skinShare } from './correction-shares.js';

/** Natural logarithm of the largest correction of model albedo. */
const LARGEST_CORRECTION = 1.6;

/** Weighed mean of the log-ratio over the correction's grid. */
export function meanRatio(ratio: Float32Array, weights: Float32Array): number[] {
  const sum = [0, 0, 0];
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    total += weights[i]!;
    for (let k = 0; k < 3; k++) sum[k]! += weights[i]! * ratio[i * 3 + k]!;
  }
  return sum.map((value) => value / Math.max(1e-9, total));
}

/**
 * Mean log-ratio between what the photo shows and model albedo, on the correction's grid, n×n×3.
 * @param weight of each texel of the photo
 * @returns also the weights of the cells, and those of their skin, 0…1
 */
export function logRatio(
  { albedo, skin }: Pick<Unwrapped, 'albedo' | 'skin'>,
  weight: Float32Array,
  model: Float32Array,
  modelSize: number,
  size: number,
): { ratio: Float32Array; weights: Float32Array; skinWeights: Float32Array } {
  const n = CORRECTION_SIZE;
  const block = size / n;
  const ratio = new Float32Array(n * n * 3);
  const weights = new Float32Array(n * n);
  const skinWeights = new Float32Array(n * n);
  const sums = [0, 0, 0];
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) {
      sums.fill(0);
      let total = 0;
      let ofSkin = 0;
      for (let j = 0; j < block; j++) {
        for (let i = 0; i < block; i++) {
          const texel = (y * block + j) * size + x * block + i;
          const w = weight[texel]!;
          if (w === 0) continue;
          total += w;
          ofSkin += skin[texel]!;
          for (let k = 0; k < 3; k++) sums[k]! += w * albedo[texel * 3 + k]!;
        }
      }
      if (total === 0) continue;
      const at = (y * n + x) * 3;
      const m =
        (Math.floor(((y + 0.5) / n) * modelSize) * modelSize + Math.floor(((x + 0.5) / n) * modelSize)) * 3;
      for (let k = 0; k < 3; k++)
        ratio[at + k] = limited(Math.log((sums[k]! / total + 1e-3) / (model[m + k]! + 1e-3)));
      weights[y * n + x] = Math.min(1, total / (block * block)) ** 2;
      skinWeights[y * n + x] = Math.min(1, ofSkin / (block * block)) ** 2;
    }
  }
  return { ratio, weights, skinWeights };
}

/**
 * The log-ratio continued smoothly over the whole atlas. Skin and scalp are continued apart, so that hair
 * darkens the back of the head but not the cheeks, and skin does not shine through the hair. Shoulders are
 * never seen: they differ from the model's as the skin does in the mean.
 */
export function correctionField(
  seen: Unwrapped,
  model: MorphableModel,
  albedo: Float32Array,
  modelSize: number,
  size: number,
  hairAlbedo: readonly number[] | undefined,
): Float32Array {
  const { ratio: skin, weights, skinWeights } = logRatio(seen, seen.typical, albedo, modelSize, size);
  const { scalp, shoulders } = sharesOf(model);
  const hair = skin.slice();
  const bare = skinWeights.map((weight, i) => weight * skinShare(scalp[i]!));
  const mean = meanRatio(skin, bare);
  pullPush(skin, bare, CORRECTION_SIZE, 3);
  if (hairAlbedo) {
    const usual = scalpAlbedo(scalp, albedo, modelSize);
    const change = hairAlbedo.map((value, k) => limited(Math.log(value / usual[k]!)));
    for (let i = 0; i < hair.length; i++) hair[i] = change[i % 3]!;
  } else
    pullPush(
      hair,
      weights.map((weight, i) => weight * smoothstep(HAIR_FROM, HAIR_TO, scalp[i]!)),
      CORRECTION_SIZE,
      3,
    );
  for (let i = 0; i < scalp.length; i++) {
    const share = smoothstep(0.3, 0.9, scalp[i]!);
    const far = shoulders[i]!;
    for (let k = 0; k < 3; k++) {
      const near = far * mean[k]! + (1 - far) * skin[i * 3 + k]!;
      skin[i * 3 + k] = share * hair[i * 3 + k]! + (1 - share) * near;
    }
  }
  return skin;
}

/** Mean of the model's albedo where there is nothing but scalp. */
function scalpAlbedo(scalp: Float32Array, albedo: Float32Array, modelSize: number): number[] {
  const n = CORRECTION_SIZE;
  const sum = [0, 0, 0];
  let count = 0;
  for (let i = 0; i < scalp.length; i++) {
    if (scalp[i]! < HAIR_TO) continue;
    const x = Math.floor((((i % n) + 0.5) * modelSize) / n);
    const y = Math.floor(((Math.floor(i / n) + 0.5) * modelSize) / n);
    for (let k = 0; k < 3; k++) sum[k]! += albedo[(y * modelSize + x) * 3 + k]!;
    count++;
  }
  return sum.map((value) => Math.max(1e-3, value / Math.max(1, count)));
}

const limited = (value: number) => Math.min(LARGEST_CORRECTION, Math.max(-LARGEST_CORRECTION, value));

/** Model albedo times the correction's gain, at the model's resolution. */
export function correctedAlbedo(
  modelAlbedo: Float32Array,
  n: number,
  correction: Float32Array,
): Float32Array {
  const gain = new Float32Array(correction.length);
  for (let i = 0; i < gain.length; i++) gain[i] = Math.exp(correction[i]!);
  const out = new Float32Array(modelAlbedo.length);
  const size = CORRECTION_SIZE;
  const scale = size / n;
  // As in `lookUp`, but the two rows that a row lies between are mixed once.
  const row = new Float64Array(3 * size);
  let at = 0;
  for (let y = 0; y < n; y++) {
    const v = Math.min(size - 1.001, Math.max(0, (y + 0.5) * scale - 0.5));
    const above = 3 * size * Math.floor(v);
    const fy = v - Math.floor(v);
    for (let i = 0; i < row.length; i++)
      row[i] = gain[above + i]! + fy * (gain[above + row.length + i]! - gain[above + i]!);
    for (let x = 0; x < n; x++) {
      const u = Math.min(size - 1.001, Math.max(0, (x + 0.5) * scale - 0.5));
      const x0 = Math.floor(u);
      for (let i = 3 * x0; i < 3 * x0 + 3; i++, at++)
        out[at] = modelAlbedo[at]! * (row[i]! + (u - x0) * (row[i + 3]! - row[i]!));
    }
  }
  return out;
}
