import { smoothstep } from '../../math/smoothstep.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { createTexelMap, texelValues } from '../../render/texel-map.js';

/** The correction of the model's albedo is smooth: texels per side of its grid over the atlas. */
export const CORRECTION_SIZE = 256;

/** Share of scalp between which the head is taken for hair, whose colour is not judged. */
export const HAIR_FROM = 0.3;
export const HAIR_TO = 0.8;

/** Share of scalp between which skin ends. */
const SCALP_FROM = 0.05;
const SCALP_TO = 0.3;

/** How far a place with this share of scalp is skin, 0…1. */
export const skinShare = (scalp: number): number => 1 - smoothstep(SCALP_FROM, SCALP_TO, scalp);

/** Shares of each texel of the correction's grid, 0…1. */
export interface CorrectionShares {
  readonly face: Float32Array;
  readonly scalp: Float32Array;
  /** Where the bust is no neck. */
  readonly shoulders: Float32Array;
}

const known = new WeakMap<MorphableModel, CorrectionShares>();

/** Kept per model. */
export function sharesOf(model: MorphableModel): CorrectionShares {
  let shares = known.get(model);
  if (shares) return shares;
  const part = model.parts[0]!;
  const map = createTexelMap(part.uvs, part.uvTriangles, CORRECTION_SIZE);
  const [face, scalp, bust, neck] = ['face', 'scalp', 'bust', 'neck'].map((name) => model.regions.get(name));
  const shareOf = (mask: (vertex: number) => number): Float32Array => texelValues(map, part.triangles, mask);
  shares = {
    face: shareOf((v) => face?.[v] ?? 1),
    scalp: shareOf((v) => scalp?.[v] ?? 0),
    shoulders: shareOf((v) => (bust?.[v] ?? 0) * (1 - (neck?.[v] ?? 0))),
  };
  known.set(model, shares);
  return shares;
}
