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
import { fingerClearance, wrappedFingers, type Gap } from './wrap.js';

/**
 * Where a left hand lies; lengths in mm, angles in degrees. For a right hand everything is as in a mirror, so that +x is always
 * the side of the hand's own arm.
 */
export interface HandPlace {
  /** Row-major 3×3, hand to head space. */
  readonly rotation: ArrayLike<number>;
  /** This point of the hand, hand space… */
  readonly anchor: Vec3;
  /** …comes to lie here, head space. */
  readonly at: Vec3;
  readonly size: number;
  readonly fingers: readonly FingerPose[];
  /** From the wrist to the elbow, and on from there, as far as the wrist can turn; unit vectors, head space. */
  readonly elbow: Vec3;
  readonly shoulder: Vec3;
  /** Outwards: the hand is moved along it until it touches the head. None for a hand in the air. */
  readonly outwards?: Vec3;
  /** Whether palm and fingers are laid on the head; else the hand touches as it is. */
  readonly laid?: boolean;
  /** How far above the head's surface it lies, mm: a hand over another. Default 0. */
  readonly above?: number;
}

/** Turned about the normal of the head's surface, and out of it. */
export interface OnHead {
  /** Place on the shell: degrees from straight ahead, height in mm. */
  readonly angle: number;
  readonly y: number;
  /** Where the fingers point: from upwards towards −x. */
  readonly turn: number;
  /** Lifts the fingers off the face. */
  readonly tilt?: number;
  /** About the fingers' direction: 0 with the palm, 90 with the thumb's side on the face. */
  readonly roll?: number;
}

/** The shell as a left hand sees it. */
export function sidedShell(shell: HeadShell, side: number): HeadShell {
  return side > 0 ? shell : { radius: (angle, y) => shell.radius(-angle, y), draped: (angle, y) => shell.draped(-angle, y) };
}

/** Half the stretch over which the surface's direction is taken: degrees and mm, about half a palm. */
const WIDE = 14, HIGH = 24;

/** How a hand lies that touches the head with its palm, or with its thumb's side. */
export function onHead(shell: HeadShell, { angle, y, turn, tilt = 0, roll = 0 }: OnHead): Pick<HandPlace, 'rotation' | 'at' | 'outwards'> {
  const point = (a: number, h: number): Vec3 => onShell(a, h, shell.draped(a, h));
  const outwards = normalized(cross(minus(point(angle + WIDE, y), point(angle - WIDE, y)), minus(point(angle, y + HIGH), point(angle, y - HIGH))));
  const right = normalized(cross([0, 1, 0], outwards)), up = cross(outwards, right), t = (turn * Math.PI) / 180, c = Math.cos(t), s = Math.sin(t);
  const along: Vec3 = [c * up[0] - s * right[0], c * up[1] - s * right[1], c * up[2] - s * right[2]], across = cross(along, outwards);
  const base = [across[0], along[0], outwards[0], across[1], along[1], outwards[1], across[2], along[2], outwards[2]];
  return { rotation: multiplyRotations(base, rotationFromEuler({ yaw: roll, pitch: tilt, roll: 0 })), at: point(angle, y), outwards };
}

/** Soft parts give way by so much, mm; and this share of the touching vertices may do so more. */
const PRESS = 2, DEEPEST = 0.03;
/** Fingers may sink in by so much, mm, and the hand is lifted off so many times at most. */
const SUNK = 3, ARCHES = 2, MOST_ARCH = 3;

/** The parts of a hand with its arm, head space. @param side 1 for a left hand, −1 for a right one */
export function handParts(hand: HandModel, shell: HeadShell, side: number, place: HandPlace, skin: Vec3, random: Random): ObjectPart[] {
  const { rotation: r, size, anchor, outwards, laid = false, above = 0 } = place, sided = sidedShell(shell, side);
  const forearm = forearmTowards(inHand(r, place.elbow)), offset = rotated(r, anchor);
  const at: [number, number, number] = [place.at[0] - size * offset[0], place.at[1] - size * offset[1], place.at[2] - size * offset[2]];
  const gap: Gap = (x, y, z) => {
    const hx = at[0] + size * (r[0]! * x + r[1]! * y + r[2]! * z), hy = at[1] + size * (r[3]! * x + r[4]! * y + r[5]! * z), hz = at[2] + size * (r[6]! * x + r[7]! * y + r[8]! * z) - axisZ;
    return (Math.hypot(hx, hz) - sided.draped((Math.atan2(hx, hz) * 180) / Math.PI, hy) - above) / size;
  };
  const settle = (positions: Float32Array, touching: readonly number[]): void => {
    if (!outwards) return;
    for (let pass = 0; pass < 2; pass++) {
      const gaps = touching.map((v) => gap(positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!)).sort((a, b) => a - b);
      const move = -size * (gaps[Math.floor(DEEPEST * gaps.length)]! + PRESS);
      for (let k = 0; k < 3; k++) at[k]! += move * outwards[k]!;
    }
  };
  let pose: HandPose = { fingers: place.fingers, forearm };
  if (laid) {
    settle(hand.positions, surfaces(hand).palm);
    for (let tries = 0; ; tries++) {
      pose = { forearm, fingers: wrappedFingers(hand, place.fingers, gap) };
      // Where the face rises more steeply than fingers can, the hand arches over it.
      const sunk = -Math.min(...pose.fingers.map((finger, f) => (f === 0 ? 0 : fingerClearance(hand, f, finger, gap)))) - SUNK;
      if (!outwards || sunk <= 0 || tries === ARCHES) break;
      for (let k = 0; k < 3; k++) at[k]! += size * Math.min(MOST_ARCH, 0.8 * sunk) * outwards[k]!;
    }
  } else settle(posedPositions(hand, pose), surfaces(hand).hand);
  const { skin: skinMesh, nails } = handMeshes(hand, pose), colors = shadedColors(hand, pose, skinMesh.positions, outwards ? gap : undefined);
  const parts: ObjectPart[] = [
    { mesh: { ...skinMesh, colors }, color: skin, texture: pattern('skin'), specular: { strength: 0.045, shininess: 12 } },
    { mesh: { ...nails, colors, positions: nails.positions.slice() }, color: skin, specular: { strength: 0.12, shininess: 40 } },
    ...armParts(hand, forearm, inHand(r, place.shoulder), skin, random),
  ];
  return parts.map((part) => {
    const mesh = placed(part.mesh, r, at, size);
    return { ...part, mesh: side > 0 ? mesh : mirrored(mesh) };
  });
}

const rotated = (r: ArrayLike<number>, [x, y, z]: Vec3): Vec3 => [r[0]! * x + r[1]! * y + r[2]! * z, r[3]! * x + r[4]! * y + r[5]! * z, r[6]! * x + r[7]! * y + r[8]! * z];
const inHand = (r: ArrayLike<number>, [x, y, z]: Vec3): Vec3 => [r[0]! * x + r[3]! * y + r[6]! * z, r[1]! * x + r[4]! * y + r[7]! * z, r[2]! * x + r[5]! * y + r[8]! * z];

interface Surfaces { readonly palm: readonly number[]; readonly hand: readonly number[] }
const known = new WeakMap<HandModel, Surfaces>();

/** Vertices of the palm's front that no finger moves much, and of the whole hand. */
function surfaces(hand: HandModel): Surfaces {
  let found = known.get(hand);
  if (!found) {
    const palm: number[] = [], whole: number[] = [];
    hand.forearmShares.forEach((forearm, v) => {
      if (forearm > 0.2) return;
      whole.push(v);
      let moved = 0;
      for (let f = 0; f < FINGERS; f++) moved += hand.fingerShares[v * FINGERS + f]! * hand.jointShares[(v * FINGERS + f) * JOINTS]!;
      if (moved < 0.35 && hand.positions[3 * v + 2]! < 0) palm.push(v);
    });
    known.set(hand, found = { palm, hand: whole });
  }
  return found;
}
