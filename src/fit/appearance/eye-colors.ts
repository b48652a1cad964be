import type { Image } from '../../math/image.js';
import type { ModelPart } from '../../model/morphable-model.js';
import { luminance } from '../../render/color.js';
import { colorAt, textureColorAt } from '../../render/image-color.js';
import { irisFacing, vertexUvs, type IrisDisc } from './iris-disc.js';
import type { SkinCertainty } from './skin-certainty.js';
import type { SeenHead } from './skin-geometry.js';

type Rgb = readonly [number, number, number];

/** Colours of irises and whites in a photo, linear. */
export interface EyeColors {
  /** Nothing where the photo hardly shows any. */
  readonly iris: Rgb | undefined;
  readonly white: Rgb | undefined;
  /** How bright the texture's iris is on the whole, and its white. */
  readonly pattern: number;
  readonly plain: number;
}

/**
 * Distances from the pupil, as shares of the iris' radius in the texture, that surely show iris and surely
 * show white.
 */
const IRIS_RING = [0.4, 0.85] as const;
const WHITE_RING = [1.15, 1.6] as const;
/** Each triangle of an eyeball is read at these points: barycentric weights. */
const POINTS = [
  [1 / 3, 1 / 3],
  [0.6, 0.2],
  [0.2, 0.6],
  [0.2, 0.2],
] as const;
/** Facing below this is too oblique. */
export const LEAST_FACING = 0.25;
/** Nor are eyes read that look further past the camera than this: an iris from the side is mostly lids. */
export const LEAST_IRIS_FACING = 0.7;
/** Fewer points than this say nothing. */
const LEAST_POINTS = 16;
/**
 * Which of the points, ordered by brightness, count: the middle ones, of an iris rather the darker. Below are
 * lashes and their shadow, above catchlights, of an iris the white, of a white the lids.
 */
const IRIS_RANKS = [0.1, 0.45] as const;
const WHITE_RANKS = [0.3, 0.7] as const;

/** Where an eyeball is seen in the photo. */
interface EyePoint {
  readonly color: Rgb;
  /** How bright the texture is there. */
  readonly texture: number;
}

/**
 * Colours of irises and whites by the points that surely show them, robust against catchlights, lashes, lids.
 * @param discs of `eyes`, in that order
 */
export function eyeColors(
  eyes: readonly ModelPart[],
  discs: readonly IrisDisc[],
  head: SeenHead,
  image: Image,
  certainty?: SkinCertainty,
): EyeColors {
  const irises: EyePoint[] = [];
  const whites: EyePoint[] = [];
  eyes.forEach((part, eye) => {
    const { u, v, radius } = discs[eye]!;
    if (irisFacing(part, discs[eye]!, head.facing) < LEAST_IRIS_FACING) return;
    forEachPoint(part, head, image, certainty, (point, pu, pv) => {
      const share = Math.hypot(pu - u, pv - v) / radius;
      if (share > IRIS_RING[0] && share < IRIS_RING[1]) irises.push(point);
      else if (share > WHITE_RING[0] && share < WHITE_RING[1]) whites.push(point);
    });
  });
  return {
    iris: usual(irises, IRIS_RANKS),
    white: usual(whites, WHITE_RANKS),
    pattern: meanTexture(irises),
    plain: meanTexture(whites),
  };
}

const meanTexture = (points: readonly EyePoint[]): number =>
  Math.max(1e-3, points.reduce((sum, { texture }) => sum + texture, 0) / Math.max(1, points.length));

const usual = (points: readonly EyePoint[], ranks: readonly [number, number]): Rgb | undefined =>
  points.length < LEAST_POINTS
    ? undefined
    : usualColor(
        points.map(({ color }) => color),
        ranks,
      );

/** Mean of the colours between two ranks of brightness, shares of their number. */
export function usualColor(colors: readonly Rgb[], [from, to]: readonly [number, number]): Rgb {
  const kept = colors
    .toSorted((a, b) => luminance(a) - luminance(b))
    .slice(Math.floor(from * colors.length), Math.ceil(to * colors.length));
  return [0, 1, 2].map((k) =>
    Math.max(1e-4, kept.reduce((sum, color) => sum + color[k]!, 0) / kept.length),
  ) as unknown as Rgb;
}

/** Visits the points of an eyeball that the photo shows. */
function forEachPoint(
  part: ModelPart,
  head: SeenHead,
  image: Image,
  certainty: SkinCertainty | undefined,
  visit: (point: EyePoint, u: number, v: number) => void,
): void {
  const uvs = vertexUvs(part);
  const { triangles, firstVertex } = part;
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!] as const;
    if (corners.some((v) => head.unhidden[v] === 0 || head.facing[v]! < LEAST_FACING)) continue;
    for (const [wa, wb] of POINTS) {
      const weights = [wa, wb, 1 - wa - wb];
      const mix = (values: ArrayLike<number>, first: number, axis: number): number =>
        corners.reduce((sum, v, k) => sum + weights[k]! * values[2 * (v - first) + axis]!, 0);
      const x = mix(head.pixels, 0, 0);
      const y = mix(head.pixels, 0, 1);
      if (!(x >= 0 && x < image.width && y >= 0 && y < image.height)) continue;
      if (certainty?.showsEye(x, y) === false) continue;
      const u = mix(uvs, firstVertex, 0);
      const v = mix(uvs, firstVertex, 1);
      visit({ color: colorAt(image, x, y), texture: luminance(textureColorAt(part.texture!, u, v)) }, u, v);
    }
  }
}
