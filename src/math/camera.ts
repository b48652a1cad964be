import type { Matrix3 } from './rotation.js';

/**
 * A pinhole camera at the origin looking along −z, without distortion and with square pixels
 * (docs/conventions.md). All three values are pixels of the image that it looks into; the image centre of a
 * `w×h` image is `(w / 2, h / 2)`.
 */
export interface Camera {
  readonly focal: number;
  readonly cx: number;
  readonly cy: number;
}

/**
 * The camera of an image that was scaled by `scale` after `(left, top)` was cut off: for crops and resized
 * copies.
 */
export function cropCamera(camera: Camera, left: number, top: number, scale: number): Camera {
  return { focal: camera.focal * scale, cx: (camera.cx - left) * scale, cy: (camera.cy - top) * scale };
}

/**
 * Projects camera-space points to pixels: `u = cx + f · x / −z`, `v = cy − f · y / −z`.
 *
 * @param points `[x, y, z]` triples in mm.
 * @param out Receives `[u, v]` pairs; a point at or behind the camera (`z ≥ 0`) gives `NaN, NaN`.
 */
export function project<T extends Float32Array | Float64Array>(
  points: ArrayLike<number>,
  camera: Camera,
  out: T,
): T {
  const { focal, cx, cy } = camera;
  for (let i = 0, o = 0; i + 2 < points.length; i += 3, o += 2) {
    const depth = -points[i + 2]!;
    const scale = depth > 0 ? focal / depth : NaN;
    out[o] = cx + points[i]! * scale;
    out[o + 1] = cy - points[i + 1]! * scale;
  }
  return out;
}

/**
 * The camera-space point that is seen at pixel `(u, v)` at distance `depth` mm along the viewing axis: the
 * inverse of {@link project}.
 */
export function unproject(
  u: number,
  v: number,
  depth: number,
  camera: Camera,
  out = new Float64Array(3),
): Float64Array {
  out[0] = ((u - camera.cx) * depth) / camera.focal;
  out[1] = ((camera.cy - v) * depth) / camera.focal;
  out[2] = -depth;
  return out;
}

/**
 * Moves points from head space into camera space: `out[i] = scale · R · points[i] + t`.
 *
 * @param rotation Row-major 3×3.
 * @param translation Three numbers, mm.
 * @param points `[x, y, z]` triples.
 * @param out Receives the triples; may be `points` itself.
 */
export function transformPoints<T extends Float32Array | Float64Array>(
  rotation: Matrix3,
  translation: ArrayLike<number>,
  points: ArrayLike<number>,
  out: T,
  scale = 1,
): T {
  const r0 = rotation[0]! * scale;
  const r1 = rotation[1]! * scale;
  const r2 = rotation[2]! * scale;
  const r3 = rotation[3]! * scale;
  const r4 = rotation[4]! * scale;
  const r5 = rotation[5]! * scale;
  const r6 = rotation[6]! * scale;
  const r7 = rotation[7]! * scale;
  const r8 = rotation[8]! * scale;
  const tx = translation[0]!;
  const ty = translation[1]!;
  const tz = translation[2]!;
  for (let i = 0; i + 2 < points.length; i += 3) {
    const x = points[i]!;
    const y = points[i + 1]!;
    const z = points[i + 2]!;
    out[i] = r0 * x + r1 * y + r2 * z + tx;
    out[i + 1] = r3 * x + r4 * y + r5 * z + ty;
    out[i + 2] = r6 * x + r7 * y + r8 * z + tz;
  }
  return out;
}
