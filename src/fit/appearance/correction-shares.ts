import { gaussianMeans } from '../../math/box-filter.js';
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
  /** Skin of the face without brows and lips: what is much brighter there is rarely its own. */
  readonly plain: Float32Array;
}

/** Parts of the face whose skin may be plain. */
const PLAIN = ['forehead', 'nose', 'cheeks', 'eyes', 'mouth'];
/** Half plain is a mean skin whose logarithms vary by this much (squared) within cells to either side. */
const FEATURED = 0.05;
const FEATURE_REACH = 3;

function plainShares(
  model: MorphableModel,
  shareOf: (mask: (vertex: number) => number) => Float32Array,
): Float32Array {
  if (model.albedo?.kind !== 'texture') return new Float32Array(CORRECTION_SIZE ** 2);
  const parts = PLAIN.map((name) => model.regions.get(name));
  const brows = model.regions.get('brows');
  const skin = shareOf((v) => Math.max(...parts.map((part) => part?.[v] ?? 0)) * (1 - (brows?.[v] ?? 0)));
  const { mean, meanSize } = model.albedo;
  const looks = skin.map((_, i) => {
    const x = Math.floor((((i % CORRECTION_SIZE) + 0.5) * meanSize) / CORRECTION_SIZE);
    const y = Math.floor(((Math.floor(i / CORRECTION_SIZE) + 0.5) * meanSize) / CORRECTION_SIZE);
    const at = 3 * (y * meanSize + x);
    return Math.log((mean[at]! + mean[at + 1]! + mean[at + 2]!) / 3 + 1e-3);
  });
  const around = (plane: Float32Array): Float32Array => gaussianMeans(plane, CORRECTION_SIZE, FEATURE_REACH);
  const means = around(looks);
  const squares = around(looks.map((value) => value * value));
  return skin.map((share, i) => {
    const variance = Math.max(0, squares[i]! - means[i]! ** 2);
    return (share * FEATURED) / (FEATURED + variance);
  });
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
    plain: plainShares(model, shareOf),
  };
  known.set(model, shares);
  return shares;
}
