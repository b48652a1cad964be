import { FINGERS, JOINTS, type HandModel } from './hand-file.js';
import { fingerLine, type HandPose } from './pose.js';
import type { Gap } from './wrap.js';

/**
 * Within so many mm of the head, and of another finger, less light arrives; and the least of it that does.
 */
const NEAR_HEAD = 7;
const NEAR_FINGER = 6;
const LEAST = 0.52;

/**
 * The hand's colours, darker where the light is kept away by the head or by other fingers, V×3.
 * @param positions posed vertices, V×3, hand space
 * @param gap distance from the head, hand space; none for a hand in the air
 */
export function shadedColors(
  hand: HandModel,
  pose: HandPose,
  positions: Float32Array,
  gap?: Gap,
): Float32Array {
  const colors = hand.colors.slice();
  const lines = pose.fingers.map((finger, f) => fingerLine(hand, f, finger).flat());
  const balls = lines.map((line, f) => around(line, hand.radii[f]! + NEAR_FINGER));
  for (let v = 0; v < hand.forearmShares.length; v++) {
    if (hand.forearmShares[v]! > 0.5) continue;
    const x = positions[3 * v]!;
    const y = positions[3 * v + 1]!;
    const z = positions[3 * v + 2]!;
    let light = gap ? openness(gap(x, y, z) / NEAR_HEAD) : 1;
    for (let f = 0; f < FINGERS; f++) {
      // What belongs to a finger lies near it.
      if (hand.fingerShares[v * FINGERS + f]! > 0.15) continue;
      if (square(balls[f]!, x, y, z) > balls[f]![3]!) continue;
      light *= openness((distanceFrom(lines[f]!, x, y, z) - hand.radii[f]!) / NEAR_FINGER);
    }
    // Light that has been through skin is red.
    colors[3 * v]! *= light ** 0.75;
    colors[3 * v + 1]! *= light;
    colors[3 * v + 2]! *= light;
  }
  return colors;
}

function openness(share: number): number {
  const t = Math.min(1, Math.max(0, share));
  return LEAST + (1 - LEAST) * t * (2 - t);
}

/** A ball around a finger, beyond which it does no harm: its middle and the square of its radius. */
function around(line: readonly number[], margin: number): readonly number[] {
  const middle = [0, 1, 2].map((k) => (line[k]! + line[3 + k]! + line[6 + k]! + line[9 + k]!) / 4);
  const radius =
    margin +
    Math.sqrt(Math.max(...[0, 3, 6, 9].map((k) => square(middle, line[k]!, line[k + 1]!, line[k + 2]!))));
  return [...middle, radius * radius];
}

const square = (from: readonly number[], x: number, y: number, z: number): number =>
  (x - from[0]!) ** 2 + (y - from[1]!) ** 2 + (z - from[2]!) ** 2;

/** From a finger's limbs, mm. @param line its joints and tip, flat */
function distanceFrom(line: readonly number[], x: number, y: number, z: number): number {
  let least = Infinity;
  for (let k = 0; k < 3 * JOINTS; k += 3) {
    const ax = line[k]!;
    const ay = line[k + 1]!;
    const az = line[k + 2]!;
    const dx = line[k + 3]! - ax;
    const dy = line[k + 4]! - ay;
    const dz = line[k + 5]! - az;
    const t = Math.min(
      1,
      Math.max(0, ((x - ax) * dx + (y - ay) * dy + (z - az) * dz) / (dx * dx + dy * dy + dz * dz)),
    );
    const gx = x - ax - t * dx;
    const gy = y - ay - t * dy;
    const gz = z - az - t * dz;
    least = Math.min(least, gx * gx + gy * gy + gz * gz);
  }
  return Math.sqrt(least);
}
