import { smoothstep } from '../math/smoothstep.js';
import type { JointPlaces } from './joint-places.js';

/** How far below chin and nape the neck takes part in the head's turns, mm of the mean adult. */
const REACH = 75;
/** The neck's own share ends this far above and below its joint. */
const ABOVE_NECK_BASE = 25;
const BELOW_NECK_BASE = 35;
/** The nape, behind and below the base of the skull. */
const NAPE_BEHIND = 60;
const NAPE_BELOW = 8;

/**
 * How much of each vertex of the skin follows head, neck and chest: the head above a plane through chin and
 * nape, the chest below the base of the neck, and between them all three, so that a turned head bends the
 * neck.
 *
 * @param positions V×3 mm, head space
 * @returns V×3, each row of sum 1
 */
export function neckWeights(positions: Float32Array, places: JointPlaces): Float32Array {
  const { head, neck, chin, scale } = places;
  const nape = { y: head[1] - NAPE_BELOW * scale, z: head[2] - NAPE_BEHIND * scale };
  const slope = (chin[1] - nape.y) / Math.max(1, chin[2] - nape.z);
  const out = new Float32Array(positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    const y = positions[i + 1]!;
    const z = Math.min(chin[2], Math.max(nape.z, positions[i + 2]!));
    const below = nape.y + slope * (z - nape.z) - y;
    const rest = smoothstep(0, REACH * scale, below);
    const raised = smoothstep(neck[1] - BELOW_NECK_BASE * scale, neck[1] + ABOVE_NECK_BASE * scale, y);
    out[i] = 1 - rest;
    out[i + 1] = rest * raised;
    out[i + 2] = rest * (1 - raised);
  }
  return out;
}
