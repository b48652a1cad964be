import type { Camera } from '../math/camera.js';
import { clipTriangle, createClipper, type Clipper } from './clip-triangle.js';
import { clearRasterTarget, type RasterScratch, type RasterTarget } from './raster-target.js';
import { createFillState, fillTriangle, subpixels, type FillState } from './fill-triangle.js';
import { resolveBarycentrics } from './resolve-barycentrics.js';

export { createRasterTarget, type RasterTarget } from './raster-target.js';

export interface RasterizeOptions {
  /** Nearest visible distance in mm; triangles are clipped there. Default 1. */
  readonly near?: number;
  /**
   * `'back'` skips triangles that are seen from behind (corners clockwise in the picture). Default `'none'`.
   */
  readonly cull?: 'none' | 'back';
  /** First triangle to draw and how many; all by default. */
  readonly first?: number;
  readonly count?: number;
  /** Whether to empty the target first. Default true; false draws on, against the depths that are there. */
  readonly clear?: boolean;
  /** Added to the triangle ids that are written, to tell meshes apart. Default 0. */
  readonly idOffset?: number;
  /**
   * w·h inverse depths. Only fragments strictly behind them are drawn: the next layer of a depth peeling.
   * `Infinity` lets everything pass, and 0 nothing.
   */
  readonly behind?: Float32Array;
}

/**
 * Vertices farther than this from the image origin are clipped, so that products of snapped coordinates stay
 * exact.
 */
const guardBand = 32_768;

/** Coordinates beyond this many mm are taken for broken: their products would leave single precision. */
const farthest = 1e9;

const state: FillState = createFillState();
const clipper: Clipper = createClipper();

/**
 * Draws triangles with exact perspective into depth, triangle id and barycentric buffers.
 *
 * A pixel is covered when its centre lies inside the triangle; centres on an edge belong to the triangle for
 * which the edge is a top or left one, so that meshes have neither gaps nor double pixels along shared edges.
 * Vertices are snapped to 1/256 pixel for coverage; barycentrics and depth come from the unsnapped triangle,
 * also after near-plane clipping. Triangles with a coordinate that is not finite or beyond 1e9 mm, or without
 * area after snapping, are ignored.
 *
 * @param target Receives the buffers.
 * @param positions V×3 camera-space mm.
 * @param triangles T×3 vertex indices.
 * @param camera In pixels of the target.
 * @throws RangeError for a triangle range outside the list or an index outside the vertices.
 */
export function rasterize(
  target: RasterTarget,
  positions: Float32Array,
  triangles: Uint32Array,
  camera: Camera,
  options: RasterizeOptions = {},
): void {
  const { near = 1, cull = 'none', first = 0, clear = true, idOffset = 0, behind } = options;
  const count = options.count ?? triangles.length / 3 - first;
  checkRange(target, positions, triangles, first, count, near, behind);
  if (clear) clearRasterTarget(target);
  const { scratch } = target;
  projectVertices(scratch, positions, camera, near);
  beginState(target, behind);
  for (let t = first; t < first + count; t++) {
    const a = triangles[3 * t]!;
    const b = triangles[3 * t + 1]!;
    const c = triangles[3 * t + 2]!;
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
  target: RasterTarget,
  positions: Float32Array,
  triangles: Uint32Array,
  first: number,
  count: number,
  near: number,
  behind: Float32Array | undefined,
): void {
  if (first < 0 || count < 0 || 3 * (first + count) > triangles.length || !Number.isInteger(first + count)) {
    throw new RangeError(
      `rasterize: expected a range within ${triangles.length / 3} triangles, got first ${first}, count ${count}.`,
    );
  }
  if (!(near > 0)) throw new RangeError(`rasterize: expected a near distance above 0 mm, got ${near}.`);
  if (behind && behind.length !== target.depth.length) {
    throw new RangeError(
      `rasterize: expected ${target.depth.length} values in options.behind, got ${behind.length}.`,
    );
  }
  let greatest = 0;
  for (let i = 3 * first; i < 3 * (first + count); i++)
    if (triangles[i]! > greatest) greatest = triangles[i]!;
  if (count > 0 && 3 * greatest + 2 >= positions.length) {
    throw new RangeError(
      `rasterize: expected vertex indices below ${positions.length / 3}, got ${greatest}.`,
    );
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
  scratch.x = new Int32Array(count);
  scratch.y = new Int32Array(count);
  scratch.inverseDepth = new Float64Array(count);
  scratch.code = new Uint8Array(count);
}

function projectVertices(
  scratch: RasterScratch,
  positions: Float32Array,
  camera: Camera,
  near: number,
): void {
  const count = Math.floor(positions.length / 3);
  growScratch(scratch, count);
  const { x: sx, y: sy, inverseDepth, code } = scratch;
  const focal = camera.focal * subpixels;
  const cx = camera.cx * subpixels;
  const cy = camera.cy * subpixels;
  const limit = guardBand * subpixels;
  for (let v = 0; v < count; v++) {
    const x = positions[3 * v]!;
    const y = positions[3 * v + 1]!;
    const depth = -positions[3 * v + 2]!;
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
  positions: Float32Array,
  a: number,
  b: number,
  c: number,
  camera: Camera,
  near: number,
  id: number,
  cullBack: boolean,
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
