import type { HairCards } from '../fit/hair/fitted-hair.js';
import type { Reconstruction } from '../fit/reconstruction.js';
import type { HeadMaterial, HeadMesh } from '../io/head-scene.js';
import { createImage, type Image } from '../math/image.js';
import { evaluateVertices } from '../model/evaluate.js';
import { followHead } from '../model/hair-on-head.js';
import type { MorphableModel } from '../model/morphable-model.js';
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
  /** Strands in shades of grey, with alpha; times the material's colours it is the hair's. */
  readonly image: Image;
}

/**
 * Hair as a surface of its own: cut-out cards (`MASK`), seen from both sides. Blended ones would have to be
 * sorted for every view, which few programs do, and would let the scalp and what is behind shine through.
 *
 * @param shape the head's, which may differ from the fitted one: hair follows
 * @returns none where no cards are worn
 */
export function hairSurface(
  model: MorphableModel,
  { hair, coefficients: { shape } }: Reconstruction,
): HairSurface | undefined {
  if (!hair?.cards || !hair.color || !hair.photoColor) return undefined;
  const { color, photoColor, cards } = hair;
  const strand = linearOfByte[neutralLightness]!;
  // Factors end at 1: light hair has lighter strands instead.
  const gain = Math.max(1, ...[...color, ...photoColor].map((value) => value / strand));
  const factorOf = ([red, green, blue]: typeof color) =>
    [red / strand / gain, green / strand / gain, blue / strand / gain, 1] as const;
  const material: HeadMaterial = {
    name: 'hair',
    baseColor: factorOf(color),
    photoBaseColor: factorOf(photoColor),
    alphaMode: 'MASK',
    alphaCutoff: CUTOFF,
    doubleSided: true,
    roughness: ROUGHNESS,
    metallic: 0,
  };
  const { normals, uvs, triangles } = cards;
  const positions = followHead(model, cards.positions, cards.head, evaluateVertices(model, { shape }));
  return {
    mesh: { name: 'hair', positions, normals, uvs, triangles, uvTriangles: triangles, material },
    image: strandPicture(cards, gain),
  };
}

/** The byte of each byte times a linear factor. */
const dye = (factor: number): Uint8Array =>
  Uint8Array.from(linearOfByte, (value) => byteOfLinear(Math.min(1, factor * value)));

/** Strands as a picture of one colour, baked in: not all programs multiply. @param image of `HairSurface` */
export function coloredStrands(image: Image, color: readonly number[]): Image {
  const tables = color.slice(0, 3).map(dye);
  const data = image.data.slice();
  for (let i = 0; i < data.length; i += 4)
    for (let k = 0; k < 3; k++) data[i + k] = tables[k]![data[i + k]!]!;
  return { ...image, data };
}

/** A style's texture, sRGB with alpha, its lightness times a linear gain. */
function strandPicture({ texture: { size, data } }: HairCards, gain: number): Image {
  const table = dye(gain);
  const out = createImage(size, size, 4);
  for (let i = 0; i < size * size; i++) {
    const grey = table[data[2 * i]!]!;
    out.data[4 * i] = grey;
    out.data[4 * i + 1] = grey;
    out.data[4 * i + 2] = grey;
    out.data[4 * i + 3] = data[2 * i + 1]!;
  }
  return out;
}

/**
 * What carries hair: the head; where all meshes are skinned and it hangs down to the shoulders, also neck and
 * chest, so that a turned head does not draw it through them.
 */
export function hairBinding(
  positions: Float32Array,
  places: JointPlaces,
  chest: string,
  skinned: boolean,
): NonNullable<HeadMesh['binding']> {
  let lowest = Infinity;
  for (let i = 1; i < positions.length; i += 3) lowest = Math.min(lowest, positions[i]!);
  if (!skinned || lowest > places.chin[1] - BELOW_CHIN) return { joints: ['Head'] };
  return { joints: ['Head', 'Neck', chest], weights: neckWeights(positions, places) };
}
