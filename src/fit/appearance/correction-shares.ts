import { gaussianMeans } from '../../math/box-filter.js';
import { smoothstep } from '../../math/smoothstep.js';
import type { ModelPart, MorphableModel } from '../../model/morphable-model.js';
import { createTexelMap, texelValues, type TexelMap } from '../../render/texel-map.js';

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
  /** The forehead, but its brows. */
  readonly forehead: Float32Array;
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
  { albedo, regions }: Pick<MorphableModel, 'albedo' | 'regions'>,
  shareOf: ShareOf,
): Float32Array {
  if (albedo?.kind !== 'texture') return new Float32Array(CORRECTION_SIZE ** 2);
  const parts = PLAIN.map((name) => regions.get(name));
  const brows = regions.get('brows');
  const skin = shareOf((v) => Math.max(...parts.map((part) => part?.[v] ?? 0)) * (1 - (brows?.[v] ?? 0)));
  const { mean, meanSize } = albedo;
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

type FixedShares = Omit<CorrectionShares, 'scalp'>;
type ShareOf = (mask: (vertex: number) => number) => Float32Array;

/** By what does not change from person to person, and by the scalp, which ends where their hair does. */
const fixed = new WeakMap<object, FixedShares>();
const scalps = new WeakMap<Float32Array, Float32Array>();
const maps = new WeakMap<ModelPart, TexelMap>();

/** Kept per model and scalp. */
export function sharesOf({ albedo, parts, regions }: MorphableModel): CorrectionShares {
  const part = parts[0]!;
  const map = maps.get(part) ?? createTexelMap(part.uvs, part.uvTriangles, CORRECTION_SIZE);
  maps.set(part, map);
  const shareOf: ShareOf = (mask) => texelValues(map, part.triangles, mask);
  const key = albedo ?? part;
  const shares = fixed.get(key) ?? fixedShares({ albedo, regions }, shareOf);
  fixed.set(key, shares);
  const region = regions.get('scalp') ?? NO_SCALP;
  const scalp = scalps.get(region) ?? shareOf((v) => region[v] ?? 0);
  scalps.set(region, scalp);
  return { ...shares, scalp };
}

const NO_SCALP = new Float32Array(0);

function fixedShares(
  { albedo, regions }: Pick<MorphableModel, 'albedo' | 'regions'>,
  shareOf: ShareOf,
): FixedShares {
  const [face, forehead, brows] = ['face', 'forehead', 'brows'].map((name) => regions.get(name));
  const [bust, neck] = ['bust', 'neck'].map((name) => regions.get(name));
  return {
    face: shareOf((v) => face?.[v] ?? 1),
    forehead: shareOf((v) => (forehead?.[v] ?? 0) * (1 - (brows?.[v] ?? 0))),
    shoulders: shareOf((v) => (bust?.[v] ?? 0) * (1 - (neck?.[v] ?? 0))),
    plain: plainShares({ albedo, regions }, shareOf),
  };
}
