import { boxMeans, gaussianMeans } from '../../math/box-filter.js';
import { ranked } from '../../math/median.js';
import { smoothstep } from '../../math/smoothstep.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { lookUp, type Unwrapped } from './compose-textures.js';
import { logRatio, meanRatio } from './correction-field.js';
import { CORRECTION_SIZE, sharesOf, skinShare } from './correction-shares.js';

/** Natural logarithms that smooth skin may be brighter, or of another hue, than the fitted albedo. */
const LARGEST_BRIGHTER = 0.08;
const LARGEST_HUE = LARGEST_BRIGHTER / 3;
/** The same of fine things on plain skin, in each colour; of what is brighter still, this share is light. */
const LARGEST_GLINT = 0.12;
const GLINT = 0.8;
/**
 * Lips, brows and what is near them differ more from what is fitted: there only what is brighter than this is
 * a glint, if the other side of the face is not bright as well, as white beards and brows are.
 */
const LARGEST_SPECK = 0.45;
const BRIGHT_FROM = 0.15;
const BRIGHT_TO = 0.4;
/** Variance of logarithms from which on half a mean gives way to the median, which keeps a shadow's edge. */
const EDGE = 0.02;
/** Cells to either side that the median is of, and the share of itself that a cell must show to count. */
const MEDIAN_REACH = 3;
const SHOWN = 0.2;
/** What is darker than this on the other side as well may be a beard, and from the second on is. */
const BEARD_FROM = 0.08;
const BEARD_TO = 0.23;
/** Box filters of this many cells to either side: a Gaussian of some 4 mm. */
const REACH = 3;
/** Where less than this share of what is around a cell is seen, its light is more that of all the skin. */
const FEW_SEEN = 0.1;

/**
 * Takes from the skin what a light of low order could not: cast shadows, highlights, a lamp of another colour
 * on one side. What the smoothed photo is brighter, darker or of another hue than the albedo fitted to it is
 * light, and moves from `seen.albedo` to `seen.shade`; their product, the photo, stays. What is not seen lies
 * in the same light as far as that is smooth, and the less a texel is believed, the less its glint is light
 * on what it is filled with: else borders of what is seen are jagged in the photo's light.
 *
 * Finer things that are darker, as wrinkles and moles, and small differences are left to the skin; so is what
 * is dark on both sides of the face alike: more often a beard than a shadow. Finer things that are brighter
 * are glints on plain skin, and light as well.
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
  const { light, glints, brightest } = leftLight(model, seen, albedo, modelSize, size);
  const scale = CORRECTION_SIZE / size;
  const toModel = modelSize / size;
  const lit = litCells(light);
  const here = new Float32Array(3);
  const fitted = new Float32Array(3);
  for (let texel = 0; texel < seen.weight.length; texel++) {
    const believed = Math.min(1, seen.weight[texel]!);
    const x = (texel % size) + 0.5;
    const y = Math.floor(texel / size) + 0.5;
    const cell = Math.floor(y * scale) * CORRECTION_SIZE + Math.floor(x * scale);
    if (believed === 0 && lit[cell] === 0) continue;
    lookUp(light, CORRECTION_SIZE, x * scale - 0.5, y * scale - 0.5, here);
    const asGlint = believed > 0 ? glints[cell]! : 0;
    if (asGlint > 0) lookUp(albedo, modelSize, x * toModel - 0.5, y * toModel - 0.5, fitted);
    for (let k = 0; k < 3; k++) {
      const at = 3 * texel + k;
      const gain = Math.exp(here[k]!);
      seen.albedo[at]! /= gain;
      seen.shade[at]! *= gain;
      const limit = brightest[cell]! * fitted[k]!;
      if (asGlint === 0 || seen.albedo[at]! <= limit) continue;
      // What is left of the excess, in logarithms, is a power of it.
      const glint = (seen.albedo[at]! / limit) ** asGlint;
      seen.albedo[at]! /= glint;
      seen.shade[at]! *= glint ** believed;
    }
  }
}

/** Above 0 in cells with light left on them or beside them, n×n. */
function litCells(light: Float32Array): Float32Array {
  const n = CORRECTION_SIZE;
  const lit = new Float32Array(n * n).map((_, cell) => {
    const [r, g, b] = [light[3 * cell]!, light[3 * cell + 1]!, light[3 * cell + 2]!];
    return r === 0 && g === 0 && b === 0 ? 0 : 1;
  });
  return boxMeans(lit, n, 1);
}

/** What of the skin is light, on the correction's grid. */
interface LeftLight {
  /** Logarithm of the light that is left on the skin, n×n×3. */
  readonly light: Float32Array;
  /** What share of finer things that are bright is light, n×n, 0…1. */
  readonly glints: Float32Array;
  /** What they may be brighter than the fitted albedo, as a factor, n×n. */
  readonly brightest: Float32Array;
}

function leftLight(
  model: MorphableModel,
  seen: Unwrapped,
  albedo: Float32Array,
  modelSize: number,
  size: number,
): LeftLight {
  const n = CORRECTION_SIZE;
  const { ratio, weights } = logRatio(seen, seen.weight, albedo, modelSize, size);
  const { scalp, plain } = sharesOf(model);
  const skin = weights.map((weight, i) => weight * skinShare(scalp[i]!));
  const means = smoothed(ratio, skin);
  const brighter = brightness(means);
  const fine = brightness(ratio);
  const edged = withEdges(fine, brighter, skin);
  const light = new Float32Array(3 * n * n);
  const glints = new Float32Array(n * n);
  for (let i = 0; i < n * n; i++) {
    const mirror = i - (i % n) + n - 1 - (i % n);
    const onBothSides = Math.min(0, brighter[mirror]!);
    const sharp = plain[i]! * (1 - smoothstep(BEARD_FROM, BEARD_TO, -onBothSides));
    const whole = brighter[i]! + sharp * (edged[i]! - brighter[i]!);
    const oneSided = 1 - smoothstep(BRIGHT_FROM, BRIGHT_TO, brightOnBothSides(fine, i));
    glints[i] = GLINT * (plain[i]! + (1 - plain[i]!) * oneSided);
    const bright = whole < 0 ? Math.min(0, whole - onBothSides) : whole;
    for (let k = 0; k < 3; k++) {
      const hue = means[3 * i + k]! - brighter[i]!;
      light[3 * i + k] = beyond(bright, LARGEST_BRIGHTER) + beyond(hue, LARGEST_HUE);
    }
  }
  const brightest = plain.map((share) => Math.exp(LARGEST_SPECK + share * (LARGEST_GLINT - LARGEST_SPECK)));
  return { light, glints, brightest };
}

/** Cells off the middle within which the sides of a face are not told apart. */
const MIDDLE = 12;

/** The lesser of a cell's value and that of the other side; of what is in the middle, that of both sides. */
function brightOnBothSides(values: Float32Array, cell: number): number {
  const n = CORRECTION_SIZE;
  const row = cell - (cell % n);
  const aside = Math.max(MIDDLE, Math.abs((cell % n) + 0.5 - n / 2) - 0.5);
  return Math.min(values[row + n / 2 + aside]!, values[row + n / 2 - 1 - aside]!);
}

/** What a value exceeds a limit by, either way. */
const beyond = (value: number, limit: number): number =>
  Math.sign(value) * Math.max(0, Math.abs(value) - limit);

/** The mean of each three values. */
const brightness = (values: Float32Array): Float32Array =>
  new Float32Array(values.length / 3).map(
    (_, i) => (values[3 * i]! + values[3 * i + 1]! + values[3 * i + 2]!) / 3,
  );

/**
 * Smooth values that keep the edges of shadows: where values vary much, they are the medians of what is
 * around. Spots and lines of less than half a window do not count.
 * @param values of each cell @param means around each cell
 */
function withEdges(values: Float32Array, means: Float32Array, weights: Float32Array): Float32Array {
  const shares = around(weights);
  const squares = around(weights.map((weight, i) => weight * values[i]! ** 2));
  const near = new Float32Array((2 * MEDIAN_REACH + 1) ** 2);
  return means.map((mean, i) => {
    if (weights[i]! < SHOWN) return mean;
    const variance = Math.max(0, squares[i]! / shares[i]! - mean ** 2);
    if (variance < EDGE / 10) return mean;
    const share = variance / (variance + EDGE);
    return mean + share * (medianAround(values, weights, i, near) - mean);
  });
}

/** @param near room for all that a window holds */
function medianAround(values: Float32Array, weights: Float32Array, cell: number, near: Float32Array): number {
  const n = CORRECTION_SIZE;
  const x = cell % n;
  const y = Math.floor(cell / n);
  const left = Math.max(0, x - MEDIAN_REACH);
  const right = Math.min(n - 1, x + MEDIAN_REACH);
  let count = 0;
  for (let v = Math.max(0, y - MEDIAN_REACH); v <= Math.min(n - 1, y + MEDIAN_REACH); v++)
    for (let at = v * n + left; at <= v * n + right; at++)
      if (weights[at]! >= SHOWN) near[count++] = values[at]!;
  return ranked(near, count, count >> 1);
}

/** Weighed means of n×n×3 values around each cell. */
function smoothed(values: Float32Array, weights: Float32Array): Float32Array {
  const all = meanRatio(values, weights);
  const shares = around(weights);
  const sums = [0, 1, 2].map((k) => around(weights.map((weight, i) => weight * values[3 * i + k]!)));
  return values.map((_, at) => {
    const i = Math.floor(at / 3);
    const k = at % 3;
    return (sums[k]![i]! + FEW_SEEN * all[k]!) / (shares[i]! + FEW_SEEN);
  });
}

const around = (plane: Float32Array): Float32Array => gaussianMeans(plane, CORRECTION_SIZE, REACH);
