import { smoothstep } from '../../math/smoothstep.js';
import type { ModelPart, MorphableModel } from '../../model/morphable-model.js';
import type { TexelMap } from '../../render/texel-map.js';
import type { Unwrapped } from './compose-textures.js';
import { skinAroundFace, type SeenHead } from './skin-geometry.js';

/** Cosines between which the face's skin needs no such agreement any more. */
const SQUARE_FROM = 0.35;
const SQUARE_TO = 0.6;
/** Natural logarithms of the change of albedo between which doubtful texels are no skin. */
const ODD_FROM = 0.45;
const ODD_TO = 0.9;

/**
 * Where the photo is believed only if it shows a skin's colour, V, 0…1: around the face and at its border,
 * where the model's outline is not quite the person's. Seen squarely, the face is believed whatever its
 * colour: beards, make-up, shadows.
 */
export function doubtfulness(model: MorphableModel, head: SeenHead): Float32Array {
  const face = model.regions.get('face');
  return Float32Array.from({ length: model.vertexCount }, (_, v) => {
    const grazing = 1 - smoothstep(SQUARE_FROM, SQUARE_TO, head.facing[v]!);
    return Math.max(skinAroundFace(model, v), (face?.[v] ?? 1) * grazing);
  });
}

/**
 * Takes the trust from texels of doubtful places whose colour is no skin's there: what lies between vertices
 * that show skin, as the edge of a collar or light behind a chin.
 */
export function leaveOddTexels(
  { albedo, weight }: Unwrapped,
  part: ModelPart,
  map: TexelMap,
  doubtful: Float32Array,
  filled: Float32Array,
  filledSize: number,
): void {
  const { size } = map;
  const scale = filledSize / size;
  for (let texel = 0; texel < weight.length; texel++) {
    if (weight[texel] === 0) continue;
    const corner = 3 * map.triangle[texel]!;
    const [wa, wb] = [map.weights[2 * texel]!, map.weights[2 * texel + 1]!];
    const doubt =
      wa * doubtful[part.triangles[corner]!]! +
      wb * doubtful[part.triangles[corner + 1]!]! +
      (1 - wa - wb) * doubtful[part.triangles[corner + 2]!]!;
    if (doubt <= 0) continue;
    const x = Math.floor(((texel % size) + 0.5) * scale);
    const y = Math.floor((Math.floor(texel / size) + 0.5) * scale);
    const at = 3 * (y * filledSize + x);
    let ratio = 0;
    for (let k = 0; k < 3; k++)
      ratio += Math.log((albedo[3 * texel + k]! + 1e-3) / (filled[at + k]! + 1e-3)) / 3;
    weight[texel]! *= 1 - doubt * smoothstep(ODD_FROM, ODD_TO, Math.abs(ratio));
  }
}
