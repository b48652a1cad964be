import type { AlbedoDetail, TextureAlbedo } from './morphable-model.js';

/** A square grid of RGB values over a part of the atlas. */
interface Grid {
  readonly size: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const wholeAtlas = (size: number): Grid => ({ size, left: 0, top: 0, width: 1, height: 1 });

/** Where a point lies between four texels of a grid: offsets of the first channel, and weights. */
interface Corners {
  readonly at: Int32Array;
  readonly weights: Float32Array;
}

/** False beyond the grid's part of the atlas. */
function cornersAt(
  { size, left, top, width, height }: Grid,
  u: number,
  v: number,
  corners: Corners,
): boolean {
  const x = ((u - left) / width) * size - 0.5;
  const y = ((v - top) / height) * size - 0.5;
  if (x < -0.5 || y < -0.5 || x > size - 0.5 || y > size - 0.5) return false;
  const cx = Math.min(size - 1, Math.max(0, x));
  const cy = Math.min(size - 1, Math.max(0, y));
  const x0 = Math.floor(cx);
  const y0 = Math.floor(cy);
  const x1 = Math.min(size - 1, x0 + 1);
  const y1 = Math.min(size - 1, y0 + 1);
  const fx = cx - x0;
  const fy = cy - y0;
  const { at, weights } = corners;
  at[0] = 3 * (y0 * size + x0);
  at[1] = 3 * (y0 * size + x1);
  at[2] = 3 * (y1 * size + x0);
  at[3] = 3 * (y1 * size + x1);
  weights[0] = (1 - fx) * (1 - fy);
  weights[1] = fx * (1 - fy);
  weights[2] = (1 - fx) * fy;
  weights[3] = fx * fy;
  return true;
}

const corners: Corners = { at: new Int32Array(4), weights: new Float32Array(4) };

/**
 * All modes of an albedo at a point of the atlas, bilinear.
 * @param u from the left, 0…1
 * @param v from the top, 0…1
 * @param out count×3, linear RGB
 */
export function albedoModesAt(albedo: TextureAlbedo, u: number, v: number, out: Float32Array): void {
  out.fill(0, 0, 3 * albedo.count);
  addModes(wholeAtlas(albedo.modeSize), albedo.modes, albedo.count, u, v, out);
  if (albedo.detail) addModes(albedo.detail, albedo.detail.modes, albedo.count, u, v, out);
}

function addModes(
  grid: Grid,
  modes: Float32Array,
  count: number,
  u: number,
  v: number,
  out: Float32Array,
): void {
  if (!cornersAt(grid, u, v, corners)) return;
  const { at, weights } = corners;
  const plane = 3 * grid.size * grid.size;
  for (let corner = 0; corner < 4; corner++) {
    const weight = weights[corner]!;
    if (weight === 0) continue;
    for (let k = 0, from = at[corner]!; k < count; k++, from += plane)
      for (let c = 0; c < 3; c++) out[3 * k + c]! += weight * modes[from + c]!;
  }
}

/**
 * The albedo texture of given coefficients, linear RGB clamped to 0…1, at the mean's size; modes are stored
 * more coarsely and interpolated.
 */
export function evaluateAlbedo(
  albedo: TextureAlbedo,
  coefficients: ArrayLike<number>,
  out = new Float32Array(albedo.mean.length),
): Float32Array {
  out.set(albedo.mean);
  const { count, meanSize, detail } = albedo;
  const whole = weightedSum(albedo.modes, count, coefficients);
  addGrid(wholeAtlas(albedo.modeSize), whole, meanSize, out);
  if (detail) addGrid(detail, weightedSum(detail.modes, count, coefficients), meanSize, out);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.max(0, out[i]!));
  return out;
}

/** The rows of a matrix with `count` rows, weighed and added. */
function weightedSum(rows: Float32Array, count: number, weights: ArrayLike<number>): Float32Array {
  const sum = new Float32Array(rows.length / Math.max(1, count));
  for (let k = 0; k < Math.min(count, weights.length); k++) {
    const weight = weights[k]!;
    if (weight === 0) continue;
    for (let i = 0, at = k * sum.length; i < sum.length; i++, at++) sum[i]! += weight * rows[at]!;
  }
  return sum;
}

/** Adds a grid's values to a texture of the whole atlas. */
function addGrid(grid: Grid, values: Float32Array, size: number, out: Float32Array): void {
  const firstX = Math.max(0, Math.floor(grid.left * size));
  const endX = Math.min(size, Math.ceil((grid.left + grid.width) * size));
  const firstY = Math.max(0, Math.floor(grid.top * size));
  const endY = Math.min(size, Math.ceil((grid.top + grid.height) * size));
  for (let y = firstY; y < endY; y++)
    for (let x = firstX; x < endX; x++) {
      if (!cornersAt(grid, (x + 0.5) / size, (y + 0.5) / size, corners)) continue;
      const { at, weights } = corners;
      for (let c = 0; c < 3; c++) {
        let value = 0;
        for (let corner = 0; corner < 4; corner++) value += weights[corner]! * values[at[corner]! + c]!;
        out[3 * (y * size + x) + c]! += value;
      }
    }
}

/** A copy of an albedo with every colour changed by a linear map that works in place. */
export function mapAlbedo(
  albedo: TextureAlbedo,
  change: (colors: Float32Array) => Float32Array,
): TextureAlbedo {
  const detail: AlbedoDetail | undefined = albedo.detail && {
    ...albedo.detail,
    modes: change(albedo.detail.modes),
  };
  return { ...albedo, mean: change(albedo.mean), modes: change(albedo.modes), detail };
}
