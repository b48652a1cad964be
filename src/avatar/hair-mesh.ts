import type { HairCards } from '../fit/hair/fitted-hair.js';
import type { Reconstruction } from '../fit/reconstruction.js';
import type { HeadMaterial, HeadMesh } from '../io/head-scene.js';
import { createImage, type Image } from '../math/image.js';
import { irradiance } from '../math/spherical-harmonics.js';
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
  /** Strands in shades of grey, with alpha; times the material's colour it is the hair's. */
  readonly image: Image;
  /** The same with the photo's light, for drawing without lamps. */
  readonly photo: Image;
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
  { hair, coefficients: { shape, light } }: Reconstruction,
): HairSurface | undefined {
  if (!hair?.cards || !hair.color) return undefined;
  const { color, cards } = hair;
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
  const { normals, uvs, triangles } = cards;
  const positions = followHead(model, cards.positions, cards.head, evaluateVertices(model, { shape }));
  const ahead = irradiance([0, 0, 1], light, new Float64Array(3));
  const lit = [0, 1, 2].map((k) => gain * Math.max(0, ahead[k]!)) as [number, number, number];
  return {
    mesh: { name: 'hair', positions, normals, uvs, triangles, uvTriangles: triangles, material },
    image: strandPicture(cards, [gain, gain, gain]),
    photo: strandPicture(cards, lit),
  };
}

/** For red, green and blue, the byte of each byte times a linear factor. */
function dyes(color: readonly number[]): Uint8Array[] {
  return color
    .slice(0, 3)
    .map((factor) => Uint8Array.from(linearOfByte, (value) => byteOfLinear(Math.min(1, factor * value))));
}

/** Strands as a picture of one colour, baked in: not all programs multiply. @param image of `HairSurface` */
export function coloredStrands(image: Image, color: readonly number[]): Image {
  const tables = dyes(color);
  const data = image.data.map((value, i) => (i % 4 === 3 ? value : tables[i % 4]![value]!));
  return { ...image, data };
}

/** A style's texture, sRGB with alpha, its lightness times a linear colour. */
function strandPicture(
  { texture: { size, data } }: HairCards,
  color: readonly [number, number, number],
): Image {
  const tables = dyes(color);
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
