import type { Image } from '../../math/image.js';
import type { Random } from '../random.js';
import { fills } from './fills.js';
import type { Shape } from './shapes.js';

/**
 * Glasses whose lenses are tinted, flat, in axes of the face's eyes: right and down from the middle between
 * them, in sizes of the face (some 11 cm), as it would look from the front.
 */
export interface TintedGlasses {
  /** Signed distance to rims, bridge and temples. */
  readonly rims: Shape;
  /** Signed distance to the lenses. */
  readonly lenses: Shape;
  /** How much of what is behind a lens is hidden, 0…1. */
  readonly density: (x: number, y: number) => number;
  /** sRGB 0…255 of the rims. */
  readonly rimColor: readonly number[];
  /** sRGB 0…255 of the lenses. */
  readonly tint: readonly number[];
  /** How much a lens mirrors, 0…1. */
  readonly gloss: (x: number, y: number) => number;
}

/** Half the distance of the eyes of a face seen from the front, in sizes of the face. */
export const HALF_EYES = 0.286;
/** Shares of glasses: one lens before both eyes; no rims; drooping or slanting lenses. */
const SHIELD = 0.12;
const RIMLESS = 0.25;
const DROOPING = 0.3;

/** Draws a pair: round, square, aviators, cat's eyes, shields, from lightly tinted to opaque. */
export function tintedGlasses(random: Random): TintedGlasses {
  const shield = random.uniform() < SHIELD;
  const apart = HALF_EYES * random.uniform(0.92, 1.12);
  const wide = shield ? random.uniform(0.48, 0.58) : random.uniform(0.18, Math.min(0.29, apart - 0.02));
  const high = shield ? random.uniform(0.14, 0.24) : wide * random.uniform(0.55, 1.05);
  const low = random.uniform(-0.02, 0.07);
  const power = random.uniform(2, 5);
  const slant = random.normal(0, 0.12);
  // Aviators are narrow below, towards the nose.
  const droop = random.uniform() < DROOPING ? random.uniform(0.2, 0.5) : 0;
  const lens = (x: number, y: number): number => {
    const out = shield ? x : Math.abs(x) - apart;
    const down = y - low + (shield ? 0 : slant * out);
    const narrow = 1 - droop * Math.max(0, down / high) * (out < 0 ? 1 : 0.4);
    const u = Math.abs(out / (wide * Math.max(0.3, narrow)));
    const v = Math.abs(down / high);
    return (Math.pow(Math.pow(u, power) + Math.pow(v, power), 1 / power) - 1) * Math.min(wide, high);
  };
  const rim = random.uniform() < RIMLESS ? 0 : random.uniform(0.004, 0.03);
  const bar = Math.max(0.006, rim) * random.uniform(0.7, 1.5);
  const arch = low - high * random.uniform(0.1, 0.8);
  const hinge = low - high * random.uniform(0.2, 0.8);
  const outer = (shield ? 0 : apart) + wide;
  const rims = (x: number, y: number): number => {
    const side = Math.abs(x);
    const ring = Math.abs(lens(x, y)) - rim;
    const bridge = shield ? 1 : Math.max(Math.abs(y - arch) - bar, side - apart + 0.8 * wide);
    const temple = Math.max(Math.abs(y - hinge) - bar, outer - 0.02 - side, side - 0.66);
    return Math.min(ring, bridge, temple);
  };
  return {
    rims,
    lenses: lens,
    density: densityOf(random, low, high),
    gloss: glossOf(random, low, high),
    rimColor: rimColorOf(random),
    tint: tintOf(random),
  };
}

/** The same all over, or less and less downwards; most are dark. */
function densityOf(random: Random, low: number, high: number): (x: number, y: number) => number {
  const above = random.uniform() < 0.5 ? random.uniform(0.85, 1) : random.uniform(0.4, 1);
  const below = random.uniform() < 0.45 ? above : above * random.uniform(0.2, 1);
  return (_x, y) => {
    const share = Math.min(1, Math.max(0, (y - low + high) / (2 * high)));
    return above + (below - above) * share;
  };
}

/** None, a slanting streak on each lens, or an even film. */
function glossOf(random: Random, low: number, high: number): (x: number, y: number) => number {
  const kind = random.uniform();
  if (kind < 0.4) return () => 0;
  const much = random.uniform(0.1, 0.6);
  if (kind < 0.6) return () => 0.6 * much;
  const lean = random.normal(0, 0.6);
  const middle = low + high * random.uniform(-0.8, 0.4);
  const broad = high * random.uniform(0.15, 0.8);
  return (x, y) => much * Math.exp(-(((y - middle + lean * (Math.abs(x) - HALF_EYES)) / broad) ** 2));
}

/** Greys and browns mostly, then the colours of fashion. */
function tintOf(random: Random): number[] {
  const light = random.uniform() < 0.7 ? random.uniform(5, 70) : random.uniform(50, 200);
  const kind = random.uniform();
  if (kind < 0.45) return [light, light, light];
  if (kind < 0.7) return [light, 0.75 * light, 0.5 * light];
  return [0, 1, 2].map(() => 1.4 * light * random.uniform(0.2, 1));
}

function rimColorOf(random: Random): number[] {
  const light = random.uniform() < 0.6 ? random.uniform(5, 60) : random.uniform(60, 250);
  const gold = random.uniform(0, 0.5);
  if (random.uniform() < 0.75) return [light, light * (1 - 0.4 * gold), light * (1 - gold)];
  return [0, 1, 2].map(() => random.uniform(0, 255));
}

/** Where glasses sit in a picture. */
export interface GlassesPlace {
  /** Of a point of the picture, pixels, in the axes of the glasses. */
  readonly toGlasses: (x: number, y: number) => readonly [number, number];
  /** Pixels in which something changes: left, top, right, bottom. */
  readonly bounds: readonly [number, number, number, number];
  /** A size of the face, pixels. */
  readonly size: number;
}

/** What a lens does not hide more than this is still seen. */
const HIDES = 0.5;

/**
 * Draws glasses over a face.
 * @param image three channels; changed in place
 * @param before the same before anything was laid over it, which lenses mirror
 * @returns what hides: rims, and lenses where they take more than half of what is behind them, of points in
 *   the axes of the glasses
 */
export function layTintedGlasses(
  image: Image,
  before: Image,
  { toGlasses, bounds: [left, top, right, bottom], size }: GlassesPlace,
  random: Random,
): Shape {
  const glasses = tintedGlasses(random.fork('glasses'));
  const { rims, lenses, density, gloss, rimColor, tint } = glasses;
  const mirrored = fills[random.choice(['copy', 'clouds', 'gradient', 'white'])]!(random, before, 0.5 * size);
  const edge = 0.8 / size;
  const out = new Float64Array(3);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const [u, v] = toGlasses(x + 0.5, y + 0.5);
      const inLens = share(lenses(u, v), edge);
      const inRim = share(rims(u, v), edge);
      if (inLens + inRim === 0) continue;
      const at = 3 * (y * image.width + x);
      const hidden = density(u, v);
      const shine = gloss(u, v);
      mirrored(x, y, out);
      for (let c = 0; c < 3; c++) {
        const behind = image.data[at + c]!;
        // A filter takes light away, and dims what it lets through in its own colour.
        const filtered = (1 - hidden) * behind * (0.5 + tint[c]! / 400) + hidden * tint[c]!;
        const lens = filtered + shine * (out[c]! - filtered);
        const seen = behind + inLens * (lens - behind);
        image.data[at + c] = clamp(seen + inRim * (rimColor[c]! - seen));
      }
    }
  return (x, y) => {
    const opaque = Math.max(density(x, y), gloss(x, y)) > HIDES;
    return Math.min(rims(x, y), opaque ? lenses(x, y) : 1);
  };
}

const share = (distance: number, edge: number): number => Math.min(1, Math.max(0, 0.5 - distance / edge));
const clamp = (value: number): number => Math.max(0, Math.min(255, value));
