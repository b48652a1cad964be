import type { Vec3 } from '../mesh.js';
import { JOINTS, type HandModel } from './hand-file.js';
import { fingerLine, type FingerPose } from './pose.js';

/** Distance of a point from a surface, mm, negative inside; in the space of whoever asks. */
export type Gap = (x: number, y: number, z: number) => number;

/** How far a finger's joints may go, degrees, when it looks for something to lie on. */
export interface FingerReach {
  readonly least: readonly [number, number, number];
  readonly most: readonly [number, number, number];
}

/** How far fingers bend on a face, thumb first: a flat hand hooks into nothing. */
export const flatReach: readonly FingerReach[] = [
  { least: [-12, -8, -12], most: [28, 42, 55] },
  ...Array.from({ length: 4 }, (): FingerReach => ({ least: [-28, -5, -8], most: [42, 48, 32] })),
];

/** How far they close around a thing. */
export const grippingReach: readonly FingerReach[] = [
  { least: [-12, -8, -12], most: [34, 50, 70] },
  ...Array.from({ length: 4 }, (): FingerReach => ({ least: [-20, -3, -5], most: [88, 102, 66] })),
];

const STEP = 7;
const HALVINGS = 4;
/** Fingers that find nothing hang down so much further at each joint, degrees. */
const LOOSE = 9;
/** Soft parts give way by so much, mm. */
const PRESS = 1.2;

/**
 * Lays a finger on a surface: each joint from the palm outwards closes until anything beyond it touches, what
 * is beyond being stretched out; where nothing is in reach it only hangs down a little.
 *
 * @param gap distance from the surface, hand space, mm
 */
export function wrappedFinger(
  hand: HandModel,
  finger: number,
  pose: FingerPose,
  gap: Gap,
  { least, most }: FingerReach,
): FingerPose {
  const bend: [number, number, number] = [...least];
  const loose = finger === 0 ? 0 : LOOSE;
  for (let joint = 0; joint < JOINTS; joint++) {
    const clearance = (angle: number): number => {
      bend[joint] = angle;
      return fingerClearance(hand, finger, { bend, spread: pose.spread }, gap, joint) + PRESS;
    };
    bend[joint] =
      touchingAngle(clearance, least[joint]!, most[joint]!) ??
      Math.min(most[joint]!, pose.bend[joint]! + loose);
  }
  return { bend, spread: pose.spread };
}

/**
 * How far a finger lies above a surface at its nearest, mm; negative within.
 * @param from the first limb that counts, 0…2
 */
export function fingerClearance(
  hand: HandModel,
  finger: number,
  pose: FingerPose,
  gap: Gap,
  from = 0,
): number {
  const line = fingerLine(hand, finger, pose);
  let least = Infinity;
  for (let joint = from; joint < JOINTS; joint++) least = Math.min(least, limbClearance(line, joint, gap));
  return least - hand.radii[finger]!;
}

/** How far the thumb can be turned off a surface and onto it, degrees. */
const THUMB_OFF = -26;
const THUMB_ON = 34;

/**
 * As {@link wrappedFinger}, for all fingers that have a reach; the thumb is first turned sidewards until it
 * touches.
 */
export function wrappedFingers(
  hand: HandModel,
  fingers: readonly FingerPose[],
  gap: Gap,
  reach: readonly (FingerReach | undefined)[],
): FingerPose[] {
  return fingers.map((finger, f) => {
    const own = reach[f];
    if (f > 0 || !own) return own ? wrappedFinger(hand, f, finger, gap, own) : finger;
    const spread =
      touchingAngle(
        (angle) => fingerClearance(hand, 0, { bend: finger.bend, spread: angle }, gap) + PRESS,
        THUMB_OFF,
        THUMB_ON,
      ) ?? finger.spread;
    return wrappedFinger(hand, 0, { bend: finger.bend, spread }, gap, own);
  });
}

/** The least distance of a limb's middle and end. */
function limbClearance(line: readonly Vec3[], joint: number, gap: Gap): number {
  const [ax, ay, az] = line[joint]!;
  const [bx, by, bz] = line[joint + 1]!;
  return Math.min(gap((ax + bx) / 2, (ay + by) / 2, (az + bz) / 2), gap(bx, by, bz));
}

/**
 * The first angle at which nothing is left between; the least when there is less than nothing, undefined when
 * it never happens.
 */
function touchingAngle(
  clearance: (angle: number) => number,
  least: number,
  most: number,
): number | undefined {
  if (clearance(least) <= 0) return least;
  for (let low = least; low < most; low += STEP) {
    let high = Math.min(most, low + STEP);
    let open = low;
    if (clearance(high) > 0) continue;
    for (let k = 0; k < HALVINGS; k++) {
      const middle = (open + high) / 2;
      if (clearance(middle) > 0) open = middle;
      else high = middle;
    }
    return open;
  }
  return undefined;
}
