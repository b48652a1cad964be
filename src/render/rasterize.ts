import type { Camera } from '../math/camera.js';
import { clipTriangle, createClipper, type Clipper } from './clip-triangle.js';
import { clearRasterTarget, type RasterScratch, type RasterTarget } from './raster-target.js';
import { resolveBarycentrics } from './resolve-barycentrics.js';

export { createRasterTarget, type RasterTarget } from './raster-target.js';

export interface RasterizeOptions {
  /** Nearest visible distance in mm; triangles are clipped there. Default 1. */
  readonly near?: number;
  /** `'back'` skips triangles that are seen from behind (corners clockwise in the picture). Default `'none'`. */
  readonly cull?: 'none' | 'back';
  /** First triangle to draw and how many; all by default. */
  readonly first?: number;
  readonly count?: number;
  /** Whether to empty the target first. Default true; false draws on, against the depths that are there. */
  readonly clear?: boolean;
  /** Added to the triangle ids that are written, to tell meshes apart. Default 0. */
  readonly idOffset?: number;
  /**
   * w·h inverse depths. Only fragments strictly behind them are drawn: the next layer of a depth peeling. `Infinity` lets
   * everything pass, and 0 nothing.
   */
  readonly behind?: Float32Array;
}

/** Sub-pixel steps per pixel, as GPUs have. Vertices snap to them, so that edge functions are exact integers. */
const subpixels = 256;

/** Vertices farther than this from the image origin are clipped, so that products of snapped coordinates stay exact. */
const guardBand = 32_768;

/** Coordinates beyond this many mm are taken for broken: their products would leave single precision. */
const farthest = 1e9;

/** Everything a triangle is drawn with; one record, reused, so that the inner loops see locals and typed arrays only. */
interface RasterState {
  width: number;
  height: number;
  inverseDepth: Float32Array;
  triangle: Int32Array;
  behind: Float32Array | null;
  /** Pixel bounds of what was drawn, maxima exclusive. */
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

const state: RasterState = {
  width: 0, height: 0, inverseDepth: new Float32Array(0), triangle: new Int32Array(0), behind: null,
  minX: 0, minY: 0, maxX: 0, maxY: 0,
};
const clipper: Clipper = createClipper();

/**
 * Draws triangles with exact perspective into depth, triangle id and barycentric buffers.
 *
 * A pixel is covered when its centre lies inside the triangle; centres on an edge belong to the triangle for which the
 * edge is a top or left one, so that meshes have neither gaps nor double pixels along shared edges. Vertices are snapped to
 * 1/256 pixel for coverage; barycentrics and depth come from the unsnapped triangle, also after near-plane clipping.
 * Triangles with a coordinate that is not finite or beyond 1e9 mm, or without area after snapping, are ignored.
 *
 * @param target Receives the buffers.
 * @param positions V×3 camera-space mm.
 * @param triangles T×3 vertex indices.
 * @param camera In pixels of the target.
 * @throws RangeError for a triangle range outside the list or an index outside the vertices.
 */
export function rasterize(
  target: RasterTarget, positions: Float32Array, triangles: Uint32Array, camera: Camera, options: RasterizeOptions = {},
): void {
  const { near = 1, cull = 'none', first = 0, clear = true, idOffset = 0, behind } = options;
  const count = options.count ?? triangles.length / 3 - first;
  checkRange(target, positions, triangles, first, count, near, behind);
  if (clear) clearRasterTarget(target);
  const { scratch } = target;
  projectVertices(scratch, positions, camera, near);
  beginState(target, behind);
  for (let t = first; t < first + count; t++) {
    const a = triangles[3 * t]!, b = triangles[3 * t + 1]!, c = triangles[3 * t + 2]!;
    const code = scratch.code[a]! | scratch.code[b]! | scratch.code[c]!;
    if (code === 0) {
      fillTriangle(state, scratch, a, b, c, t + idOffset, cull === 'back');
    } else if (code === 1) {
      fillClipped(positions, a, b, c, camera, near, t + idOffset, cull === 'back');
    }
  }
  const { bounds } = target;
  bounds.minX = state.minX;
  bounds.minY = state.minY;
  bounds.maxX = state.maxX;
  bounds.maxY = state.maxY;
  resolveBarycentrics(target, positions, triangles, camera, idOffset, first, count);
}

function checkRange(
  target: RasterTarget, positions: Float32Array, triangles: Uint32Array, first: number, count: number, near: number,
  behind: Float32Array | undefined,
): void {
  if (first < 0 || count < 0 || 3 * (first + count) > triangles.length || !Number.isInteger(first + count)) {
    throw new RangeError(`rasterize: expected a range within ${triangles.length / 3} triangles, got first ${first}, count ${count}.`);
  }
  if (!(near > 0)) throw new RangeError(`rasterize: expected a near distance above 0 mm, got ${near}.`);
  if (behind && behind.length !== target.depth.length) {
    throw new RangeError(`rasterize: expected ${target.depth.length} values in options.behind, got ${behind.length}.`);
  }
  let greatest = 0;
  for (let i = 3 * first; i < 3 * (first + count); i++) if (triangles[i]! > greatest) greatest = triangles[i]!;
  if (count > 0 && 3 * greatest + 2 >= positions.length) {
    throw new RangeError(`rasterize: expected vertex indices below ${positions.length / 3}, got ${greatest}.`);
  }
}

function beginState(target: RasterTarget, behind: Float32Array | undefined): void {
  state.width = target.width;
  state.height = target.height;
  state.inverseDepth = target.inverseDepth;
  state.triangle = target.triangle;
  state.behind = behind ?? null;
  state.minX = target.width;
  state.minY = target.height;
  state.maxX = 0;
  state.maxY = 0;
}

function growScratch(scratch: RasterScratch, count: number): void {
  if (scratch.x.length >= count) return;
  scratch.x = new Float64Array(count);
  scratch.y = new Float64Array(count);
  scratch.inverseDepth = new Float64Array(count);
  scratch.code = new Uint8Array(count);
}

function projectVertices(scratch: RasterScratch, positions: Float32Array, camera: Camera, near: number): void {
  const count = Math.floor(positions.length / 3);
  growScratch(scratch, count);
  const { x: sx, y: sy, inverseDepth, code } = scratch;
  const focal = camera.focal * subpixels, cx = camera.cx * subpixels, cy = camera.cy * subpixels;
  const limit = guardBand * subpixels;
  for (let v = 0; v < count; v++) {
    const x = positions[3 * v]!, y = positions[3 * v + 1]!, depth = -positions[3 * v + 2]!;
    const inverse = 1 / depth;
    const u = Math.floor(cx + focal * x * inverse + 0.5);
    const w = Math.floor(cy - focal * y * inverse + 0.5);
    sx[v] = u;
    sy[v] = w;
    inverseDepth[v] = inverse;
    // Comparisons are false for NaN, so a vertex is only taken as it is when every value is sound.
    if (depth >= near && depth < farthest && u > -limit && u < limit && w > -limit && w < limit) code[v] = 0;
    else code[v] = Math.abs(x) < farthest && Math.abs(y) < farthest && Math.abs(depth) < farthest ? 1 : 2;
  }
}

/** Clips a triangle and draws the fan of what is left, under the id of the whole. */
function fillClipped(
  positions: Float32Array, a: number, b: number, c: number, camera: Camera, near: number, id: number, cullBack: boolean,
): void {
  const corners = clipTriangle(clipper, positions, a, b, c, camera, near, guardBand);
  const { scratch } = clipper;
  projectVertices(scratch, clipper.polygon, camera, near * 0.5);
  for (let k = 1; k + 1 < corners; k++) {
    if ((scratch.code[0]! | scratch.code[k]! | scratch.code[k + 1]!) === 0) {
      fillTriangle(state, scratch, 0, k, k + 1, id, cullBack);
    }
  }
}

/**
 * Fills one projected triangle, span by span.
 *
 * Each edge function `E(x, y)` is an exact integer below 2^50, held in a double, so its sign is never wrong. Along a row it
 * gives an exact bound on x by one correctly rounded division: neighbouring bounds differ by more than its rounding error.
 */
function fillTriangle(
  s: RasterState, scratch: RasterScratch, a: number, b: number, c: number, id: number, cullBack: boolean,
): void {
  const { x: sx, y: sy, inverseDepth: iz } = scratch;
  const ax = sx[a]!, ay = sy[a]!;
  // Front faces run counter-clockwise with y up; with y down, as here, their area is negative.
  const area = (sx[b]! - ax) * (sy[c]! - ay) - (sx[c]! - ax) * (sy[b]! - ay);
  if (area === 0 || (cullBack && area > 0)) return;
  // Order the corners so that the inside is on the positive side of every edge.
  const p = area > 0 ? b : c, q = area > 0 ? c : b;
  const bx = sx[p]!, by = sy[p]!, cx = sx[q]!, cy = sy[q]!;

  // Rows and columns whose pixel centres (at half = 128 sub-pixels) can lie inside.
  const lowX = ax < bx ? (ax < cx ? ax : cx) : bx < cx ? bx : cx;
  const highX = ax > bx ? (ax > cx ? ax : cx) : bx > cx ? bx : cx;
  const lowY = ay < by ? (ay < cy ? ay : cy) : by < cy ? by : cy;
  const highY = ay > by ? (ay > cy ? ay : cy) : by > cy ? by : cy;
  let startX = (lowX + 127) >> 8, endX = (highX + 128) >> 8;
  let startY = (lowY + 127) >> 8, endY = (highY + 128) >> 8;
  if (startX < 0) startX = 0;
  if (startY < 0) startY = 0;
  if (endX > s.width) endX = s.width;
  if (endY > s.height) endY = s.height;
  if (startX >= endX || startY >= endY) return;

  // Edge k from corner k to the next: E = slopeX · x + slopeY · y + constant, x and y in sub-pixels.
  const a0 = ay - by, b0 = bx - ax, a1 = by - cy, b1 = cx - bx, a2 = cy - ay, b2 = ax - cx;
  const px = 128 - ax, qx = 128 - bx, rx = 128 - cx, rowY = 256 * startY + 128;
  // Subtracting one from the other edges makes "inside" E >= 0 for all: with integers E > 0 is E − 1 >= 0.
  let e0 = a0 * px + b0 * (rowY - ay) - (a0 > 0 || (a0 === 0 && b0 > 0) ? 0 : 1);
  let e1 = a1 * qx + b1 * (rowY - by) - (a1 > 0 || (a1 === 0 && b1 > 0) ? 0 : 1);
  let e2 = a2 * rx + b2 * (rowY - cy) - (a2 > 0 || (a2 === 0 && b2 > 0) ? 0 : 1);
  const x0 = 256 * a0, x1 = 256 * a1, x2 = 256 * a2, y0 = 256 * b0, y1 = 256 * b1, y2 = 256 * b2;

  // The plane of inverse depth over pixels.
  const za = iz[a]!, zb = iz[p]! - za, zc = iz[q]! - za;
  const perArea = 256 / (area > 0 ? area : -area);
  const zx = (zb * (cy - ay) - zc * (by - ay)) * perArea;
  const zy = (zc * (bx - ax) - zb * (cx - ax)) * perArea;
  let zRow = za + (px * zx + (rowY - ay) * zy) / 256;

  const { inverseDepth, triangle, behind, width } = s;
  if (startX < s.minX) s.minX = startX;
  if (startY < s.minY) s.minY = startY;
  if (endX > s.maxX) s.maxX = endX;
  if (endY > s.maxY) s.maxY = endY;
  for (let y = startY; y < endY; y++) {
    let left = startX, right = endX - 1;
    if (x0 > 0) { const x = Math.ceil(-e0 / x0); if (x > left) left = x; }
    else if (x0 < 0) { const x = Math.floor(e0 / -x0); if (x < right) right = x; }
    else if (e0 < 0) right = -1;
    if (x1 > 0) { const x = Math.ceil(-e1 / x1); if (x > left) left = x; }
    else if (x1 < 0) { const x = Math.floor(e1 / -x1); if (x < right) right = x; }
    else if (e1 < 0) right = -1;
    if (x2 > 0) { const x = Math.ceil(-e2 / x2); if (x > left) left = x; }
    else if (x2 < 0) { const x = Math.floor(e2 / -x2); if (x < right) right = x; }
    else if (e2 < 0) right = -1;
    if (left <= right) {
      let z = zRow + zx * left;
      const begin = (y * width + left) | 0, end = (y * width + right) | 0;
      if (behind === null) {
        for (let i = begin; i <= end; i++) {
          if (z > inverseDepth[i]!) { inverseDepth[i] = z; triangle[i] = id; }
          z += zx;
        }
      } else {
        for (let i = begin; i <= end; i++) {
          // Compared as it would be stored, so that a fragment is never behind itself.
          const stored = Math.fround(z);
          if (stored > inverseDepth[i]! && stored < behind[i]!) { inverseDepth[i] = stored; triangle[i] = id; }
          z += zx;
        }
      }
    }
    e0 += y0;
    e1 += y1;
    e2 += y2;
    zRow += zy;
  }
}
