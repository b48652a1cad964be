import type { Image } from '../../math/image.js';
import { smoothstep } from '../../math/smoothstep.js';
import type { ModelPart, MorphableModel } from '../../model/morphable-model.js';
import { colorAt } from '../../render/image-color.js';
import { texelMapOf } from '../../render/texel-map.js';
import { LEAST_FACING, LEAST_IRIS_FACING, usualColor } from './eye-colors.js';
import { eyeOpening, openShare } from './eye-opening.js';
import { EYE_FRONT, irisFacing, type IrisDisc } from './iris-disc.js';
import type { SkinCertainty } from './skin-certainty.js';
import type { SeenHead } from './skin-geometry.js';

type Rgb = readonly [number, number, number];

/** What a photo shows of an eyeball, texel by texel of its texture. */
export interface SeenEye {
  readonly disc: IrisDisc;
  /** Texels of the texture that are in view: their places, and how surely, 0…1. */
  readonly texels: Uint32Array;
  readonly weights: Float32Array;
  /** Linear colours, three each. */
  readonly colors: Float32Array;
}

/** Radius within which all must be eyeball, pixels of that: near lids there are lashes. */
const LID = 2;
/** Widths of an eyeball in the photo, pixels, between which its pixels become worth keeping. */
const COARSE = 10;
const FINE = 24;

/** From this cosine on, eyes that look towards the camera are read texel by texel. */
const SURE_IRIS_FACING = 0.8;

/** Reads an eyeball in a photo. */
export function seeEye(
  model: MorphableModel,
  part: ModelPart,
  disc: IrisDisc,
  head: SeenHead,
  image: Image,
  certainty?: SkinCertainty,
): SeenEye {
  const size = part.texture!.width;
  const opening = eyeOpening(model, part, head);
  const isOpen = openShare(opening, LID);
  const towards = irisFacing(part, disc, head.facing);
  const sharp =
    smoothstep(COARSE, FINE, opening.size) * smoothstep(LEAST_IRIS_FACING, SURE_IRIS_FACING, towards);
  const map = texelMapOf(part, size);
  const texels: number[] = [];
  const weights: number[] = [];
  const colors: number[] = [];
  for (const texel of texelsAround(disc, size)) {
    const t = map.triangle[texel]! * 3;
    if (t < 0) continue;
    const wa = map.weights[2 * texel]!;
    const wb = map.weights[2 * texel + 1]!;
    const mix = (values: ArrayLike<number>, stride: number, k: number): number =>
      wa * values[stride * part.triangles[t]! + k]! +
      wb * values[stride * part.triangles[t + 1]! + k]! +
      (1 - wa - wb) * values[stride * part.triangles[t + 2]! + k]!;
    if (mix(head.facing, 1, 0) < LEAST_FACING) continue;
    const x = mix(head.pixels, 2, 0);
    const y = mix(head.pixels, 2, 1);
    if (!(x >= 0 && x < image.width && y >= 0 && y < image.height)) continue;
    const weight = certainty?.showsEye(x, y) === false ? 0 : sharp * smoothstep(0.5, 1, isOpen(x, y));
    if (weight <= 0) continue;
    texels.push(texel);
    weights.push(weight);
    colors.push(...colorAt(image, x, y));
  }
  return {
    disc,
    texels: Uint32Array.from(texels),
    weights: Float32Array.from(weights),
    colors: Float32Array.from(colors),
  };
}

/** The texels of an eyeball's front, row by row. */
function* texelsAround({ u, v, radius }: IrisDisc, size: number): Generator<number> {
  const reach = EYE_FRONT * radius;
  for (let y = Math.max(0, Math.floor((v - reach) * size)); y < Math.min(size, (v + reach) * size); y++) {
    const aside = Math.sqrt(Math.max(0, reach ** 2 - ((y + 0.5) / size - v) ** 2));
    const first = Math.max(0, Math.ceil((u - aside) * size - 0.5));
    const last = Math.min(size - 1, Math.floor((u + aside) * size - 0.5));
    for (let x = first; x <= last; x++) yield y * size + x;
  }
}

/** How much of its iris an eye shows, 0…1. @param size of its texture */
export function irisSeen({ disc, texels, weights }: SeenEye, size: number): number {
  let seen = 0;
  texels.forEach((texel, k) => {
    if (radiusOf(disc, texel, size) < 1) seen += weights[k]!;
  });
  return seen / (Math.PI * (disc.radius * size) ** 2);
}

/** Rings of the iris' radius in which colours are gathered, and as far as they reach. */
const RING = 0.1;
const RINGS = Math.ceil(EYE_FRONT / RING);
/** Fewer texels than this say nothing of a ring. */
const LEAST_TEXELS = 12;
/** Of a ring's texels by brightness: those between count; below are lashes, above catchlights. */
const RANKS = [0.2, 0.8] as const;

/** Colours around the pupil as far as eyes show them, by distance from it in radii of the iris. */
export function ringColors(eyes: readonly SeenEye[], size: number): (radius: number) => Rgb | undefined {
  const rings = Array.from({ length: RINGS }, (): Rgb[] => []);
  for (const { disc, texels, weights, colors } of eyes)
    texels.forEach((texel, k) => {
      if (weights[k]! < 0.5) return;
      const ring = Math.floor(radiusOf(disc, texel, size) / RING);
      rings[ring]?.push([colors[3 * k]!, colors[3 * k + 1]!, colors[3 * k + 2]!]);
    });
  const means = rings.map((ring) => (ring.length < LEAST_TEXELS ? undefined : usualColor(ring, RANKS)));
  return (radius) => {
    const at = radius / RING - 0.5;
    const low = Math.max(0, Math.min(RINGS - 1, Math.floor(at)));
    const [a, b] = [means[low], means[Math.min(RINGS - 1, low + 1)]];
    const t = Math.min(1, Math.max(0, at - low));
    return a && b ? ([0, 1, 2].map((k) => a[k]! + t * (b[k]! - a[k]!)) as unknown as Rgb) : (a ?? b);
  };
}

/** Distance of a texel from the pupil, in radii of the iris. */
export function radiusOf({ u, v, radius }: IrisDisc, texel: number, size: number): number {
  const du = ((texel % size) + 0.5) / size - u;
  const dv = (Math.floor(texel / size) + 0.5) / size - v;
  return Math.hypot(du, dv) / radius;
}
