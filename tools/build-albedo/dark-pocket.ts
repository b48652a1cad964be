import type { MorphableModel, TextureAlbedo } from '../../src/model/morphable-model.js';
import { texelMapOf, texelValues } from '../../src/render/texel-map.js';

/** Linear reflectance behind the lips, where hardly any light comes. */
const DARK = [0.075, 0.022, 0.02] as const;

/**
 * An albedo whose mean has the inside of the cheeks in the dark: renderers have no shadows, and nothing in
 * photos of skin tells it.
 */
export function darkPocket(model: MorphableModel, albedo: TextureAlbedo): TextureAlbedo {
  const pocket = model.regions.get('mouthCavity');
  if (!pocket) return albedo;
  const [skin] = model.parts;
  const map = texelMapOf(skin!, albedo.meanSize);
  const inside = texelValues(map, skin!.triangles, (v) => pocket[v]!);
  const mean = albedo.mean.slice();
  inside.forEach((share, texel) => {
    for (let k = 0; k < 3; k++) mean[texel * 3 + k] = share * DARK[k]! + (1 - share) * mean[texel * 3 + k]!;
  });
  return { ...albedo, mean };
}
