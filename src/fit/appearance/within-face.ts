import type { MorphableModel } from '../../model/morphable-model.js';
import { CORRECTION_SIZE, sharesOf } from './correction-shares.js';

/** So much of a forehead is as around the face. */
const FOREHEAD = 0.85;

/**
 * One skin within the face, another around it: what tells a person there, such as brows, says nothing of the
 * scalp, and modes that draw it would speckle the hair's ground. Nor does it of the forehead, on which it
 * draws the shade of a fringe.
 * @param inside and around: RGB textures of the atlas, size²×3; `inside` is changed
 * @param size texels per side, a multiple of the grid of shares or a part of it
 */
export function withinFace(
  model: MorphableModel,
  inside: Float32Array,
  around: Float32Array,
  size: number,
): Float32Array {
  const { face, forehead } = sharesOf(model);
  const perTexel = CORRECTION_SIZE / size;
  for (let y = 0; y < size; y++) {
    const row = Math.floor((y + 0.5) * perTexel) * CORRECTION_SIZE;
    for (let x = 0; x < size; x++) {
      const cell = row + Math.floor((x + 0.5) * perTexel);
      const share = face[cell]! * (1 - FOREHEAD * forehead[cell]!);
      if (share === 1) continue;
      const at = 3 * (y * size + x);
      for (let k = 0; k < 3; k++) inside[at + k]! += (1 - share) * (around[at + k]! - inside[at + k]!);
    }
  }
  return inside;
}
