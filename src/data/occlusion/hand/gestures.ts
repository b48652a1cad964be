import type { Random } from '../../random.js';
import type { FingerPose } from './pose.js';

const finger = (bend: FingerPose['bend'], spread: number): FingerPose => ({ bend, spread });
/**
 * Sidewards angles, degrees, from index to little finger, that bring the fingers of the resting hand
 * together.
 */
const TOGETHER = [-6, 0, 8.5, 16] as const;

/** Every hand holds its fingers a little differently. */
function varied(fingers: readonly FingerPose[], random: Random, bend = 4, spread = 1.2): FingerPose[] {
  return fingers.map((one) =>
    finger(
      [
        one.bend[0] + random.normal(0, bend),
        one.bend[1] + random.normal(0, bend),
        one.bend[2] + random.normal(0, 0.7 * bend),
      ],
      one.spread + random.normal(0, spread),
    ),
  );
}

/**
 * Almost straight fingers.
 * @param apart 0 side by side, 1 as at rest, 2 spread out
 * @param curl degrees per joint
 */
export function openHand(random: Random, apart: number, curl = 8): FingerPose[] {
  const fingers = TOGETHER.map((angle, k) =>
    finger([curl, curl * (1 + 0.15 * k), 0.7 * curl], angle * (1 - apart)),
  );
  return varied([finger([6 - 8 * apart, 4, 6], 4), ...fingers], random);
}

/** A closed hand, its thumb across the fingers. */
export function fist(random: Random): FingerPose[] {
  return varied(
    [
      finger([34, 30, 58], 14),
      finger([80, 96, 54], -3),
      finger([83, 96, 55], 0),
      finger([85, 95, 55], 8),
      finger([85, 90, 54], 12),
    ],
    random,
    2.5,
    0.8,
  );
}

/** The index finger out, the others closed. */
export function pointing(random: Random): FingerPose[] {
  const [thumb, , ...others] = fist(random);
  return [
    thumb!,
    finger([random.uniform(-4, 4), random.uniform(-2, 5), random.uniform(-3, 3)], -3),
    ...others,
  ];
}
