import type { Image } from '../../math/image.js';
import { cropToImage } from '../../detect/crop.js';
import { classMap, type FaceParsing } from '../../network/parsing/face-parser.js';
import { frontalIrradiance, irradiance } from '../../math/spherical-harmonics.js';
import { luminance } from '../../render/color.js';
import { colorAt } from '../../render/image-color.js';
import type { HairEvidence } from './hair-evidence.js';
import { SURELY_HAIR } from './hair-tone.js';

type Rgb = readonly [number, number, number];

/** Where too few pixels are surely hair, what is likelier than this tells its colour. */
const LIKELY = 0.5;
/** Hair farther from the scalp than this, mm, may be something else. */
const NEAR = 45;
/** Hair takes at least this much light, of what falls on the face. */
const DARKEST = 0.35;
/** How much of the light's tint is taken out: what a skin's tone differs by is in it too. */
const TINT = 0.4;
/** Hair darker than this is never blue by itself: it mirrors the sky. */
const DARK = 0.06;
const LEAST = 0.004;
/** Hair is no brighter than white hair, luminance and any channel. */
const BRIGHTEST = 0.5;
const MOST = 0.8;
/** The strands that tell the colour take this much more light than the hair does in the mean. */
export const LIT_GAIN = 1.2;

/** Shares of the pixels, the darkest first, that tell the colour: strands in the light, without gloss. */
const LIT = { from: 0.55, to: 0.9 };
/** Shares of those that tell how hair looks as a whole, without gaps, gleams and what is behind it. */
const MIDDLE = { from: 0.1, to: 0.9 };
/** Fewer pixels than this are no head of hair. */
const LEAST_PIXELS = 60;

/** Colours of hair in the photo's light, linear. */
export interface SeenHairColor {
  /**
   * Of strands in the light. They shade each other when they are lit again: the mean of all would be shaded
   * twice.
   */
  readonly lit: Rgb;
  /** As hair looks as a whole. */
  readonly middle: Rgb;
}

/** The colours of the hair in the photo; none where too little is seen. */
export function seenHairColor(
  image: Image,
  parsing: FaceParsing,
  { hair, fromScalp }: HairEvidence,
): SeenHairColor | undefined {
  const { crop, size } = parsing;
  const step = crop.width / size;
  // Fringes may be taken for covers, and covers for fringes: of a colour only what is surely hair tells.
  const parsed = classMap(parsing, 'hair');
  const covers = classMap(parsing, 'cover');
  const colorsOf = (least: number, reach: number): Rgb[] => {
    const colors: Rgb[] = [];
    for (let at = 0; at < hair.length; at++) {
      const likely = Math.min(parsed[at]! * (1 - covers[at]!), hair[at]!);
      if (likely <= least || fromScalp[at]! > reach) continue;
      const [x, y] = cropToImage(crop, step * ((at % size) + 0.5), step * (Math.floor(at / size) + 0.5));
      const isInside = x >= 0 && y >= 0 && x < image.width && y < image.height;
      if (isInside) colors.push(colorAt(image, x, y));
    }
    return colors;
  };
  let seen = colorsOf(SURELY_HAIR, NEAR);
  // Under a hat only what hangs down tells, and may be taken for a part of it.
  if (seen.length < LEAST_PIXELS) seen = colorsOf(SURELY_HAIR, Infinity);
  if (seen.length < LEAST_PIXELS) seen = colorsOf(LIKELY, Infinity);
  if (seen.length < LEAST_PIXELS) return undefined;
  seen.sort((a, b) => luminance(a) - luminance(b));
  return { lit: meanOf(seen, LIT), middle: meanOf(seen, MIDDLE) };
}

/** The mean of those between two shares of all. */
function meanOf(colors: readonly Rgb[], { from, to }: typeof LIT): Rgb {
  const some = colors.slice(Math.floor(from * colors.length), Math.ceil(to * colors.length));
  return [0, 1, 2].map(
    (k) => some.reduce((sum, color) => sum + color[k]!, 0) / some.length,
  ) as unknown as Rgb;
}

/**
 * The colour of hair without the photo's light: as it is seen, by the light on it.
 * @param seen linear
 * @param normals of the hair that faces the camera, camera space, N×3 unit vectors
 * @param light 27 irradiance coefficients
 */
export function unlitHairColor(seen: Rgb, normals: Float32Array, light: ArrayLike<number>): Rgb {
  const count = Math.max(1, normals.length / 3);
  const ahead = frontalIrradiance(light);
  const values = irradiance(normals, light, new Float32Array(normals.length));
  const falling = [0, 1, 2].map((k) => {
    let sum = 0;
    for (let i = k; i < values.length; i += 3) sum += Math.max(0, values[i]!);
    const mean = normals.length > 0 ? sum / count : ahead[k]!;
    return Math.max(DARKEST * ahead[k]!, mean, 0.02);
  }) as [number, number, number];
  const bright = luminance(falling);
  const color = falling.map((value, k) => seen[k]! / (LIT_GAIN * bright * (value / bright) ** TINT)) as [
    number,
    number,
    number,
  ];
  const own = withoutSky(color);
  const gain = Math.min(1, BRIGHTEST / luminance(own), MOST / Math.max(...own));
  return own.map((value) => Math.max(LEAST, gain * value)) as unknown as Rgb;
}

/** Dark hair without what is bluer in it than red. */
function withoutSky([red, green, blue]: Rgb): Rgb {
  const grey = luminance([red, green, blue]);
  if (grey > DARK || blue <= red) return [red, green, blue];
  const share = 0.8 * (1 - grey / DARK);
  return [red + share * (grey - red), green + share * (grey - green), blue + share * (grey - blue)];
}
