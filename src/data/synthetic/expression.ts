import type { Gaze } from '../../model/evaluate.js';
import type { ExpressionBasis } from '../../model/morphable-model.js';
import type { Random } from '../random.js';

/** One look of a face: units by name, with the range that they are drawn from. */
interface Look {
  /** How often, relative to the others. */
  readonly share: number;
  readonly units: Readonly<Record<string, readonly [number, number]>>;
}

/**
 * Combinations that occur in faces; random sums of units are grimaces. Both sides move alike up to a small
 * difference, except in the looks that name one side.
 */
const LOOKS: readonly Look[] = [
  { share: 5, units: {} },
  { share: 4, units: { 'mouth-corner-puller': [0.15, 0.6], 'eye-*-slit': [0, 0.25] } },
  {
    share: 3,
    units: {
      'mouth-corner-puller': [0.4, 0.9],
      'mouth-open': [0.05, 0.25],
      'mouth-elevation': [0, 0.3],
      'eye-*-slit': [0.1, 0.4],
      'nose-*-dilatation': [0, 0.2],
    },
  },
  { share: 1.5, units: { 'mouth-open': [0.1, 0.5] } },
  {
    share: 1,
    units: { 'mouth-open': [0.4, 0.95], 'eyebrows-*-up': [0.1, 0.6], 'eye-*-opened-up': [0, 0.5] },
  },
  { share: 1, units: { 'eyebrows-*-up': [0.2, 0.9], 'eye-*-opened-up': [0, 0.5] } },
  {
    share: 1,
    units: { 'eyebrows-*-down': [0.2, 0.9], 'eye-*-slit': [0, 0.4], 'mouth-compression': [0, 0.5] },
  },
  { share: 1, units: { 'mouth-depression': [0.1, 0.6], 'eyebrows-*-inner-up': [0.1, 0.7] } },
  { share: 0.8, units: { 'mouth-pursing': [0.2, 0.8] } },
  { share: 0.8, units: { 'mouth-protusion': [0.1, 0.6] } },
  { share: 0.8, units: { 'mouth-compression': [0.2, 0.8] } },
  {
    share: 0.6,
    units: {
      'nose-compression': [0.1, 0.6],
      'mouth-upward-retraction': [0.1, 0.5],
      'eyebrows-*-down': [0.1, 0.5],
    },
  },
  { share: 0.6, units: { 'mouth-retraction': [0.1, 0.6], 'mouth-parling': [0, 0.5] } },
  { share: 0.5, units: { 'eyebrows-left-up': [0.3, 0.9] } },
  { share: 0.5, units: { 'eyebrows-right-up': [0.3, 0.9] } },
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
      for (const side of ['left', 'right']) set(name.replace('*', side), value * random.uniform(0.85, 1.1));
  }
  // Nobody is quite at rest.
  for (const name of basis.names)
    if (!/open|closure|neck/.test(name) && random.uniform() < 0.15) set(name, random.uniform(0, 0.12));
  const lids = random.uniform();
  if (lids < BLINK) for (const side of ['left', 'right']) set(`eye-${side}-closure`, random.uniform(0.6, 1));
  else if (lids < BLINK + WINK) set(`eye-${random.choice(['left', 'right'])}-closure`, 1);
  // Lids of the model at rest stand wider than people's.
  else for (const side of ['left', 'right']) set(`eye-${side}-closure`, random.uniform(0, 0.3));
  const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value));
  return {
    coefficients,
    gaze: { yaw: clamp(random.normal(0, GAZE_YAW), 0.5), pitch: clamp(random.normal(0, GAZE_PITCH), 0.3) },
  };
}

function weighted(looks: readonly Look[], random: Random): Look {
  let rest = random.uniform(
    0,
    looks.reduce((sum, { share }) => sum + share, 0),
  );
  return looks.find(({ share }) => (rest -= share) < 0) ?? looks[0]!;
}
