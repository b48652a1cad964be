import type { Mesh, Vec3 } from '../mesh.js';
import { FINGERS, JOINTS, type HandModel } from './hand-file.js';

/** How one finger is bent, degrees. */
export interface FingerPose {
  /** By joint from the palm outwards; positive closes the hand, 0 is at rest. */
  readonly bend: readonly [number, number, number];
  /** Sidewards at the first joint: fingers towards the thumb, the thumb towards the palm's front. */
  readonly spread: number;
}

/** How a hand is held. */
export interface HandPose {
  /** From the thumb to the little finger. */
  readonly fingers: readonly FingerPose[];
  /** Turns the forearm about the wrist: row-major 3×3 in hand space. */
  readonly forearm: ArrayLike<number>;
}

/** A forearm as it rests. */
export const straightArm = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;

/** Everything as it is in the model. */
export const restPose: HandPose = {
  fingers: Array.from({ length: FINGERS }, () => ({ bend: [0, 0, 0], spread: 0 })),
  forearm: straightArm,
};

/** One joint's turn: a point, and axis times angle, radians. */
interface Turn {
  readonly center: Vec3;
  readonly axis: Vec3;
  readonly angle: number;
}

const vec = (values: ArrayLike<number>, index: number): Vec3 => [
  values[3 * index]!,
  values[3 * index + 1]!,
  values[3 * index + 2]!,
];
const radians = Math.PI / 180;

/**
 * Turns of a finger in the order in which they are applied: the last joint first, so that each joint is still
 * where it rests.
 */
function turnsOf(
  hand: HandModel,
  finger: number,
  { bend, spread }: FingerPose,
): (Turn & { readonly joint: number })[] {
  const turns = [2, 1, 0].map((joint) => ({
    joint,
    center: vec(hand.joints, finger * (JOINTS + 1) + joint),
    axis: vec(hand.bendAxes, finger),
    angle: bend[joint]! * radians,
  }));
  turns.push({
    joint: 0,
    center: vec(hand.joints, finger * (JOINTS + 1)),
    axis: vec(hand.spreadAxes, finger),
    angle: spread * radians,
  });
  return turns.filter(({ angle }) => angle !== 0);
}

/** Turns a point in place by a share of an angle about an axis through a centre (Rodrigues). */
function turn(point: Float64Array, { center, axis, angle }: Turn, share: number): void {
  const a = angle * share;
  const c = Math.cos(a);
  const s = Math.sin(a);
  const [x, y, z] = axis;
  const px = point[0]! - center[0];
  const py = point[1]! - center[1];
  const pz = point[2]! - center[2];
  const d = (x * px + y * py + z * pz) * (1 - c);
  point[0] = center[0] + px * c + (y * pz - z * py) * s + x * d;
  point[1] = center[1] + py * c + (z * px - x * pz) * s + y * d;
  point[2] = center[2] + pz * c + (x * py - y * px) * s + z * d;
}

/**
 * The hand's vertices in a pose, V×3, mm, hand space.
 *
 * A vertex takes part in each joint's turn by its share of the *angle*, so that it stays on a circle about
 * the joint: unlike blended matrices (linear blend skinning), bent knuckles keep their thickness.
 */
export function posedPositions(hand: HandModel, pose: HandPose): Float32Array {
  const { positions, fingerShares, jointShares, forearmShares } = hand;
  const out = positions.slice();
  const point = new Float64Array(3);
  const turns = pose.fingers.map((finger, f) => turnsOf(hand, f, finger));
  const wrist = wristTurn(pose);
  for (let v = 0; v < forearmShares.length; v++) {
    for (let f = 0; f < FINGERS; f++) {
      const weight = fingerShares[v * FINGERS + f]!;
      const first = (v * FINGERS + f) * JOINTS;
      if (weight === 0 || jointShares[first] === 0) continue;
      for (let k = 0; k < 3; k++) point[k] = positions[3 * v + k]!;
      for (const one of turns[f]!) turn(point, one, jointShares[first + one.joint]!);
      for (let k = 0; k < 3; k++) out[3 * v + k]! += weight * (point[k]! - positions[3 * v + k]!);
    }
    if (wrist && forearmShares[v]! > 0) {
      for (let k = 0; k < 3; k++) point[k] = out[3 * v + k]!;
      turn(point, wrist, forearmShares[v]!);
      for (let k = 0; k < 3; k++) out[3 * v + k] = point[k]!;
    }
  }
  return out;
}

function wristTurn({ forearm: r }: HandPose): Turn | undefined {
  const angle = Math.acos(Math.min(1, Math.max(-1, (r[0]! + r[4]! + r[8]! - 1) / 2)));
  const s = 2 * Math.sin(angle);
  if (angle < 1e-6) return undefined;
  return { center: [0, 0, 0], axis: [(r[7]! - r[5]!) / s, (r[2]! - r[6]!) / s, (r[3]! - r[1]!) / s], angle };
}

/** A finger's three joints and tip in a pose, hand space, mm. */
export function fingerLine(hand: HandModel, finger: number, pose: FingerPose): Vec3[] {
  const turns = turnsOf(hand, finger, pose);
  const point = new Float64Array(3);
  return Array.from({ length: JOINTS + 1 }, (_, k) => {
    vec(hand.joints, finger * (JOINTS + 1) + k).forEach((value, axis) => {
      point[axis] = value;
    });
    for (const one of turns) if (one.joint < k) turn(point, one, 1);
    return [point[0]!, point[1]!, point[2]!];
  });
}

/** The meshes of a posed hand, mm, hand space. */
export function handMeshes(hand: HandModel, pose: HandPose): { readonly skin: Mesh; readonly nails: Mesh } {
  const positions = posedPositions(hand, pose);
  const uvs = handUvs(hand);
  return {
    skin: { positions, uvs, colors: hand.colors, triangles: hand.skin },
    nails: { positions, uvs, colors: hand.colors, triangles: hand.nails },
  };
}

const known = new WeakMap<HandModel, Float32Array>();
/** So many mm of skin one pattern covers; it continues as in mirrors, since textures end at their borders. */
const PATTERN = 130;
const folded = (share: number): number => 1 - Math.abs(1 - (((share % 2) + 2) % 2));

/**
 * Texture coordinates from where vertices rest, so that patterns move with the skin; seen from the back and
 * the palm alike.
 */
function handUvs(hand: HandModel): Float32Array {
  let uvs = known.get(hand);
  if (!uvs) {
    uvs = new Float32Array((hand.positions.length / 3) * 2);
    for (let v = 0; v < uvs.length / 2; v++) {
      const [x, y, z] = vec(hand.positions, v);
      uvs[2 * v] = folded(x / PATTERN + 0.5);
      uvs[2 * v + 1] = folded((y + 0.5 * z) / PATTERN + 2.65);
    }
    known.set(hand, uvs);
  }
  return uvs;
}
