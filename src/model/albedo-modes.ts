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

/** Rows of a matrix, weighed and added: two at a time, as the sum is then read half as often. */
function weightedSum(rows: Float32Array, count: number, weights: ArrayLike<number>): Float32Array {
  const sum = new Float32Array(rows.length / Math.max(1, count));
  const used = [...Array(Math.min(count, weights.length)).keys()].filter((k) => weights[k] !== 0);
  for (let n = 0; n < used.length; n += 2) {
    const a = weights[used[n]!]!;
    const b = n + 1 < used.length ? weights[used[n + 1]!]! : 0;
    const first = rows.subarray(used[n]! * sum.length, (used[n]! + 1) * sum.length);
    const second = rows.subarray((used[n + 1] ?? 0) * sum.length, ((used[n + 1] ?? 0) + 1) * sum.length);
    for (let i = 0; i < sum.length; i++) sum[i]! += a * first[i]! + b * second[i]!;
  }
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
