import { solveCholesky } from '../math/linear-solve.js';
import { alignPoints } from '../math/procrustes.js';
import { multiplyRotations, rotationFromAxisAngle } from '../math/rotation.js';
import type { TriangleMesh } from '../io/read-obj.js';
import { surfaceDistance, type SurfaceDistance } from './surface-distance.js';

/**
 * The challenge's seven landmarks among iBUG's 68: corners of the right and of the left eye, below the nose,
 * corners of the mouth.
 */
export const nowLandmarks: readonly number[] = [36, 39, 42, 45, 33, 48, 54];

export interface NowOptions {
  /**
   * Whether the prediction's size counts: alignment without scale (the metrical challenge). Default false.
   */
  readonly metrical?: boolean;
  /** Most scan vertices that the alignment looks at; distances are measured at all. Default 8000. */
  readonly samples?: number;
}

/** A similarity p ↦ s·R·p + t from the prediction to the scan. */
interface Motion {
  readonly scale: number;
  readonly rotation: ArrayLike<number>;
  readonly translation: ArrayLike<number>;
}

/**
 * Distances of a face scan from a predicted mesh as the NoW challenge measures them (Sanyal et al. 2019): the
 * scan is cut to a sphere about the face; the prediction is brought onto it by seven landmarks, then by least
 * squares of the scan-to-surface distances.
 *
 * @param predicted any mesh, any unit; mm for the metrical challenge
 * @param predictedLandmarks 7×3, on the prediction, in the order of `nowLandmarks`
 * @param scan V×3, mm
 * @param scanLandmarks 7×3, mm
 * @returns the distance of each scan vertex of the face, mm
 * @throws RangeError for landmarks or meshes that are not usable, saying which
 */
export function nowDistances(
  predicted: TriangleMesh,
  predictedLandmarks: ArrayLike<number>,
  scan: Float32Array,
  scanLandmarks: ArrayLike<number>,
  { metrical = false, samples = 8000 }: NowOptions = {},
): Float32Array {
  for (const [name, points] of [
    ['predicted', predictedLandmarks],
    ['scan', scanLandmarks],
  ] as const) {
    if (points.length !== 21 || !Array.from(points).every(Number.isFinite))
      throw new RangeError(
        `nowDistances: expected 7 ${name} landmarks of three finite numbers, received ${points.length} numbers.`,
      );
  }
  const face = cutToFace(scan, scanLandmarks);
  const surface = surfaceDistance(predicted);
  const start = alignPoints(predictedLandmarks, scanLandmarks, { scale: !metrical });
  if (face.length === 0)
    throw new RangeError('nowDistances: no scan vertex lies near the landmarks; are both in mm?');
  if (!(start.scale > 0 && Number.isFinite(start.scale)))
    throw new RangeError('nowDistances: the predicted landmarks coincide.');
  const motion = refined(start, surface, every(face, samples), metrical);
  const distances = new Float32Array(face.length / 3);
  for (let i = 0; i < distances.length; i++)
    distances[i] = motion.scale * surface.at(...backwards(motion, face, 3 * i));
  return distances;
}

/** Scan vertices within the sphere about the face: DESIGN section 6. */
function cutToFace(scan: Float32Array, landmarks: ArrayLike<number>): Float32Array {
  const point = (k: number): number[] => [0, 1, 2].map((axis) => landmarks[3 * k + axis]!);
  const distance = (a: readonly number[], b: readonly number[]): number =>
    Math.hypot(...a.map((value, axis) => value - b[axis]!));
  const bridge = [0, 1, 2].map((axis) => (landmarks[3 + axis]! + landmarks[6 + axis]!) / 2);
  const bottom = point(4);
  const centre = bottom.map((value, axis) => value + 0.3 * (bridge[axis]! - value));
  const radius = (1.4 * (distance(point(0), point(3)) + distance(bridge, bottom))) / 2;
  const inside: number[] = [];
  for (let i = 0; i < scan.length; i += 3) {
    const dx = scan[i]! - centre[0]!;
    const dy = scan[i + 1]! - centre[1]!;
    const dz = scan[i + 2]! - centre[2]!;
    if (dx * dx + dy * dy + dz * dz <= radius * radius) inside.push(scan[i]!, scan[i + 1]!, scan[i + 2]!);
  }
  return Float32Array.from(inside);
}

/** At most so many of the points, evenly. */
function every(points: Float32Array, most: number): Float32Array {
  const count = points.length / 3;
  const step = Math.max(1, count / most);
  return Float32Array.from(
    { length: 3 * Math.floor(count / step) },
    (_, i) => points[3 * Math.floor(Math.floor(i / 3) * step) + (i % 3)]!,
  );
}

/** A scan point in the prediction's space. */
function backwards(
  { scale, rotation: r, translation: t }: Motion,
  points: Float32Array,
  at: number,
): [number, number, number] {
  const x = (points[at]! - t[0]!) / scale;
  const y = (points[at + 1]! - t[1]!) / scale;
  const z = (points[at + 2]! - t[2]!) / scale;
  return [
    r[0]! * x + r[3]! * y + r[6]! * z,
    r[1]! * x + r[4]! * y + r[7]! * z,
    r[2]! * x + r[5]! * y + r[8]! * z,
  ];
}

const STEPS = 40;
const ENOUGH = 1e-6;

/**
 * Least squares of the distances by damped Gauss–Newton steps (Levenberg 1944). To first order the distance
 * changes only by how far the nearest point of the surface moves along the line to it.
 */
function refined(start: Motion, surface: SurfaceDistance, points: Float32Array, metrical: boolean): Motion {
  let motion = start;
  let { cost, normal, gradient } = linearised(motion, surface, points);
  let damping = 1e-3;
  for (let step = 0; step < STEPS; step++) {
    const size = metrical ? 6 : 7;
    const damped = Float64Array.from({ length: size * size }, (_, i) => {
      const row = Math.floor(i / size);
      const column = i % size;
      return normal[7 * row + column]! * (row === column ? 1 + damping : 1);
    });
    const change = gradient.slice(0, size);
    if (!solveCholesky(damped, change, size)) {
      // A surface that can slide along itself, such as a sphere.
      if ((damping = Math.max(1e-6, 8 * damping)) > 1e6) break;
      continue;
    }
    const next = moved(motion, change);
    const there = linearised(next, surface, points);
    if (there.cost < cost) {
      const gain = (cost - there.cost) / cost;
      [motion, cost, normal, gradient, damping] = [
        next,
        there.cost,
        there.normal,
        there.gradient,
        damping / 4,
      ];
      if (gain < ENOUGH) break;
    } else if ((damping *= 8) > 1e6) break;
  }
  return motion;
}

interface Linearised {
  readonly cost: number;
  readonly normal: Float64Array;
  readonly gradient: Float64Array;
}

/**
 * Sum of squares, JᵀJ and −Jᵀr for a turn about the translated origin (3), a shift (3) and a relative growth
 * (1).
 */
function linearised(motion: Motion, surface: SurfaceDistance, points: Float32Array): Linearised {
  const normal = new Float64Array(49);
  const gradient = new Float64Array(7);
  const row = new Float64Array(7);
  const nearest = new Float64Array(3);
  const { scale, rotation: r, translation: t } = motion;
  let cost = 0;
  for (let i = 0; i < points.length; i += 3) {
    const distance = scale * surface.at(...backwards(motion, points, i), nearest);
    cost += distance * distance;
    if (distance < 1e-9) continue;
    // The nearest point from the origin of the prediction, in scan space.
    const [y0, y1, y2] = [0, 3, 6].map(
      (k) => scale * (r[k]! * nearest[0]! + r[k + 1]! * nearest[1]! + r[k + 2]! * nearest[2]!),
    ) as [number, number, number];
    const n0 = (points[i]! - t[0]! - y0) / distance;
    const n1 = (points[i + 1]! - t[1]! - y1) / distance;
    const n2 = (points[i + 2]! - t[2]! - y2) / distance;
    row.set([
      -(n2 * y1 - n1 * y2),
      -(n0 * y2 - n2 * y0),
      -(n1 * y0 - n0 * y1),
      -n0,
      -n1,
      -n2,
      -(n0 * y0 + n1 * y1 + n2 * y2),
    ]);
    for (let a = 0; a < 7; a++) {
      gradient[a]! -= row[a]! * distance;
      for (let b = 0; b < 7; b++) normal[7 * a + b]! += row[a]! * row[b]!;
    }
  }
  return { cost, normal, gradient };
}

function moved({ scale, rotation, translation }: Motion, change: ArrayLike<number>): Motion {
  return {
    scale: scale * Math.exp(change[6] ?? 0),
    rotation: multiplyRotations(rotationFromAxisAngle([change[0]!, change[1]!, change[2]!]), rotation),
    translation: [0, 1, 2].map((axis) => translation[axis]! + change[3 + axis]!),
  };
}
