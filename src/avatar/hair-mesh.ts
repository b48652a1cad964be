import type { FittedHair, HairCards } from '../fit/hair/fitted-hair.js';
import type { HeadMaterial, HeadMesh } from '../io/head-scene.js';
import { createImage, type Image } from '../math/image.js';
import { neutralLightness } from '../model/hair-file.js';
import { byteOfLinear, linearOfByte } from '../render/color.js';
import type { JointPlaces } from './joint-places.js';
import { neckWeights } from './neck-weights.js';

/** Hair is rougher than skin: a sheen, no highlight. */
const ROUGHNESS = 0.7;
/**
 * Where strands end. Lower than one half, as smaller copies of a texture thin strands out.
 */
const CUTOFF = 0.4;
/** Hair that hangs lower than this below the chin reaches the shoulders, mm. */
const BELOW_CHIN = 10;

/** What is worn on a head: its material has no texture yet. */
export interface HairSurface {
  readonly mesh: HeadMesh;
  /** Strands in shades of grey, with alpha; times the material's colour it is the hair's. */
  readonly image: Image;
}

/**
 * Hair as a surface of its own: cut-out cards (`MASK`), seen from both sides. Blended ones would have to be
 * sorted for every view, which few programs do, and would let the scalp and what is behind shine through.
 *
 * @returns none where no cards are worn
 */
export function hairSurface({ cards, color }: FittedHair): HairSurface | undefined {
  if (!cards || !color) return undefined;
  const strand = linearOfByte[neutralLightness]!;
  // Factors end at 1: light hair has lighter strands instead.
  const gain = Math.max(1, ...color.map((value) => value / strand));
  const factor = color.map((value) => value / strand / gain) as [number, number, number];
  const material: HeadMaterial = {
    name: 'hair',
    baseColor: [...factor, 1],
    alphaMode: 'MASK',
    alphaCutoff: CUTOFF,
    doubleSided: true,
    roughness: ROUGHNESS,
    metallic: 0,
  };
  const { positions, normals, uvs, triangles } = cards;
  return {
    mesh: { name: 'hair', positions, normals, uvs, triangles, uvTriangles: triangles, material },
    image: strandPicture(cards, [gain, gain, gain]),
  };
}

/** A style's texture, sRGB with alpha, its lightness times a linear colour. */
export function strandPicture(
  { texture: { size, data } }: HairCards,
  color: readonly [number, number, number],
): Image {
  const tables = color.map((factor) =>
    Uint8Array.from(linearOfByte, (value) => byteOfLinear(Math.min(1, factor * value))),
  );
  const out = createImage(size, size, 4);
  for (let i = 0; i < size * size; i++) {
    for (let k = 0; k < 3; k++) out.data[4 * i + k] = tables[k]![data[2 * i]!]!;
    out.data[4 * i + 3] = data[2 * i + 1]!;
  }
  return out;
}

/**
 * What carries hair: the head; where all meshes are skinned and it hangs down to the shoulders, also neck and
 * chest, so that a turned head does not draw it through them.
 */
export function hairBinding(
  { positions }: HairCards,
  places: JointPlaces,
  chest: string,
  skinned: boolean,
): NonNullable<HeadMesh['binding']> {
  let lowest = Infinity;
  for (let i = 1; i < positions.length; i += 3) lowest = Math.min(lowest, positions[i]!);
  if (!skinned || lowest > places.chin[1] - BELOW_CHIN) return { joints: ['Head'] };
  return { joints: ['Head', 'Neck', chest], weights: neckWeights(positions, places) };
}
