import { multiplyRotations, rotationFromEuler } from '../../../math/rotation.js';
import type { Random } from '../../random.js';
import { axisZ, onShell, type HeadShell } from '../head-shell.js';
import { cross, minus, mirrored, normalized, placed, type Vec3 } from '../mesh.js';
import type { ObjectPart } from '../object-model.js';
import { pattern } from '../textures.js';
import { armParts, forearmTowards } from './forearm.js';
import { FINGERS, JOINTS, type HandModel } from './hand-file.js';
import { handMeshes, posedPositions, type FingerPose, type HandPose } from './pose.js';
import { shadedColors } from './shade-hand.js';
import { fingerClearance, wrappedFingers, type FingerReach, type Gap } from './wrap.js';

/** Distance of a point from what a hand touches, mm, negative inside; in the space of a left hand's place. */
export type Surface = (x: number, y: number, z: number) => number;

/**
 * Where a left hand lies; lengths in mm, in head space or in that of an object. For a right hand everything
 * is as in a mirror, so that +x is always the side of the hand's own arm.
 */
export interface HandPlace {
  /** Row-major 3×3, from hand space. */
  readonly rotation: ArrayLike<number>;
  /** This point of the hand, hand space… */
  readonly anchor: Vec3;
  /** …comes to lie here. */
  readonly at: Vec3;
  readonly size: number;
  readonly fingers: readonly FingerPose[];
  /** From the wrist to the elbow, as far as the wrist can turn, and on from there; unit vectors. */
  readonly elbow: Vec3;
  readonly shoulder: Vec3;
  /**
   * What the hand touches, and the way out of it, along which it is moved until it does; none for a hand in
   * the air.
   */
  readonly touch?: { readonly surface: Surface; readonly outwards: Vec3 };
  /**
   * How far fingers close on the surface once the palm touches, none to stay as they are; without it the hand
   * touches as it is.
   */
  readonly closing?: readonly (FingerReach | undefined)[];
}

/** Where on the head a hand is; angles in degrees. */
export interface OnHead extends Facing {
  /** Place on the shell: from straight ahead, and height in mm. */
  readonly angle: number;
  readonly y: number;
  /** How far above the head's surface, mm: a hand over another. Default 0. */
  readonly above?: number;
}

/** How a hand lies on a surface; degrees. */
export interface Facing {
  /** Where the fingers point: from upwards towards −x, seen from outside. */
  readonly turn: number;
  /** Lifts the fingers off. */
  readonly tilt?: number;
  /** About the fingers' direction: 0 with the palm, 90 with the thumb's side on the surface. */
  readonly roll?: number;
}

/** The shell as a left hand sees it. */
function sidedShell(shell: HeadShell, side: number): HeadShell {
  return side > 0
    ? shell
    : { radius: (angle, y) => shell.radius(-angle, y), draped: (angle, y) => shell.draped(-angle, y) };
}

/** Half the stretch over which the head's direction is taken: degrees and mm, about half a palm. */
const WIDE = 14;
const HIGH = 24;

/** How a hand lies that touches the head. @param side 1 for a left hand, −1 for a right one */
export function onHead(
  headShell: HeadShell,
  side: number,
  { angle, y, above = 0, ...facing }: OnHead,
): Pick<HandPlace, 'rotation' | 'at' | 'touch'> {
  const shell = sidedShell(headShell, side);
  const point = (a: number, h: number): Vec3 => onShell(a, h, shell.draped(a, h));
  const outwards = normalized(
    cross(
      minus(point(angle + WIDE, y), point(angle - WIDE, y)),
      minus(point(angle, y + HIGH), point(angle, y - HIGH)),
    ),
  );
  const surface: Surface = (x, h, z) =>
    Math.hypot(x, z - axisZ) - shell.draped((Math.atan2(x, z - axisZ) * 180) / Math.PI, h) - above;
  return { rotation: facingRotation(outwards, facing), at: point(angle, y), touch: { surface, outwards } };
}

/** Turns a hand so that its back looks along a unit vector. */
export function facingRotation(outwards: Vec3, { turn, tilt = 0, roll = 0 }: Facing): Float64Array {
  const right = normalized(cross([0, 1, 0], outwards));
  const up = cross(outwards, right);
  const t = (turn * Math.PI) / 180;
  const c = Math.cos(t);
  const s = Math.sin(t);
  const along: Vec3 = [c * up[0] - s * right[0], c * up[1] - s * right[1], c * up[2] - s * right[2]];
  const across = cross(along, outwards);
  const base = [
    across[0],
    along[0],
    outwards[0],
    across[1],
    along[1],
    outwards[1],
    across[2],
    along[2],
    outwards[2],
  ];
  return multiplyRotations(base, rotationFromEuler({ yaw: roll, pitch: tilt, roll: 0 }));
}

/** The parts of a hand with its arm. @param side 1 for a left hand, −1 for a right one */
export function handParts(
  hand: HandModel,
  side: number,
  place: HandPlace,
  skin: Vec3,
  random: Random,
): ObjectPart[] {
  const { rotation, size } = place;
  const { pose, at, gap } = posed(hand, place);
  const meshes = handMeshes(hand, pose);
  const colors = shadedColors(hand, pose, meshes.skin.positions, gap);
  const parts: ObjectPart[] = [
    {
      mesh: { ...meshes.skin, colors },
      color: skin,
      texture: pattern('skin'),
      specular: { strength: 0.045, shininess: 12 },
    },
    {
      mesh: { ...meshes.nails, colors, positions: meshes.nails.positions.slice() },
      color: skin,
      specular: { strength: 0.12, shininess: 40 },
    },
    ...armParts(hand, pose.forearm, inHand(rotation, place.shoulder), skin, random),
  ];
  return parts.map((part) => {
    const mesh = placed(part.mesh, rotation, at, size);
    return { ...part, mesh: side > 0 ? mesh : mirrored(mesh) };
  });
}

/** Soft parts give way by so much, mm; and this share of the touching vertices may do so more. */
const PRESS = 2;
const DEEPEST = 0.03;
/**
 * Fingers may sink in by so much, mm, and the hand is lifted off so many times at most, each time not further
 * than this.
 */
const SUNK = 3;
const ARCHES = 2;
const MOST_ARCH = 3;

interface Posed {
  readonly pose: HandPose;
  /** The wrist. */
  readonly at: Vec3;
  /** Distance from what it touches, hand space. */
  readonly gap?: Gap;
}

function posed(
  hand: HandModel,
  { rotation: r, size, anchor, at: target, touch, closing, fingers, elbow }: HandPlace,
): Posed {
  const forearm = forearmTowards(inHand(r, elbow));
  const offset = rotated(r, anchor);
  const at: [number, number, number] = [
    target[0] - size * offset[0],
    target[1] - size * offset[1],
    target[2] - size * offset[2],
  ];
  if (!touch) return { pose: { fingers, forearm }, at };
  const gap: Gap = (x, y, z) =>
    touch.surface(
      at[0] + size * (r[0]! * x + r[1]! * y + r[2]! * z),
      at[1] + size * (r[3]! * x + r[4]! * y + r[5]! * z),
      at[2] + size * (r[6]! * x + r[7]! * y + r[8]! * z),
    ) / size;
  const move = (mm: number): void => {
    for (let k = 0; k < 3; k++) at[k]! += size * mm * touch.outwards[k]!;
  };
  if (!closing) {
    const pose = { fingers, forearm };
    settle(posedPositions(hand, pose), surfaces(hand).hand, gap, move);
    return { pose, at, gap };
  }
  settle(hand.positions, surfaces(hand).palm, gap, move);
  for (let tries = 0; ; tries++) {
    const closed = wrappedFingers(hand, fingers, gap, closing);
    // Where a face rises more steeply than fingers can, the hand arches over it. The thumb goes its own way.
    const sunk =
      -Math.min(...closed.map((finger, f) => (f === 0 ? 0 : fingerClearance(hand, f, finger, gap)))) - SUNK;
    if (sunk <= 0 || tries === ARCHES) return { pose: { fingers: closed, forearm }, at, gap };
    move(Math.min(MOST_ARCH, 0.8 * sunk));
  }
}

/** Moves a hand until some of its vertices touch. */
function settle(
  positions: Float32Array,
  touching: readonly number[],
  gap: Gap,
  move: (mm: number) => void,
): void {
  for (let pass = 0; pass < 2; pass++) {
    const gaps = Float32Array.from(touching, (v) =>
      gap(positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!),
    ).sort();
    move(-gaps[Math.floor(DEEPEST * gaps.length)]! - PRESS);
  }
}

const rotated = (r: ArrayLike<number>, [x, y, z]: Vec3): Vec3 => [
  r[0]! * x + r[1]! * y + r[2]! * z,
  r[3]! * x + r[4]! * y + r[5]! * z,
  r[6]! * x + r[7]! * y + r[8]! * z,
];
const inHand = (r: ArrayLike<number>, [x, y, z]: Vec3): Vec3 => [
  r[0]! * x + r[3]! * y + r[6]! * z,
  r[1]! * x + r[4]! * y + r[7]! * z,
  r[2]! * x + r[5]! * y + r[8]! * z,
];

interface Surfaces {
  readonly palm: readonly number[];
  readonly hand: readonly number[];
}
const known = new WeakMap<HandModel, Surfaces>();

/** Vertices of the palm's front that no finger moves much, and of the whole hand. */
function surfaces(hand: HandModel): Surfaces {
  let found = known.get(hand);
  if (!found) {
    const palm: number[] = [];
    const whole: number[] = [];
    hand.forearmShares.forEach((forearm, v) => {
      if (forearm > 0.2) return;
      whole.push(v);
      let moved = 0;
      for (let f = 0; f < FINGERS; f++)
        moved += hand.fingerShares[v * FINGERS + f]! * hand.jointShares[(v * FINGERS + f) * JOINTS]!;
      if (moved < 0.35 && hand.positions[3 * v + 2]! < 0) palm.push(v);
    });
    known.set(hand, (found = { palm, hand: whole }));
  }
  return found;
}
