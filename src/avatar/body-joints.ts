import type { HeadJoint } from '../io/head-scene.js';
import { moved, type Point } from './joint-places.js';

/** The heads of files are the mean adult's in size; children's bodies are smaller than their heads tell. */
const LEAST_SCALE = 0.85;

type Offset = readonly [name: string, parent: string, offset: Point];

/** From each joint's parent, mm of an adult of 1.7 m; subject's left, which is +x. */
const leftArm: readonly Offset[] = [
  ['Shoulder', 'Spine2', [40, 95, 5]],
  ['Arm', 'Shoulder', [130, -5, -15]],
  ['ForeArm', 'Arm', [270, 0, 0]],
  ['Hand', 'ForeArm', [250, 0, 0]],
];
const leftLeg: readonly Offset[] = [
  ['UpLeg', 'Hips', [95, -60, 0]],
  ['Leg', 'UpLeg', [0, -430, 5]],
  ['Foot', 'Leg', [0, -430, -25]],
  ['ToeBase', 'Foot', [0, -65, 120]],
];
const fingers: readonly (readonly [name: string, roots: Point, next: Point])[] = [
  ['Thumb', [35, -15, 32], [30, -6, 18]],
  ['Index', [90, 5, 28], [35, 0, 0]],
  ['Middle', [95, 8, 8], [37, 0, 0]],
  ['Ring', [90, 5, -12], [35, 0, 0]],
  ['Pinky', [80, 0, -30], [28, 0, 0]],
];
const spineDown: readonly Offset[] = [
  ['Spine1', 'Spine2', [0, -110, 8]],
  ['Spine', 'Spine1', [0, -110, 6]],
  ['Hips', 'Spine', [0, -95, 0]],
];
/** From the hips to the ground, mm. */
const HIPS_TO_GROUND = 60 + 430 + 430 + 85;

export interface BodyJoints {
  /** From the hips up to the chest. */
  readonly spine: readonly HeadJoint[];
  readonly limbs: readonly HeadJoint[];
  /** How high the head's origin is above the ground, mm. */
  readonly height: number;
}

/**
 * The joints of a body below a head, plausible, in a T-pose: nothing is known of it.
 *
 * @param chest place of `Spine2`, head space, mm
 */
export function bodyJoints(chest: Point, headScale: number): BodyJoints {
  const scale = Math.max(LEAST_SCALE, Math.min(1.1, headScale));
  const places = new Map<string, Point>([['Spine2', chest]]);
  const place = ([name, parent, offset]: Offset): Point => {
    const position = moved(places.get(parent)!, offset, scale);
    places.set(name, position);
    return position;
  };
  for (const joint of spineDown) place(joint);
  const limbs: HeadJoint[] = (['Left', 'Right'] as const).flatMap((side) =>
    limbOffsets(side).map((joint) => ({ name: joint[0], parent: joint[1], position: place(joint) })),
  );
  return {
    spine: ['Hips', 'Spine', 'Spine1', 'Spine2'].map((name, k, all) => ({
      name,
      ...(k > 0 && { parent: all[k - 1]! }),
      position: places.get(name)!,
    })),
    limbs,
    height: HIPS_TO_GROUND * scale - places.get('Hips')![1],
  };
}

function limbOffsets(side: 'Left' | 'Right'): Offset[] {
  const onSide = ([x, y, z]: Point): Point => [side === 'Left' ? x : -x, y, z];
  const centre = new Set(['Spine2', 'Hips']);
  const limbs = [...leftArm, ...leftLeg].map(([name, parent, offset]): Offset => [
    side + name,
    centre.has(parent) ? parent : side + parent,
    onSide(offset),
  ]);
  const hand = `${side}Hand`;
  const digits = fingers.flatMap(([name, root, next]): Offset[] => [
    [`${hand}${name}1`, hand, onSide(root)],
    [`${hand}${name}2`, `${hand}${name}1`, onSide(next)],
    [`${hand}${name}3`, `${hand}${name}2`, onSide(next)],
  ]);
  return [...limbs, ...digits];
}
