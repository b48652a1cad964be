import { solveCholesky } from '../../math/linear-solve.js';
import { addRow, flushRows, normalEquations } from '../../math/normal-equations.js';
import { irradiance } from '../../math/spherical-harmonics.js';
import type { SkinSamples } from './skin-samples.js';
import { CORRELATION, lightPrior, type LightPrior } from './solve-lights.js';
import type { VertexAlbedoBasis } from './vertex-albedo.js';

/** Light, albedo coefficients, the weight of each sample, and the noise scale. */
export interface SkinFit {
  light: Float32Array;
  coefficients: Float32Array;
  robust: Float32Array;
  noise: number;
}

/** Albedo at n samples of the skin, linear RGB: the mean, n×3, and the modes, n×3×count. */
export interface SampledBasis {
  readonly count: number;
  readonly mean: Float32Array;
  readonly modes: Float32Array;
}

/** The basis at some vertices, all modes of a sample side by side. */
export function basisAt(
  { count, mean, modes }: VertexAlbedoBasis,
  vertices: ArrayLike<number>,
): SampledBasis {
  const rows = 3 * vertices.length;
  const source = Int32Array.from({ length: rows }, (_, i) => 3 * vertices[Math.floor(i / 3)]! + (i % 3));
  const here = new Float32Array(rows * count);
  for (let k = 0; k < count; k++)
    for (let i = 0; i < rows; i++) here[i * count + k] = modes[k * mean.length + source[i]!]!;
  return { count, mean: Float32Array.from(source, (at) => mean[at]!), modes: here };
}

/** Albedo of the samples for given coefficients, n×3. */
export function sampledAlbedo(
  { count, mean, modes }: SampledBasis,
  coefficients: ArrayLike<number>,
  out: Float32Array,
): void {
  for (let i = 0, at = 0; i < mean.length; i++) {
    let value = mean[i]!;
    for (let k = 0; k < count; k++) value += coefficients[k]! * modes[at++]!;
    out[i] = Math.max(0.01, value);
  }
}

/** What is believed of a skin and the light on it before its pixels are looked at. */
export interface SkinPrior {
  /** Albedo coefficients. */
  readonly mean: Float32Array;
  readonly precision: number;
  /** Of the first coefficient, which is the tone. */
  readonly tonePrecision: number;
  readonly light: LightPrior;
}

/**
 * How much better than the model's mean a network knows a skin. Chosen on synthetic people, whose skins are
 * known, between what is good for dark ones (less) and for light ones (more).
 */
const GUESS_PRECISION = 8;
/** The same of a tone that comes from who somebody is; chosen on people whose tone somebody has told. */
const TONE_PRECISION = 32;

/** Skin and light that a network guesses, and whether it knows the skin's tone. */
interface GuessedSkin {
  /** Standard deviations. */
  readonly albedo: ArrayLike<number>;
  /** 27 irradiance coefficients. */
  readonly light: ArrayLike<number>;
  readonly knowsTone?: boolean;
}

export function skinPrior(count: number, guess: GuessedSkin | undefined): SkinPrior {
  return {
    mean: Float32Array.from({ length: count }, (_, k) => guess?.albedo[k] ?? 0),
    precision: guess ? GUESS_PRECISION : 1,
    tonePrecision: guess ? (guess.knowsTone ? TONE_PRECISION : GUESS_PRECISION) : 1,
    light: lightPrior(guess?.light),
  };
}

/** Ridge regression of the albedo in a given light, on the samples that agree with it. */
export function solveAlbedo(
  { count, mean, modes }: SampledBasis,
  samples: SkinSamples,
  { light, robust, noise, coefficients }: SkinFit,
  prior: SkinPrior,
): void {
  const equations = normalEquations(count);
  const row = new Float64Array(count);
  const shade = irradiance(samples.normals, light, new Float32Array(samples.normals.length));
  for (let i = 0; i < mean.length; i++) {
    const sample = Math.floor(i / 3);
    const weight = (samples.weights[sample]! * robust[sample]!) / (noise * noise * CORRELATION);
    if (weight === 0) continue;
    const e = Math.max(0, shade[i]!);
    for (let k = 0; k < count; k++) row[k] = e * modes[i * count + k]!;
    addRow(equations, row, e * mean[i]! - samples.colors[i]!, weight);
  }
  flushRows(equations);
  const { hessian, gradient } = equations;
  for (let k = 0; k < count; k++) {
    const known = k === 0 ? prior.tonePrecision : prior.precision;
    hessian[k * count + k]! += known;
    gradient[k]! += known * prior.mean[k]!;
  }
  if (solveCholesky(hessian, gradient))
    coefficients.set(gradient.map((value) => Math.min(3, Math.max(-3, value))));
}
