import type { Image } from '../../math/image.js';
import { cropToImage } from '../../detect/crop.js';
import { classMap, type FaceParsing } from '../../network/parsing/face-parser.js';
import { irradiance } from '../../math/spherical-harmonics.js';
import { luminance } from '../../render/color.js';
import { colorAt } from '../../render/image-color.js';
import { SURELY_HAIR } from './hair-tone.js';
import type { HairEvidence } from './hair-evidence.js';

type Rgb = readonly [number, number, number];

const SURE = 0.8;
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
/** Fewer pixels than this are no head of hair. */
const LEAST_PIXELS = 60;

/**
 * Colour of the hair in the photo, linear, in the photo's light; none where too little is seen. Strands
 * shade each other, in photos as when they are drawn: the mean of all would be shaded twice.
 */
export function seenHairColor(
  image: Image,
  parsing: FaceParsing,
  { hair, fromScalp }: HairEvidence,
): Rgb | undefined {
  const { crop, size } = parsing;
  const step = crop.width / size;
  // Fringes may be taken for covers, and covers for fringes: of a colour only what is surely hair tells.
  const parsed = classMap(parsing, 'hair');
  const covers = classMap(parsing, 'cover');
  const colorsWithin = (reach: number): Rgb[] => {
    const colors: Rgb[] = [];
    for (let at = 0; at < hair.length; at++) {
      const isHair = parsed[at]! * (1 - covers[at]!) > SURELY_HAIR && hair[at]! > SURE;
      if (!isHair || fromScalp[at]! > reach) continue;
      const [x, y] = cropToImage(crop, step * ((at % size) + 0.5), step * (Math.floor(at / size) + 0.5));
      const isInside = x >= 0 && y >= 0 && x < image.width && y < image.height;
      if (isInside) colors.push(colorAt(image, x, y));
    }
    return colors;
  };
  let seen = colorsWithin(NEAR);
  // Under a hat only what hangs down tells.
  if (seen.length < LEAST_PIXELS) seen = colorsWithin(Infinity);
  if (seen.length < LEAST_PIXELS) return undefined;
  seen.sort((a, b) => luminance(a) - luminance(b));
  const lit = seen.slice(Math.floor(LIT.from * seen.length), Math.ceil(LIT.to * seen.length));
  return [0, 1, 2].map((k) => lit.reduce((sum, color) => sum + color[k]!, 0) / lit.length) as unknown as Rgb;
}

/**
 * The colour of hair without the photo's light: as it is seen, by the light on it.
 * @param seen linear
 * @param normals of the hair that faces the camera, camera space, N×3 unit vectors
 * @param light 27 irradiance coefficients
 */
export function unlitHairColor(seen: Rgb, normals: Float32Array, light: ArrayLike<number>): Rgb {
  const count = Math.max(1, normals.length / 3);
  const ahead = irradiance([0, 0, 1], light, new Float64Array(3));
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
