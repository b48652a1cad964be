import { solveCholesky } from '../../math/linear-solve.js';
import { constantLight } from '../../math/spherical-harmonics.js';
import type { SkinSamples } from './skin-samples.js';

/** Expected mean irradiance of a well exposed photo and its spread. */
export const TYPICAL_LIGHT = 0.7;
export const LIGHT_SPREAD = 0.35;
/** Spread of the directional coefficients around none, and of colour casts around grey. */
const SHADING_SPREAD = 0.35;
export const CAST_SPREAD = 0.07;
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

/**
 * Ridge regression of one channel's light with priors: ambient as the other channels', shading around none.
 */
function solveLight(
  equations: LightEquations,
  channel: number,
  ambient: number,
  ambientSpread: number,
  light: Float32Array,
): void {
  const hessian = equations.hessian.slice();
  const gradient = equations.gradient.slice();
  const unit = constantLight(1)[0]!;
  for (let k = 0; k < 9; k++) {
    const spread = (k === 0 ? ambientSpread : SHADING_SPREAD) * unit;
    hessian[k * 9 + k]! += 1 / (spread * spread);
    if (k === 0) gradient[0]! += (ambient * unit) / (spread * spread);
  }
  if (solveCholesky(hessian, gradient, 9)) light.set(gradient, channel * 9);
}

/**
 * The light that explains the samples' colours on their albedo best, as spherical harmonics; channels first
 * each for themselves, then with about one ambient light.
 * @param light 27 irradiance coefficients, written
 */
export function solveAllLights(
  samples: SkinSamples,
  albedo: Float32Array,
  robust: Float32Array,
  noise: number,
  light: Float32Array,
): void {
  const unit = constantLight(1)[0]!;
  const equations = [0, 1, 2].map((c) => lightEquations(samples, albedo, robust, noise, c));
  equations.forEach((one, c) => {
    solveLight(one, c, TYPICAL_LIGHT, LIGHT_SPREAD, light);
  });
  const grey = (light[0]! + light[9]! + light[18]!) / (3 * unit);
  equations.forEach((one, c) => {
    solveLight(one, c, grey, CAST_SPREAD, light);
  });
}
