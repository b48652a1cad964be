import { NearestSkin } from '../../model/nearest-skin.js';

/** Hair stays so far above the skin, mm: cards are straight between their corners, heads are not. */
const CLEARANCE = 2;
/** Above a fold there may be another one. */
const TRIES = 5;
const TOLERANCE = 0.2;
/** Deeper hair than this is not under the skin but beyond an ear or a shoulder, mm. */
const REACH = 22;

/**
 * Lifts what lies in the skin above it, in place.
 * @param positions V×3, mm
 * @param skin vertices, normals and triangles of the head's skin
 */
export function liftHair(
  positions: Float32Array,
  skin: { readonly positions: Float32Array; readonly normals: Float32Array; readonly triangles: Uint32Array },
): void {
  const nearest = new NearestSkin(skin.positions, skin.normals, skin.triangles);
  for (let i = 0; i < positions.length; i += 3) {
    for (let again = 0; again < TRIES; again++) {
      const place = nearest.near(positions[i]!, positions[i + 1]!, positions[i + 2]!, REACH);
      if (!place || place.height >= CLEARANCE - TOLERANCE) break;
      for (let axis = 0; axis < 3; axis++)
        positions[i + axis] = place.point[axis]! + (CLEARANCE + again) * place.normal[axis]!;
    }
  }
}
