import { smoothstep } from '../../src/math/smoothstep.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { pullPush } from '../../src/render/pull-push.js';
import { texelMapOf, texelValues } from '../../src/render/texel-map.js';

/**
 * Where hair ends below, mm in head space: before and at the ears, and at the nape, farther back than that;
 * and over how much it ends.
 */
const EARS = { z: -95, y: -17 } as const;
const NAPE = { z: -130, y: -52 } as const;
const SOFT = 11;

/** How much hair may grow at a place of the scalp's mask, 0…1. */
function growth(y: number, z: number): number {
  const back = smoothstep(-EARS.z, -NAPE.z, -z);
  const end = EARS.y + back * (NAPE.y - EARS.y);
  return smoothstep(end - SOFT, end + SOFT, y);
}

/** Texels over which the mask's border is blurred. */
const BORDER = 9;

/** The greatest value within a square around each texel of a square plane. */
function spread(plane: Float32Array, size: number, radius: number): Float32Array {
  const along = (from: Float32Array, step: number): Float32Array =>
    from.map((_, texel) => {
      const place = Math.floor(texel / step) % size;
      let most = 0;
      for (let k = Math.max(-radius, -place); k <= Math.min(radius, size - 1 - place); k++)
        most = Math.max(most, from[texel + k * step]!);
      return most;
    });
  return along(along(plane, 1), size);
}

/**
 * A model whose scalp ends where hair does. The mask came down to the jaw's corner and the nape's end, and
 * its mean skin was dark with hair there: a patch beside everyone's jaw. What is below is the region
 * `neckSides` now, in the colour of the skin around it. Once is enough: a second time changes nothing but
 * what is soft.
 */
export function bareNeck(model: MorphableModel): MorphableModel {
  const { albedo, regions, meanShape } = model;
  const named = ['scalp', 'neck', 'face', 'ears'].map((name) => regions.get(name));
  const [scalp, neck, face, ears] = named;
  if (albedo?.kind !== 'texture' || !scalp || !neck || !face || !ears) return model;
  const hairy = scalp.map((share, v) => share * growth(meanShape[3 * v + 1]!, meanShape[3 * v + 2]!));
  const bared = scalp.map((share, v) => share - hairy[v]!);
  const skin = model.parts[0]!;
  const map = texelMapOf(skin, albedo.meanSize);
  const shareOf = (mask: Float32Array): Float32Array => texelValues(map, skin.triangles, (v) => mask[v]!);
  const [isBared, isFace, isNeck, isEar] = [shareOf(bared), shareOf(face), shareOf(neck), shareOf(ears)];
  // The mask's own border is finer in the skin than in the mesh: what is next to it is hair as well.
  const near = spread(isBared, albedo.meanSize, BORDER);
  const around = albedo.mean.slice();
  const known = near.map((share, texel) => (share > 0 ? 0 : Math.max(isFace[texel]!, isNeck[texel]!) ** 4));
  pullPush(around, known, albedo.meanSize, 3);
  const mean = albedo.mean.map((value, i) => {
    const texel = Math.floor(i / 3);
    const beside = 1 - Math.max(isFace[texel]!, isEar[texel]!);
    const share = beside * smoothstep(0, 0.5, near[texel]!);
    return value + Math.max(share, smoothstep(0, 0.5, isBared[texel]!)) * (around[i]! - value);
  });
  return {
    ...model,
    albedo: { ...albedo, mean },
    regions: new Map([...regions, ['scalp', hairy], ['neckSides', bared]]),
  };
}
