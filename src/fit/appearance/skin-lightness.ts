import type { MorphableModel } from '../../model/morphable-model.js';
import { labOfLinear } from '../../render/lab-color.js';
import { LIGHT_MODES, vertexAlbedo } from './vertex-albedo.js';

/** How far the first mode, a skin's tone, may be from the mean, standard deviations. */
const LARGEST_TONE = 3;
const HALVINGS = 20;

/** A face's mean albedo for coefficients, linear RGB. */
type FaceAlbedo = (coefficients: ArrayLike<number>) => [number, number, number];

const known = new WeakMap<MorphableModel, FaceAlbedo>();

/** CIE L* of the mean albedo of a face's skin. @param coefficients standard deviations */
export function skinLightness(model: MorphableModel, coefficients: ArrayLike<number>): number {
  return labOfLinear(...faceAlbedoOf(model)(coefficients))[0];
}

/**
 * The same skin, lighter or darker: the first albedo mode, which is the tone, is changed until the face has
 * this lightness, or as far as it goes.
 * @param coefficients of the albedo, standard deviations
 * @param lightness CIE L*
 */
export function withLightness(
  model: MorphableModel,
  coefficients: Float32Array,
  lightness: number,
): Float32Array {
  if (coefficients.length === 0) return coefficients;
  const changed = coefficients.slice();
  const at = (tone: number): number => {
    changed[0] = tone;
    return skinLightness(model, changed);
  };
  const rising = at(LARGEST_TONE) > at(-LARGEST_TONE) ? 1 : -1;
  let [darker, lighter] = [-rising * LARGEST_TONE, rising * LARGEST_TONE];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (darker + lighter) / 2;
    if (at(middle) < lightness) darker = middle;
    else lighter = middle;
  }
  at((darker + lighter) / 2);
  return changed;
}

function faceAlbedoOf(model: MorphableModel): FaceAlbedo {
  let albedoOf = known.get(model);
  if (!albedoOf) known.set(model, (albedoOf = averageOverFace(model)));
  return albedoOf;
}

function averageOverFace(model: MorphableModel): FaceAlbedo {
  const { count, mean, modes } = vertexAlbedo(model, LIGHT_MODES);
  const face = model.regions.get('face');
  const average = (values: Float32Array): number[] => {
    const sum = [0, 0, 0];
    let total = 0;
    for (let v = 0; v < model.parts[0]!.vertexCount; v++) {
      const weight = face?.[v] ?? 1;
      total += weight;
      for (let c = 0; c < 3; c++) sum[c]! += weight * values[3 * v + c]!;
    }
    return sum.map((value) => value / total);
  };
  const ofMean = average(mean);
  const ofModes = Array.from({ length: count }, (_, k) =>
    average(modes.subarray(k * mean.length, (k + 1) * mean.length)),
  );
  return (coefficients) =>
    [0, 1, 2].map((c) =>
      ofModes.reduce((sum, mode, k) => sum + (coefficients[k] ?? 0) * mode[c]!, ofMean[c]!),
    ) as [number, number, number];
}
