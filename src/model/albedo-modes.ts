import { addRows } from '../math/add-rows.js';
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

/**
 * All modes of an albedo at points of the atlas, bilinear.
 * @param uvs P×2: from the left and from the top, 0…1
 * @param around offsets in the atlas: the mean of these places about each point, so that the finest modes do
 *   not alias
 * @returns count×P×3, linear RGB
 */
export function albedoModesAt(
  albedo: TextureAlbedo,
  uvs: ArrayLike<number>,
  around: readonly (readonly [u: number, v: number])[] = [[0, 0]],
): Float32Array {
  const out = new Float32Array((albedo.count * 3 * uvs.length) / 2);
  addModes(wholeAtlas(albedo.modeSize), albedo.modes, albedo.count, uvs, around, out);
  if (albedo.detail) addModes(albedo.detail, albedo.detail.modes, albedo.count, uvs, around, out);
  return out;
}

/** Mode by mode, as they are stored: point by point, each number would be fetched from afar. */
function addModes(
  grid: Grid,
  modes: Float32Array,
  count: number,
  uvs: ArrayLike<number>,
  around: readonly (readonly [u: number, v: number])[],
  out: Float32Array,
): void {
  const { ends, at, weights } = texelsAt(grid, uvs, around);
  const plane = 3 * grid.size * grid.size;
  const width = 3 * ends.length;
  for (let k = 0; k < count; k++) {
    const from = k * plane;
    for (let p = 0, n = 0; p < ends.length; p++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (const end = ends[p]!; n < end; n++) {
        const weight = weights[n]!;
        const texel = from + at[n]!;
        red += weight * modes[texel]!;
        green += weight * modes[texel + 1]!;
        blue += weight * modes[texel + 2]!;
      }
      const to = k * width + 3 * p;
      out[to]! += red;
      out[to + 1]! += green;
      out[to + 2]! += blue;
    }
  }
}

/** What points take of a grid: the first channels of texels and their weights, point after point. */
interface PointTexels {
  /** Of each point, where those of the next begin. */
  readonly ends: Int32Array;
  readonly at: Int32Array;
  readonly weights: Float32Array;
}

/** Places around a point share texels: each is there once. Places outside the grid take nothing of it. */
function texelsAt(
  { size, left, top, width, height }: Grid,
  uvs: ArrayLike<number>,
  around: readonly (readonly [u: number, v: number])[],
): PointTexels {
  const ends = new Int32Array(uvs.length / 2);
  const at: number[] = [];
  const weights: number[] = [];
  const taken = new Map<number, number>();
  const take = (texel: number, weight: number): void => {
    taken.set(texel, (taken.get(texel) ?? 0) + weight / around.length);
  };
  for (let p = 0; p < ends.length; p++) {
    taken.clear();
    for (const [du, dv] of around) {
      const x = ((uvs[2 * p]! + du - left) / width) * size - 0.5;
      const y = ((uvs[2 * p + 1]! + dv - top) / height) * size - 0.5;
      if (x < -0.5 || y < -0.5 || x > size - 0.5 || y > size - 0.5) continue;
      const cx = Math.min(size - 1, Math.max(0, x));
      const cy = Math.min(size - 1, Math.max(0, y));
      const x0 = Math.floor(cx);
      const y0 = Math.floor(cy);
      const x1 = Math.min(size - 1, x0 + 1);
      const y1 = Math.min(size - 1, y0 + 1);
      const fx = cx - x0;
      const fy = cy - y0;
      take(y0 * size + x0, (1 - fx) * (1 - fy));
      take(y0 * size + x1, fx * (1 - fy));
      take(y1 * size + x0, (1 - fx) * fy);
      take(y1 * size + x1, fx * fy);
    }
    for (const [texel, weight] of taken) {
      if (weight === 0) continue;
      at.push(3 * texel);
      weights.push(weight);
    }
    ends[p] = at.length;
  }
  return { ends, at: Int32Array.from(at), weights: Float32Array.from(weights) };
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
  addAlbedo(albedo, coefficients, albedo.meanSize, out);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.max(0, out[i]!));
  return out;
}

/** Adds what coefficients change to a texture of the whole atlas, size²×3, linear RGB. */
export function addAlbedo(
  { count, modes, modeSize, detail }: TextureAlbedo,
  coefficients: ArrayLike<number>,
  size: number,
  out: Float32Array,
): void {
  addGrid(wholeAtlas(modeSize), weightedSum(modes, count, coefficients), size, out);
  if (detail) addGrid(detail, weightedSum(detail.modes, count, coefficients), size, out);
}

/** The sum of `count` modes, each times its coefficient. */
function weightedSum(modes: Float32Array, count: number, coefficients: ArrayLike<number>): Float32Array {
  const sum = new Float32Array(modes.length / Math.max(1, count));
  addRows(sum, modes, Array.from(coefficients).slice(0, count));
  return sum;
}

/** Where pixels along a side lie between a grid's texels. */
interface Steps {
  /** Texel before and after. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly share: Float32Array;
}

/** Of pixels `first` to `end` of `size` across the atlas, where the grid covers `width` from `left` on. */
function stepsAlong(
  grid: Grid,
  left: number,
  width: number,
  size: number,
  first: number,
  end: number,
): Steps {
  const places = Float32Array.from({ length: end - first }, (_, i) => {
    const x = (((first + i + 0.5) / size - left) / width) * grid.size - 0.5;
    return Math.min(grid.size - 1, Math.max(0, x));
  });
  const before = Int32Array.from(places, Math.floor);
  const after = before.map((texel) => Math.min(grid.size - 1, texel + 1));
  return { before, after, share: places.map((place, i) => place - before[i]!) };
}

/** Adds a grid's values to a texture of the whole atlas, bilinear: first along columns, then along rows. */
function addGrid(grid: Grid, values: Float32Array, size: number, out: Float32Array): void {
  const firstX = Math.max(0, Math.ceil(grid.left * size - 0.5));
  const endX = Math.min(size, Math.ceil((grid.left + grid.width) * size - 0.5));
  const firstY = Math.max(0, Math.ceil(grid.top * size - 0.5));
  const endY = Math.min(size, Math.ceil((grid.top + grid.height) * size - 0.5));
  const columns = stepsAlong(grid, grid.left, grid.width, size, firstX, endX);
  const rows = stepsAlong(grid, grid.top, grid.height, size, firstY, endY);
  const line = new Float32Array(3 * grid.size);
  for (let y = firstY; y < endY; y++) {
    const above = 3 * grid.size * rows.before[y - firstY]!;
    const below = 3 * grid.size * rows.after[y - firstY]!;
    const down = rows.share[y - firstY]!;
    for (let i = 0; i < line.length; i++)
      line[i] = (1 - down) * values[above + i]! + down * values[below + i]!;
    for (let x = 0, at = 3 * (y * size + firstX); x < endX - firstX; x++, at += 3) {
      const left = 3 * columns.before[x]!;
      const right = 3 * columns.after[x]!;
      const share = columns.share[x]!;
      for (let c = 0; c < 3; c++) out[at + c]! += (1 - share) * line[left + c]! + share * line[right + c]!;
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
