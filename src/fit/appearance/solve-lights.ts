import { solveCholesky } from '../../math/linear-solve.js';
import { constantLight } from '../../math/spherical-harmonics.js';
import type { SkinSamples } from './skin-samples.js';

/** Expected mean irradiance of a well exposed photo and its spread. */
export const TYPICAL_LIGHT = 0.7;
export const LIGHT_SPREAD = 0.35;
/** Spread of shading around none, and around what a network expects, of the ambient light. */
const SHADING_SPREAD = 0.2;
const EXPECTED_SPREAD = 0.1;
/** Spreads of a channel's ambient light and of its shading around those of all channels, in its own cast. */
export const CAST_SPREAD = 0.07;
const HUE_SPREAD = 0.1;
/** Spread of casts around none: a photo's light is rarely white. */
const COLOUR_SPREAD = 0.1;
/** Correlated pixels do not count as independent observations: this many vertices make one. */
export const CORRELATION = 12;

/** The normal equations of one channel's light, 9×9 and 9. */
interface LightEquations {
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
}

function lightEquations(
  samples: SkinSamples,
  albedo: Float32Array,
  robust: Float32Array,
  noise: number,
  channel: number,
): LightEquations {
  const hessian = new Float64Array(81);
  const gradient = new Float64Array(9);
  const row = new Float64Array(9);
  for (let i = 0; i < robust.length; i++) {
    const weight = (samples.weights[i]! * robust[i]!) / (noise * noise * CORRELATION);
    if (weight === 0) continue;
    const a = albedo[i * 3 + channel]!;
    for (let k = 0; k < 9; k++) row[k] = a * samples.basis[i * 9 + k]!;
    for (let k = 0; k < 9; k++) {
      gradient[k]! += weight * row[k]! * samples.colors[i * 3 + channel]!;
      for (let j = 0; j <= k; j++) hessian[k * 9 + j]! += weight * row[k]! * row[j]!;
    }
  }
  return { hessian, gradient };
}

/** What is believed of the light of one channel before its pixels are looked at. */
export interface LightPrior {
  /** 9 irradiance coefficients. */
  readonly mean: ArrayLike<number>;
  readonly ambientSpread: number;
  readonly shadingSpread: number;
}

/**
 * What is believed of a photo's light.
 * @param guess 27 irradiance coefficients that a network expects: how bright they are does not count
 */
export function lightPrior(guess?: ArrayLike<number>): LightPrior {
  const ambient = constantLight(TYPICAL_LIGHT)[0]!;
  const expected = guess && meanOfChannels(guess);
  if (!expected || expected[0]! <= 0)
    return {
      mean: constantLight(TYPICAL_LIGHT).slice(0, 9),
      ambientSpread: LIGHT_SPREAD,
      shadingSpread: SHADING_SPREAD,
    };
  return {
    mean: expected.map((value) => (ambient * value) / expected[0]!),
    ambientSpread: LIGHT_SPREAD,
    shadingSpread: EXPECTED_SPREAD,
  };
}

const meanOfChannels = (light: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: 9 }, (_, k) => (light[k]! + light[9 + k]! + light[18 + k]!) / 3);

/** Ridge regression of one channel's light. */
function solveLight(
  equations: LightEquations,
  channel: number,
  { mean, ambientSpread, shadingSpread }: LightPrior,
  light: Float32Array,
): void {
  const hessian = equations.hessian.slice();
  const gradient = equations.gradient.slice();
  const unit = constantLight(1)[0]!;
  for (let k = 0; k < 9; k++) {
    const spread = (k === 0 ? ambientSpread : shadingSpread) * unit;
    hessian[k * 9 + k]! += 1 / (spread * spread);
    gradient[k]! += mean[k]! / (spread * spread);
  }
  if (solveCholesky(hessian, gradient, 9)) light.set(gradient, channel * 9);
}

/**
 * The light that explains the samples' colours on their albedo best, as spherical harmonics; channels first
 * each for themselves, then around the mean light in the channel's cast: where little of a face is seen, each
 * channel by itself would have shading of its own, and what is hidden lie in coloured patches.
 * @param light 27 irradiance coefficients, written
 */
export function solveAllLights(
  samples: SkinSamples,
  albedo: Float32Array,
  robust: Float32Array,
  noise: number,
  prior: LightPrior,
  light: Float32Array,
): void {
  const equations = [0, 1, 2].map((c) => lightEquations(samples, albedo, robust, noise, c));
  equations.forEach((one, c) => {
    solveLight(one, c, prior, light);
  });
  const mean = meanOfChannels(light);
  equations.forEach((one, c) => {
    const cast = castOf(one, mean);
    const lit = mean.map((value) => cast * value);
    solveLight(one, c, { mean: lit, ambientSpread: CAST_SPREAD, shadingSpread: HUE_SPREAD }, light);
  });
}

/** How much of a light there is in a channel, around 1. @param light 9 coefficients */
function castOf({ hessian, gradient }: LightEquations, light: ArrayLike<number>): number {
  const known = 1 / COLOUR_SPREAD ** 2;
  let seen = known;
  let expected = known;
  for (let k = 0; k < 9; k++) {
    seen += light[k]! * gradient[k]!;
    // The equations have their lower half alone.
    expected += light[k]! ** 2 * hessian[k * 9 + k]!;
    for (let j = 0; j < k; j++) expected += 2 * light[k]! * light[j]! * hessian[k * 9 + j]!;
  }
  return seen / expected;
}
