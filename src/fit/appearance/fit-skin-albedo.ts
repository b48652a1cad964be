import { solveCholesky } from '../../math/linear-solve.js';
import { addRow, flushRows, normalEquations } from '../../math/normal-equations.js';
import { albedoModesAt } from '../../model/albedo-modes.js';
import type { TextureAlbedo } from '../../model/morphable-model.js';
import type { Unwrapped } from './compose-textures.js';

/** Cells per side of the grid over the face on which skin and modes are compared: some 4 mm each. */
const CELLS = 48;
/** A cell of which less is seen, share of it, says nothing. */
const LEAST_SEEN = 0.25;
/**
 * Expected deviation of a cell's skin from the basis, relative to how bright it is, and what is added to its
 * brightness, linear: noise, shadows, a wrong light.
 */
const DEVIATION = 0.14;
const FLOOR = 0.03;
/** Deviations beyond so many times the expected one count less (Geman & McClure). */
const ROBUST = 3;
/** How far coefficients may be from the mean, standard deviations. */
const LARGEST = 3;

/** What a network expects explains so much that the rest has this many times the precision of the basis. */
const EXPECTED = 8;

/** What is believed of coefficients before anything is seen. */
interface Prior {
  readonly mean: Float32Array;
  readonly precision: number;
}

/** Mean and modes over the cells of the grid, 3·CELLS² rows of `count`. */
interface CellBasis {
  readonly mean: Float32Array;
  readonly modes: Float32Array;
}

const bases = new WeakMap<TextureAlbedo, CellBasis>();

const windowOf = ({ detail }: TextureAlbedo) => detail ?? { left: 0, top: 0, width: 1, height: 1 };

function cellBasis(albedo: TextureAlbedo): CellBasis {
  let basis = bases.get(albedo);
  if (basis) return basis;
  const mean = cellMeans(albedo, albedo.mean, albedo.meanSize, undefined).values;
  const { left, top, width, height } = windowOf(albedo);
  const cells = CELLS * CELLS;
  const centers = Float32Array.from({ length: 2 * cells }, (_, i) => {
    const cell = i >> 1;
    return i % 2 === 0
      ? left + (width * ((cell % CELLS) + 0.5)) / CELLS
      : top + (height * (Math.floor(cell / CELLS) + 0.5)) / CELLS;
  });
  const [du, dv] = [width / CELLS / 4, height / CELLS / 4];
  const seen = albedoModesAt(albedo, centers, [
    [-du, -dv],
    [du, -dv],
    [-du, dv],
    [du, dv],
  ]);
  const modes = new Float32Array(seen.length);
  for (let k = 0; k < albedo.count; k++)
    for (let i = 0; i < 3 * cells; i++) modes[i * albedo.count + k] = seen[k * 3 * cells + i]!;
  bases.set(albedo, (basis = { mean, modes }));
  return basis;
}

/** Weighed means of a square RGB texture of the atlas over the cells of the grid. */
function cellMeans(
  albedo: TextureAlbedo,
  texture: Float32Array,
  size: number,
  weights: Float32Array | undefined,
): { readonly values: Float32Array; readonly seen: Float32Array } {
  const { left, top, width, height } = windowOf(albedo);
  const values = new Float32Array(3 * CELLS * CELLS);
  const totals = new Float32Array(CELLS * CELLS);
  const texels = new Float32Array(CELLS * CELLS);
  for (let y = Math.ceil(top * size); y < (top + height) * size; y++) {
    const row = Math.min(CELLS - 1, Math.floor((((y + 0.5) / size - top) / height) * CELLS)) * CELLS;
    for (let x = Math.ceil(left * size); x < (left + width) * size; x++) {
      const cell = row + Math.min(CELLS - 1, Math.floor((((x + 0.5) / size - left) / width) * CELLS));
      const texel = y * size + x;
      const weight = weights ? Math.min(1, weights[texel]!) : 1;
      texels[cell]!++;
      if (weight === 0) continue;
      totals[cell]! += weight;
      for (let c = 0; c < 3; c++) values[3 * cell + c]! += weight * texture[3 * texel + c]!;
    }
  }
  for (let cell = 0; cell < totals.length; cell++)
    for (let c = 0; c < 3; c++) values[3 * cell + c]! /= Math.max(1e-6, totals[cell]!);
  return { values, seen: totals.map((total, cell) => total / Math.max(1, texels[cell]!)) };
}

/**
 * Albedo coefficients of the skin that a photo shows, its light divided out: ridge regression with robust
 * weights (the modes have standard deviation 1, so the prior is the sum of squares).
 * @param start coefficients that the robust weights begin with, standard deviations
 * @param expected what a network expects, the mean head without it: what is not seen of a skin is like that
 * @returns count coefficients
 */
export function fitSkinAlbedo(
  albedo: TextureAlbedo,
  seen: Unwrapped,
  start: ArrayLike<number>,
  expected?: ArrayLike<number>,
): Float32Array {
  const { count } = albedo;
  const prior: Prior = {
    mean: Float32Array.from({ length: count }, (_, k) => expected?.[k] ?? 0),
    precision: expected ? EXPECTED : 1,
  };
  const basis = cellBasis(albedo);
  const size = Math.sqrt(seen.weight.length);
  const skin = cellMeans(albedo, seen.albedo, size, seen.weight);
  const coefficients = Float32Array.from({ length: count }, (_, k) => start[k] ?? 0);
  const cells = [...skin.seen.keys()].filter((cell) => skin.seen[cell]! >= LEAST_SEEN);
  if (cells.length < count / 4) return expected ? prior.mean : coefficients;
  const weights = cellWeights(basis, skin.values, cells, coefficients);
  return solve(basis, skin.values, skin.seen, cells, weights, prior) ?? coefficients;
}

/** The inverse variance of each cell's colours, less where they are far from what is expected. */
function cellWeights(
  { mean, modes }: CellBasis,
  values: Float32Array,
  cells: readonly number[],
  coefficients: Float32Array,
): Float32Array {
  const count = coefficients.length;
  return Float32Array.from(cells, (cell) => {
    let squared = 0;
    let bright = 0;
    for (let c = 0; c < 3; c++) {
      const row = 3 * cell + c;
      let expected = mean[row]!;
      for (let k = 0; k < count; k++) expected += coefficients[k]! * modes[row * count + k]!;
      bright += values[row]! / 3;
      squared += (values[row]! - expected) ** 2 / 3;
    }
    const deviation = DEVIATION * (bright + FLOOR);
    const odd = Math.sqrt(squared) / (ROBUST * deviation);
    return 1 / (deviation * (1 + odd * odd)) ** 2;
  });
}

function solve(
  { mean, modes }: CellBasis,
  values: Float32Array,
  seen: Float32Array,
  cells: readonly number[],
  weights: Float32Array,
  prior: Prior,
): Float32Array | undefined {
  const count = prior.mean.length;
  const equations = normalEquations(count);
  const { hessian, gradient } = equations;
  for (const [i, cell] of cells.entries()) {
    const weight = (weights[i]! * seen[cell]!) / 3;
    for (let row = 3 * cell; row < 3 * cell + 3; row++)
      addRow(equations, modes.subarray(row * count, (row + 1) * count), mean[row]! - values[row]!, weight);
  }
  flushRows(equations);
  for (let k = 0; k < count; k++) {
    hessian[k * count + k]! += prior.precision;
    gradient[k]! += prior.precision * prior.mean[k]!;
  }
  if (!solveCholesky(hessian, gradient, count)) return undefined;
  return Float32Array.from(gradient, (value) => Math.min(LARGEST, Math.max(-LARGEST, value)));
}
