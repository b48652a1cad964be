import { FINGERS, JOINTS, type HandModel } from '../../src/data/occlusion/hand/hand-file.js';
import { cross, dot, minus, normalized, type Vec3 } from '../../src/data/occlusion/mesh.js';
import type { HandCut } from './hand-cut.js';

/** One finger's line from the wrist through its joints to its tip, with what bends it. */
export interface Finger {
  /** Wrist side, three joints, tip. */
  readonly line: readonly Vec3[];
  /** Distances along the line of its points, the first joint being 0, mm. */
  readonly at: readonly number[];
  readonly bend: Vec3;
  readonly spread: Vec3;
  /** Half its thickness, mm. */
  readonly radius: number;
}

/**
 * The helpers sit where the fingers part; the joints that one sees on the back of a hand lie nearer to the
 * wrist by this share of the way. The thumb's do not.
 */
const KNUCKLE_BACK = 0.14;
const PALM: Vec3 = [0, 0, -1];
const OUTWARDS: Vec3 = [1, 0, 0];

/** Joints and axes of all fingers. */
export function fingersOf({ helpers, positions }: HandCut): Finger[] {
  return helpers.map(([first, second, third, end], finger) => {
    const knuckle: Vec3 = finger === 0 ? first! : scaled(first!, 1 - KNUCKLE_BACK);
    const last = normalized(minus(end!, third!));
    const along = normalized(minus(third!, knuckle));
    const { length, radius } = lastLimb(positions, third!, last);
    const tip: Vec3 = [
      third![0] + length * last[0],
      third![1] + length * last[1],
      third![2] + length * last[2],
    ];
    const line: Vec3[] = [finger === 0 ? [8, 8, -6] : scaled(first!, 0.1), knuckle, second!, third!, tip];
    // The thumb's helpers tell in which plane it bends: its pad faces the fingers and not the palm.
    const bend =
      finger === 0
        ? normalized(cross(minus(second!, first!), minus(end!, third!)))
        : normalized(cross(along, acrossOf(PALM, along)));
    const spread = normalized(cross(along, acrossOf(finger === 0 ? PALM : OUTWARDS, along)));
    return { line, at: distances(line), bend, spread, radius };
  });
}

/** How far the mesh goes beyond a joint, and half its thickness between there and the joint, mm. */
function lastLimb(positions: Float32Array, joint: Vec3, along: Vec3): { length: number; radius: number } {
  const far: number[] = [];
  let length = 0;
  for (let v = 0; v < positions.length; v += 3) {
    const way = minus([positions[v]!, positions[v + 1]!, positions[v + 2]!], joint);
    const forward = dot(way, along);
    const aside = Math.sqrt(Math.max(0, dot(way, way) - forward * forward));
    if (forward < -3 || forward > 40 || aside > 13) continue;
    length = Math.max(length, forward);
    if (forward < 6) far.push(aside);
  }
  far.sort((a, b) => a - b);
  return { length, radius: far[far.length >> 1] ?? 8 };
}

const scaled = ([x, y, z]: Vec3, by: number): Vec3 => [x * by, y * by, z * by];

function acrossOf(direction: Vec3, along: Vec3): Vec3 {
  const d = dot(direction, along);
  return normalized([direction[0] - d * along[0], direction[1] - d * along[1], direction[2] - d * along[2]]);
}

function distances(line: readonly Vec3[]): number[] {
  const steps = line.slice(1).map((point, k) => Math.hypot(...minus(point, line[k]!)));
  return line.map((_, k) => (k === 0 ? -steps[0]! : steps.slice(1, k).reduce((sum, step) => sum + step, 0)));
}

/** Where a point lies by a finger: distance from its line, and along it. */
export function besideFinger({ line, at }: Finger, point: Vec3): { aside: number; along: number } {
  let best = { aside: Infinity, along: 0 };
  for (let k = 0; k + 1 < line.length; k++) {
    const step = minus(line[k + 1]!, line[k]!);
    const way = minus(point, line[k]!);
    const length = Math.hypot(...step);
    const share = Math.max(
      k === 0 ? -0.2 : 0,
      Math.min(k + 2 === line.length ? 1.5 : 1, dot(way, step) / (length * length)),
    );
    const aside = Math.hypot(way[0] - share * step[0], way[1] - share * step[1], way[2] - share * step[2]);
    if (aside < best.aside) best = { aside, along: at[k]! + share * length };
  }
  return best;
}

/** Half lengths, mm, over which the surface bends at a joint; the thumb's root is buried in the palm. */
const SOFT = [10, 6.5, 5.5] as const;
const THUMB_SOFT = [20, 9, 6.5] as const;
/** The farther from the nearest finger, mm, the less another moves a vertex. */
const RIVAL = 3.5;
const WRIST_SOFT = 24;

type Shares = Pick<HandModel, 'fingerShares' | 'jointShares' | 'forearmShares'>;

/** How vertices follow joints. */
export function followShares({ positions, triangles }: HandCut, fingers: readonly Finger[]): Shares {
  const count = positions.length / 3;
  const fingerShares = new Float32Array(count * FINGERS);
  const jointShares = new Float32Array(count * FINGERS * JOINTS);
  const forearmShares = new Float32Array(count);
  for (let v = 0; v < count; v++) {
    const point: Vec3 = [positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!];
    const beside = fingers.map((finger) => besideFinger(finger, point));
    const nearest = Math.min(...beside.map(({ aside }) => aside));
    const weights = beside.map(({ aside }) => Math.exp(-(((aside - nearest) / RIVAL) ** 2)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    fingers.forEach((finger, f) => {
      fingerShares[v * FINGERS + f] = weights[f]! / total;
      for (let j = 0; j < JOINTS; j++) {
        const soft = (f === 0 ? THUMB_SOFT : SOFT)[j]!;
        jointShares[(v * FINGERS + f) * JOINTS + j] = smoothStep(
          (beside[f]!.along - finger.at[j + 1]!) / (2 * soft) + 0.5,
        );
      }
    });
    forearmShares[v] = 1 - smoothStep((point[1] + 6) / (2 * WRIST_SOFT) + 0.5);
  }
  const neighbours = neighboursOf(triangles, count);
  return {
    fingerShares: evened(fingerShares, FINGERS, neighbours, 3),
    jointShares: evened(jointShares, FINGERS * JOINTS, neighbours, 1),
    forearmShares,
  };
}

function smoothStep(share: number): number {
  const t = Math.min(1, Math.max(0, share));
  return t * t * (3 - 2 * t);
}

/** Vertices that share an edge of a triangle, by vertex. */
export function neighboursOf(triangles: Uint32Array, count: number): number[][] {
  const sets = Array.from({ length: count }, () => new Set<number>());
  for (let t = 0; t < triangles.length; t += 3) {
    for (let k = 0; k < 3; k++) {
      const a = triangles[t + k]!;
      const b = triangles[t + ((k + 1) % 3)]!;
      sets[a]!.add(b);
      sets[b]!.add(a);
    }
  }
  return sets.map((set) => [...set]);
}

/** Values per vertex, each moved half-way to its neighbours' mean, several times. */
export function evened(
  values: Float32Array,
  width: number,
  neighbours: readonly (readonly number[])[],
  passes: number,
): Float32Array {
  let from = values;
  for (let pass = 0; pass < passes; pass++) {
    const to = from.slice();
    neighbours.forEach((near, v) => {
      for (let k = 0; k < width && near.length > 0; k++) {
        to[v * width + k] =
          0.5 * from[v * width + k]! +
          (0.5 / near.length) * near.reduce((sum, other) => sum + from[other * width + k]!, 0);
      }
    });
    from = to;
  }
  return from;
}
