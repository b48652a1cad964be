import { ranked } from '../../math/median.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { CORRECTION_SIZE, sharesOf } from './correction-shares.js';

/** So much of a forehead is as around the face. */
const FOREHEAD = 0.85;
/** Share of plain skin from which a cell tells how somebody's skin differs, and by how much it may. */
const PLAIN = 0.5;
const LARGEST_TONE = 1.6;

/**
 * One skin within the face, another around it: what tells a person there, such as brows, says nothing of the
 * scalp, and modes that draw it would speckle the hair's ground. Nor does it of the forehead, on which it
 * draws the shade of a fringe. Ears and neck have the face's tone.
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
  const tone = toneOf(model, inside, around, size);
  const perTexel = CORRECTION_SIZE / size;
  for (let y = 0; y < size; y++) {
    const row = Math.floor((y + 0.5) * perTexel) * CORRECTION_SIZE;
    for (let x = 0; x < size; x++) {
      const cell = row + Math.floor((x + 0.5) * perTexel);
      const share = face[cell]! * (1 - FOREHEAD * forehead[cell]!);
      if (share === 1) continue;
      const at = 3 * (y * size + x);
      for (let k = 0; k < 3; k++) {
        const toned = around[at + k]! * (face[cell]! + (1 - face[cell]!) * tone[k]!);
        inside[at + k]! += (1 - share) * (toned - inside[at + k]!);
      }
    }
  }
  return inside;
}

/**
 * By what factors plain skin differs within the face from what is expected around it: the medians, which
 * beards and blush hardly move.
 */
function toneOf(model: MorphableModel, inside: Float32Array, around: Float32Array, size: number): number[] {
  const { face, plain } = sharesOf(model);
  const cells = [...plain.keys()].filter((i) => plain[i]! * face[i]! > PLAIN);
  if (cells.length === 0) return [1, 1, 1];
  const ratios = new Float32Array(cells.length);
  return [0, 1, 2].map((k) => {
    cells.forEach((cell, i) => {
      const x = Math.floor((((cell % CORRECTION_SIZE) + 0.5) * size) / CORRECTION_SIZE);
      const y = Math.floor(((Math.floor(cell / CORRECTION_SIZE) + 0.5) * size) / CORRECTION_SIZE);
      const at = 3 * (y * size + x) + k;
      ratios[i] = (inside[at]! + LEAST) / (around[at]! + LEAST);
    });
    const tone = ranked(ratios, cells.length, cells.length >> 1);
    return Math.min(LARGEST_TONE, Math.max(1 / LARGEST_TONE, tone));
  });
}

/** Linear: black says nothing. */
const LEAST = 1e-3;
