import { TensorReader } from '../../../model/tensor-reader.js';
import type { NamedTensors, Tensor } from '../../../model/tensor-reader.js';
import type { Vec3 } from '../mesh.js';

/** What `metadata.format` of a hand file must say. */
export const HAND_FORMAT = 'rogue-hand';
export const HAND_FORMAT_VERSION = '1';

/** A hand file is not one, or is damaged. The message is one line and names the remedy. */
export class HandFileError extends Error {
  override readonly name = 'HandFileError';
}

export const fingerNames = ['thumb', 'index', 'middle', 'ring', 'little'] as const;
/** Fingers, and joints of each that bend. */
export const FINGERS = 5;
export const JOINTS = 3;

/**
 * A left hand with its forearm at rest: fingers almost straight, a little apart.
 *
 * Hand space, mm: origin in the wrist, +y towards the middle finger's knuckle, +z out of the back of the
 * hand, +x to the thumb.
 */
export interface HandModel {
  /** V×3. */
  readonly positions: Float32Array;
  /** T×3, of the skin without nails, and of the nails. */
  readonly skin: Uint32Array;
  readonly nails: Uint32Array;
  /** V×3 linear, multiplies the skin's colour. */
  readonly colors: Float32Array;
  /** FINGERS×4×3: the three joints of each finger from the palm outwards, and its tip. */
  readonly joints: Float32Array;
  /** FINGERS×3 unit vectors: a finger bends about this axis, by positive angles to close. */
  readonly bendAxes: Float32Array;
  /**
   * FINGERS×3 unit vectors: a finger turns sidewards about this axis, by positive angles towards +x; the
   * thumb towards the palm.
   */
  readonly spreadAxes: Float32Array;
  /** FINGERS: half a finger's thickness, mm. */
  readonly radii: Float32Array;
  /** Where the forearm leads from the wrist. */
  readonly elbow: Vec3;
  /** V×FINGERS, 0…1: which finger moves a vertex; they sum to 1. */
  readonly fingerShares: Float32Array;
  /** V×FINGERS×JOINTS, 0…1: how much of each joint's turn a vertex takes part in. */
  readonly jointShares: Float32Array;
  /** V, 0…1: how much a vertex belongs to the forearm. */
  readonly forearmShares: Float32Array;
}

export interface HandTensors {
  readonly tensors: NamedTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Colours are stored as bytes, this value being 1. */
const COLOR_UNIT = 160;

/**
 * The content of a hand file; shares and colours are rounded to bytes.
 * @param metadata licence, source, builder
 */
export function handToTensors(hand: HandModel, metadata: Readonly<Record<string, string>>): HandTensors {
  const count = hand.positions.length / 3;
  const bytes = (values: Float32Array, unit: number) =>
    Uint8Array.from(values, (value) => Math.min(255, Math.round(value * unit)));
  const tensors = new Map<string, Tensor>([
    ['positions', { shape: [count, 3], data: hand.positions }],
    ['joints', { shape: [FINGERS, JOINTS + 1, 3], data: hand.joints }],
    ['bendAxes', { shape: [FINGERS, 3], data: hand.bendAxes }],
    ['spreadAxes', { shape: [FINGERS, 3], data: hand.spreadAxes }],
    ['elbow', { shape: [3], data: Float32Array.from(hand.elbow) }],
    ['radii', { shape: [FINGERS], data: hand.radii }],
    ['skin', { shape: [hand.skin.length / 3, 3], data: Uint16Array.from(hand.skin) }],
    ['nails', { shape: [hand.nails.length / 3, 3], data: Uint16Array.from(hand.nails) }],
    ['colors', { shape: [count, 3], data: bytes(hand.colors, COLOR_UNIT) }],
    ['fingerShares', { shape: [count, FINGERS], data: bytes(hand.fingerShares, 255) }],
    ['jointShares', { shape: [count, FINGERS, JOINTS], data: bytes(hand.jointShares, 255) }],
    ['forearmShares', { shape: [count], data: bytes(hand.forearmShares, 255) }],
  ]);
  return { tensors, metadata: { format: HAND_FORMAT, formatVersion: HAND_FORMAT_VERSION, ...metadata } };
}

/** @throws HandFileError in one line when the content is not a hand file of this version or is damaged */
export function handFromTensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>>,
): HandModel {
  const fail = (problem: string): never => {
    throw new HandFileError(`hand file: ${problem}; build it again with "npm run build-hand".`);
  };
  if (metadata['format'] !== HAND_FORMAT)
    fail(`its format is "${metadata['format'] ?? 'none'}", expected "${HAND_FORMAT}"`);
  if (metadata['formatVersion'] !== HAND_FORMAT_VERSION)
    fail(`its version is ${metadata['formatVersion'] ?? 'missing'}, expected ${HAND_FORMAT_VERSION}`);
  const reader = new TensorReader(tensors, fail);
  const positions = reader.floats('positions', [undefined, 3]);
  const count = positions.length / 3;
  const shares = (name: string, shape: readonly number[], unit = 255) =>
    Float32Array.from(reader.integers(name, shape, 256), (value) => value / unit);
  const [x, y, z] = reader.floats('elbow', [3]);
  return {
    positions,
    elbow: [x!, y!, z!],
    joints: reader.floats('joints', [FINGERS, JOINTS + 1, 3]),
    radii: reader.floats('radii', [FINGERS]),
    bendAxes: reader.floats('bendAxes', [FINGERS, 3]),
    spreadAxes: reader.floats('spreadAxes', [FINGERS, 3]),
    skin: Uint32Array.from(reader.integers('skin', [undefined, 3], count)),
    nails: Uint32Array.from(reader.integers('nails', [undefined, 3], count)),
    colors: shares('colors', [count, 3], COLOR_UNIT),
    fingerShares: shares('fingerShares', [count, FINGERS]),
    jointShares: shares('jointShares', [count, FINGERS, JOINTS]),
    forearmShares: shares('forearmShares', [count]),
  };
}
