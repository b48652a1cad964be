import { FINGERS, JOINTS, type HandModel } from './hand-file.js';
import { fingerLine, type HandPose } from './pose.js';
import type { Gap } from './wrap.js';

/** Within so many mm of the head, and of another finger, less light arrives; and the least of it that does. */
const NEAR_HEAD = 7, NEAR_FINGER = 6, LEAST = 0.52;

/**
 * The hand's colours, darker where the light is kept away by the head or by other fingers, V×3.
 * @param positions posed vertices, V×3, hand space
 * @param gap distance from the head, hand space; none for a hand in the air
 */
export function shadedColors(hand: HandModel, pose: HandPose, positions: Float32Array, gap?: Gap): Float32Array {
  const colors = hand.colors.slice(), lines = pose.fingers.map((finger, f) => fingerLine(hand, f, finger).flat());
  for (let v = 0; v < hand.forearmShares.length; v++) {
    if (hand.forearmShares[v]! > 0.5) continue;
    const x = positions[3 * v]!, y = positions[3 * v + 1]!, z = positions[3 * v + 2]!;
    let light = gap ? openness(gap(x, y, z) / NEAR_HEAD) : 1;
    for (let f = 0; f < FINGERS; f++) {
      // What belongs to a finger lies near it.
      if (hand.fingerShares[v * FINGERS + f]! > 0.15) continue;
      light *= openness((distanceFrom(lines[f]!, x, y, z) - hand.radii[f]!) / NEAR_FINGER);
    }
    // Light that has been through skin is red.
    colors[3 * v]! *= light ** 0.75; colors[3 * v + 1]! *= light; colors[3 * v + 2]! *= light;
  }
  return colors;
}

function openness(share: number): number {
  const t = Math.min(1, Math.max(0, share));
  return LEAST + (1 - LEAST) * t * (2 - t);
}

/** From a finger's limbs, mm. @param line its joints and tip, flat */
function distanceFrom(line: readonly number[], x: number, y: number, z: number): number {
  let least = Infinity;
  for (let k = 0; k < 3 * JOINTS; k += 3) {
    const ax = line[k]!, ay = line[k + 1]!, az = line[k + 2]!, dx = line[k + 3]! - ax, dy = line[k + 4]! - ay, dz = line[k + 5]! - az;
    const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy + (z - az) * dz) / (dx * dx + dy * dy + dz * dz)));
    const gx = x - ax - t * dx, gy = y - ay - t * dy, gz = z - az - t * dz, square = gx * gx + gy * gy + gz * gz;
    if (square < least) least = square;
  }
  return Math.sqrt(least);
}
