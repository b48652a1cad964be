import type { Camera } from '../math/camera.js';
import type { RasterScratch } from './raster-target.js';

/** Memory of {@link clipTriangle}: the polygon that is left, and room for its projection. */
export interface Clipper {
  /** Up to eight corners, `[x, y, z]` camera-space mm. */
  polygon: Float32Array;
  other: Float64Array;
  current: Float64Array;
  readonly scratch: RasterScratch;
}

/** A triangle gains at most one corner per plane. */
const maxCorners = 8;

export function createClipper(): Clipper {
  return {
    polygon: new Float32Array(3 * maxCorners),
    other: new Float64Array(3 * maxCorners),
    current: new Float64Array(3 * maxCorners),
    scratch: {
      x: new Int32Array(maxCorners),
      y: new Int32Array(maxCorners),
      inverseDepth: new Float64Array(maxCorners),
      code: new Uint8Array(maxCorners),
    },
  };
}

/**
 * Clips a camera-space triangle to the near plane and to a guard band around the image (Sutherland & Hodgman
 * 1974).
 *
 * A new corner on an edge is always computed from its inside end towards its outside end, so that two
 * triangles that share the edge get the same corner, bit by bit, and stay watertight.
 *
 * @param guard Half width in pixels of the square around the image origin outside which everything is cut
 *   away.
 * @returns How many corners of `clipper.polygon` are left: 0, or 3…8 in the triangle's order.
 */
export function clipTriangle(
  clipper: Clipper,
  positions: Float32Array,
  a: number,
  b: number,
  c: number,
  camera: Camera,
  near: number,
  guard: number,
): number {
  const { current } = clipper;
  for (let k = 0; k < 3; k++) {
    current[k] = positions[3 * a + k]!;
    current[3 + k] = positions[3 * b + k]!;
    current[6 + k] = positions[3 * c + k]!;
  }
  // Each plane as nx·x + ny·y + nz·z + d >= 0. The side planes hold −bound < u < bound, with u·(−z) = f·x −
  // cx·z.
  const { focal, cx, cy } = camera;
  const bound = guard - 1;
  let count = clipPlane(clipper, 3, 0, 0, -1, -near);
  count = clipPlane(clipper, count, focal, 0, -(cx + bound), 0);
  count = clipPlane(clipper, count, -focal, 0, cx - bound, 0);
  count = clipPlane(clipper, count, 0, -focal, -(cy + bound), 0);
  count = clipPlane(clipper, count, 0, focal, cy - bound, 0);
  clipper.polygon.set(clipper.current);
  return count;
}

function clipPlane(clipper: Clipper, count: number, nx: number, ny: number, nz: number, d: number): number {
  const { current, other } = clipper;
  let kept = 0;
  for (let k = 0; k < count; k++) {
    const i = 3 * k;
    const j = 3 * ((k + 1) % count);
    const here = nx * current[i]! + ny * current[i + 1]! + nz * current[i + 2]! + d;
    const there = nx * current[j]! + ny * current[j + 1]! + nz * current[j + 2]! + d;
    if (here >= 0) {
      for (let m = 0; m < 3; m++) other[3 * kept + m] = current[i + m]!;
      kept++;
    }
    if (here >= 0 !== there >= 0) {
      const inside = here >= 0 ? i : j;
      const outside = here >= 0 ? j : i;
      const near = here >= 0 ? here : there;
      const far = here >= 0 ? there : here;
      const t = near / (near - far);
      for (let m = 0; m < 3; m++)
        other[3 * kept + m] = current[inside + m]! + t * (current[outside + m]! - current[inside + m]!);
      kept++;
    }
  }
  clipper.current = other;
  clipper.other = current;
  return kept;
}
