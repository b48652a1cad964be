import type { Gaze } from '../../model/evaluate.js';
import { keepOpposed } from '../../model/arkit-units.js';
import type { ExpressionBasis } from '../../model/morphable-model.js';
import type { Random } from '../random.js';

/** One look of a face: units by name, with the range that they are drawn from. */
interface Look {
  /** How often, relative to the others. */
  readonly share: number;
  readonly units: Readonly<Record<string, readonly [number, number]>>;
}

/**
 * Combinations that occur in faces; random sums of units are grimaces. `*` stands for both sides, which move
 * alike up to a small difference, except in the looks that name one side.
 */
const LOOKS: readonly Look[] = [
  { share: 5, units: {} },
  // Smiles: of the mouth, of the whole face, with open lips, laughing, of one side.
  {
    share: 3,
    units: { 'mouthSmile*': [0.15, 0.65], 'mouthDimple*': [0, 0.2], 'cheekSquint*': [0, 0.3] },
  },
  {
    share: 3,
    units: {
      'mouthSmile*': [0.4, 0.95],
      'mouthUpperUp*': [0.05, 0.35],
      'mouthLowerDown*': [0.05, 0.3],
      'cheekSquint*': [0.1, 0.6],
      'eyeSquint*': [0.05, 0.4],
      jawOpen: [0, 0.12],
    },
  },
  {
    share: 1.5,
    units: {
      'mouthSmile*': [0.5, 1],
      'mouthUpperUp*': [0.1, 0.4],
      'mouthLowerDown*': [0.1, 0.4],
      'cheekSquint*': [0.2, 0.8],
      'eyeSquint*': [0.1, 0.6],
      jawOpen: [0.1, 0.4],
    },
  },
  { share: 0.5, units: { mouthSmileLeft: [0.3, 0.8], mouthDimpleLeft: [0, 0.4] } },
  { share: 0.5, units: { mouthSmileRight: [0.3, 0.8], mouthDimpleRight: [0, 0.4] } },
  // Open mouths: talking, calling, amazed, and a jaw behind closed lips.
  {
    share: 1.5,
    units: { jawOpen: [0.05, 0.35], 'mouthLowerDown*': [0, 0.4], 'mouthUpperUp*': [0, 0.2] },
  },
  { share: 1, units: { jawOpen: [0.3, 0.95], 'mouthStretch*': [0, 0.3], 'browOuterUp*': [0, 0.4] } },
  {
    share: 1,
    units: {
      jawOpen: [0.2, 0.8],
      browInnerUp: [0.2, 0.8],
      'browOuterUp*': [0.2, 0.8],
      'eyeWide*': [0, 0.7],
    },
  },
  { share: 0.6, units: { jawOpen: [0.1, 0.4], mouthClose: [0.1, 0.4] } },
  // Brows.
  { share: 1, units: { browInnerUp: [0.1, 0.7], 'browOuterUp*': [0.2, 0.9], 'eyeWide*': [0, 0.5] } },
  { share: 1, units: { 'browDown*': [0.2, 0.9], 'eyeSquint*': [0, 0.5], 'mouthPress*': [0, 0.5] } },
  { share: 0.5, units: { browOuterUpLeft: [0.3, 0.9], browDownRight: [0, 0.3] } },
  { share: 0.5, units: { browOuterUpRight: [0.3, 0.9], browDownLeft: [0, 0.3] } },
  // Sad, doubtful, pouting, tense.
  { share: 1, units: { 'mouthFrown*': [0.1, 0.8], browInnerUp: [0.1, 0.7], mouthShrugLower: [0, 0.4] } },
  { share: 0.5, units: { mouthShrugLower: [0.2, 0.8], mouthShrugUpper: [0.1, 0.6] } },
  { share: 0.8, units: { mouthPucker: [0.2, 0.9] } },
  { share: 0.8, units: { mouthFunnel: [0.1, 0.7], jawOpen: [0, 0.25] } },
  { share: 0.5, units: { 'mouthPress*': [0.2, 0.8] } },
  { share: 0.4, units: { mouthRollLower: [0.1, 0.7], mouthRollUpper: [0.1, 0.7] } },
  { share: 0.5, units: { 'mouthStretch*': [0.1, 0.7], 'mouthLowerDown*': [0, 0.4] } },
  // Disgust and other play.
  {
    share: 0.7,
    units: {
      'noseSneer*': [0.2, 0.9],
      'mouthUpperUp*': [0.1, 0.5],
      'browDown*': [0.1, 0.5],
      'cheekSquint*': [0, 0.4],
    },
  },
  { share: 0.5, units: { cheekPuff: [0.2, 1] } },
  { share: 0.3, units: { mouthLeft: [0.1, 0.6], jawLeft: [0, 0.3] } },
  { share: 0.3, units: { mouthRight: [0.1, 0.6], jawRight: [0, 0.3] } },
  { share: 0.2, units: { jawForward: [0.1, 0.7] } },
  { share: 0.2, units: { tongueOut: [0.4, 1], jawOpen: [0, 0.3] } },
];

/** Chances of lids that are closed, and of a wink. */
const BLINK = 0.05;
const WINK = 0.01;
/** Spread of gaze, radians. */
const GAZE_YAW = 0.18;
const GAZE_PITCH = 0.1;

/**
 * An expression that people wear in photos: coefficients within the model's bounds, and where the eyes look.
 */
export function sampleExpression(
  basis: ExpressionBasis,
  random: Random,
): { coefficients: Float32Array; gaze: Gaze } {
  const coefficients = new Float32Array(basis.count);
  const set = (name: string, value: number): void => {
    const index = basis.names.indexOf(name);
    // Models with other units keep those that they share.
    if (index >= 0)
      coefficients[index] = Math.min(
        basis.upper[index]!,
        Math.max(basis.lower[index]!, coefficients[index]! + value),
      );
  };
  const look = weighted(LOOKS, random);
  for (const [name, [low, high]] of Object.entries(look.units)) {
    const value = random.uniform(low, high);
    if (!name.includes('*')) set(name, value);
    else
      for (const side of ['Left', 'Right']) set(name.replace('*', side), value * random.uniform(0.85, 1.1));
  }
  // Nobody is quite at rest.
  for (const name of basis.names)
    if (!NEVER_BY_CHANCE.test(name) && random.uniform() < 0.08) set(name, random.uniform(0, 0.12));
  const lids = random.uniform();
  if (lids < BLINK) for (const side of ['Left', 'Right']) set(`eyeBlink${side}`, random.uniform(0.6, 1));
  else if (lids < BLINK + WINK) set(`eyeBlink${random.choice(['Left', 'Right'])}`, 1);
  else if (!('eyeWide*' in look.units)) {
    const drooping = random.uniform(0, 0.2);
    for (const side of ['Left', 'Right']) set(`eyeBlink${side}`, drooping * random.uniform(0.9, 1.1));
  }
  const gaze = drawGaze(random);
  lookWithLids(set, gaze);
  keepOpposed(basis.names, coefficients);
  return { coefficients, gaze };
}

/** Units that take part only in looks that name them. */
const NEVER_BY_CHANCE = /^(eyeLook|eyeBlink|eyeWide|jawOpen|mouthClose|tongueOut|cheekPuff)/;

function drawGaze(random: Random): Gaze {
  const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value));
  return { yaw: clamp(random.normal(0, GAZE_YAW), 0.5), pitch: clamp(random.normal(0, GAZE_PITCH), 0.3) };
}

/** Lids follow the eyes; the units stand for this turn, radians. */
const LID_TURN = 0.6;

function lookWithLids(set: (name: string, value: number) => void, { yaw, pitch }: Gaze): void {
  for (const side of ['Left', 'Right']) {
    set(pitch > 0 ? `eyeLookDown${side}` : `eyeLookUp${side}`, Math.abs(pitch) / LID_TURN);
    // Positive yaw turns to picture right, where the subject's left is.
    const outwards = yaw > 0 === (side === 'Left');
    set(outwards ? `eyeLookOut${side}` : `eyeLookIn${side}`, Math.abs(yaw) / LID_TURN);
  }
}

function weighted(looks: readonly Look[], random: Random): Look {
  let rest = random.uniform(
    0,
    looks.reduce((sum, { share }) => sum + share, 0),
  );
  return looks.find(({ share }) => (rest -= share) < 0) ?? looks[0]!;
}
