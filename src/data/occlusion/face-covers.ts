import { createImage, type Image } from '../../math/image.js';
import type { Random } from '../random.js';
import { fills, type Fill } from './fills.js';
import { shapes, type Shape } from './shapes.js';
import { thinCovers } from './thin-covers.js';
import { HALF_EYES, layTintedGlasses } from './tinted-glasses.js';

/** A face in a picture, as covers are laid over it; pixels. */
export interface CoverFrame {
  readonly centreX: number;
  readonly centreY: number;
  /** From brows to chin. */
  readonly size: number;
  /** Direction of the crown, length 1. */
  readonly up: readonly [number, number];
  /** From the middle of the eye that is the person's right to the other's: x, y. */
  readonly apart: readonly [number, number];
  /** x, y of the middle between the eyes and of the mouth. */
  readonly eyes: readonly [number, number];
  readonly mouth: readonly [number, number];
}

/** What was laid over a face. */
export interface LaidCovers {
  /** Of the face, 0…1. */
  readonly share: number;
  /** Whether a point of the picture, pixels, lies under one. */
  readonly hides: (x: number, y: number) => boolean;
}

/** Signed distance of a point of the face's own axes to a cover: right, down from the middle, in sizes. */
type Cover = Shape;

/** How far brows reach above the middle of the eyes, in sizes. */
const BROWS = 0.15;

/** What is likely to be covered: each alone, and the ways in which people really cover their faces. */
const covers: Readonly<Record<string, (random: Random, eyes: number, mouth: number) => Cover>> = {
  ...thinCovers,
  /**
   * A band over the eyes: a mask, a bar, a blindfold. Its middle must not tell where they are; every other
   * one hides the brows as well.
   */
  eyes: (random, eyes) => {
    const above = eyes - random.uniform(random.uniform() < 0.5 ? BROWS : 0.05, 0.4);
    const below = eyes + random.uniform(0.04, 0.32);
    const wide = random.uniform(0.42, 0.95);
    const shift = random.normal(0, 0.05);
    return tilted(random, (x, y) => Math.max(Math.abs(x - shift) - wide, above - y, y - below));
  },
  /** Sunglasses and the like. */
  glasses: (random, eyes) => {
    const apart = random.uniform(0.19, 0.27);
    const aspect = random.uniform(1.1, 1.9);
    const radius = random.uniform(0.1, 0.17);
    const bar = random.uniform(0.012, 0.05);
    return (x, y) =>
      Math.min(
        Math.hypot((Math.abs(x) - apart) / aspect, y - eyes) - radius,
        Math.max(Math.abs(y - eyes) - bar, Math.abs(x) - 0.55),
      );
  },
  half: (random) => {
    const side = random.choice([-1, 1]);
    const edge = random.normal(0, 0.08);
    return tilted(random, (x, y) => Math.max(edge - side * x, Math.abs(y) - 0.9, side * x - 0.8));
  },
  lower: (random, eyes, mouth) => {
    const edge = random.uniform(eyes + 0.1 * (mouth - eyes), mouth - 0.1);
    const wide = random.uniform(0.45, 0.9);
    return tilted(random, (x, y) => Math.max(edge - y, Math.abs(x) - wide, y - 0.85));
  },
  /** A mask of the lower face, with round corners. */
  mask: (random, eyes, mouth) => {
    const edge = random.uniform(eyes + 0.15 * (mouth - eyes), mouth - 0.1);
    const bottom = random.uniform(0.5, 0.7);
    const middle = (edge + bottom) / 2;
    const high = (bottom - edge) / 2;
    const wide = random.uniform(0.38, 0.55);
    const round = random.uniform(0.4, 0.95) * high;
    return (x, y) => {
      const dx = Math.abs(x) - wide + round;
      const dy = Math.abs(y - middle) - high + round;
      return Math.hypot(Math.max(0, dx), Math.max(0, dy)) + Math.min(0, Math.max(dx, dy)) - round;
    };
  },
  /** A cap, a hood, a fringe. */
  upper: (random, eyes) => {
    const edge = random.uniform(eyes - 0.22, eyes + 0.1);
    const wide = random.uniform(0.5, 0.95);
    return tilted(random, (x, y) => Math.max(y - edge, Math.abs(x) - wide, -0.9 - y));
  },
  box: (random) => {
    const area = random.uniform(0.12, 0.65);
    const wide = Math.min(1.15, Math.max(area / 1.15, area ** random.uniform(0.15, 0.85))) / 2;
    const high = area / (4 * wide);
    const x0 = random.uniform(-0.58 + wide, 0.58 - wide);
    const y0 = random.uniform(-0.6 + high, 0.65 - high);
    return (x, y) => Math.max(Math.abs(x - x0) - wide, Math.abs(y - y0) - high);
  },
  shape: (random) => {
    const shape = shapes[random.choice(Object.keys(shapes))]!(random, 0.5);
    const radius = random.uniform(0.15, 0.48);
    const angle = random.uniform(-0.6, 0.6);
    const [cos, sin] = [Math.cos(angle) / radius, Math.sin(angle) / radius];
    const x0 = random.normal(0, 0.25);
    const y0 = random.normal(0.05, 0.25);
    return (x, y) => radius * shape(cos * (x - x0) + sin * (y - y0), -sin * (x - x0) + cos * (y - y0));
  },
};

/**
 * Glasses with tinted lenses are drawn on their own: lenses let some of the face through. Only who asks for
 * them gets them, then also where others wear plain ones with something else.
 */
const TINTED = 'tinted';

/** How often each is taken, relative to the others, and what may come with it. */
export const coverChances: Readonly<Record<string, number>> = {
  eyes: 4,
  glasses: 1.5,
  half: 4,
  lower: 2,
  mask: 2,
  upper: 1,
  box: 6,
  shape: 2,
};
const pairs: readonly (readonly string[])[] = [
  ['mask', 'glasses'],
  ['mask', 'upper'],
  ['glasses', 'upper'],
  ['mask', 'glasses', 'upper'],
  ['half', 'shape'],
  ['eyes', 'shape'],
];
const PAIRED = 0.2;
/** Of covers: those whose edge is soft, and those that have the colour of the skin. */
const SOFT = 0.15;
const SKIN = 0.2;

/** A cover in axes that lean a little. */
function tilted(random: Random, cover: Cover): Cover {
  const angle = random.normal(0, 0.08);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => cover(cos * x + sin * y, -sin * x + cos * y);
}

/**
 * Lays something over a face: bands, boxes, halves, masks, glasses, caps, shapes of any colour and pattern,
 * one or several.
 * @param image three channels; changed in place
 * @param chances of the covers by name
 */
export function coverFaceFlat(
  image: Image,
  frame: CoverFrame,
  random: Random,
  chances = coverChances,
): LaidCovers {
  const tints = (chances[TINTED] ?? 0) > 0;
  const names =
    random.uniform() < PAIRED
      ? random.choice(pairs).map((name) => (tints && name === 'glasses' ? TINTED : name))
      : [weighted(random, chances)];
  const before = createImage(image.width, image.height, 3);
  before.data.set(image.data);
  const hidden = new Uint8Array(GRID * GRID);
  const { toFace } = axesOf(frame);
  const eyes = toFace(...frame.eyes)[1];
  const mouth = toFace(...frame.mouth)[1];
  const laid: Cover[] = [];
  for (const name of names) {
    const cover =
      name === TINTED
        ? tinted(image, before, frame, random)
        : plain(image, before, frame, random, name, [eyes, Math.max(eyes + 0.2, mouth)]);
    laid.push(cover);
    for (let k = 0; k < hidden.length; k++) {
      const [x, y] = gridPoint(k);
      if (cover(x, y) < 0) hidden[k] = 1;
    }
  }
  return {
    share: shareOf(hidden),
    hides: (x, y) => laid.some((cover) => cover(...toFace(x, y)) < 0),
  };
}

/** Lays one of {@link covers} over a face. */
function plain(
  image: Image,
  before: Image,
  frame: CoverFrame,
  random: Random,
  name: string,
  [eyes, mouth]: readonly [number, number],
): Cover {
  const cover = covers[name]!(random, eyes, mouth);
  const fill = name in thinCovers ? thinFill(random) : fillOf(random, before, frame);
  const soft = !(name in thinCovers) && random.uniform() < SOFT;
  paint(image, frame, cover, fill, soft ? 0.06 : 0);
  return cover;
}

/** Turned heads show glasses narrower, by not less than this. */
const NARROWEST = 0.4;

/** Lays glasses with tinted lenses over a face, along the line of its eyes. */
function tinted(image: Image, before: Image, frame: CoverFrame, random: Random): Cover {
  const { size, apart, eyes: middle } = frame;
  const { toPicture } = axesOf(frame);
  const long = Math.hypot(...apart);
  const narrow = Math.min(1.1, Math.max(NARROWEST, long / (2 * HALF_EYES * size)));
  const [rx, ry] = long > 0.1 * size ? [apart[0] / long, apart[1] / long] : [-frame.up[1], frame.up[0]];
  const toGlasses = (x: number, y: number): [number, number] => {
    const dx = (x - middle[0]) / size;
    const dy = (y - middle[1]) / size;
    return [(dx * rx + dy * ry) / narrow, dy * rx - dx * ry];
  };
  const bounds = boundsAround(image, middle, 0.8 * size);
  const hides = layTintedGlasses(image, before, { toGlasses, bounds, size }, random);
  return (x, y) => hides(...toGlasses(...toPicture(x, y)));
}

/** Where the share of a face that is covered is counted: an oval within the box. */
const GRID = 16;
const gridPoint = (k: number): readonly [number, number] => [
  ((k % GRID) + 0.5) / GRID - 0.5,
  (Math.floor(k / GRID) + 0.5) / GRID - 0.5,
];
function shareOf(hidden: Uint8Array): number {
  let inside = 0;
  let covered = 0;
  for (let k = 0; k < hidden.length; k++) {
    const [x, y] = gridPoint(k);
    if (Math.hypot(x / 0.42, y / 0.5) > 1) continue;
    inside++;
    covered += hidden[k]!;
  }
  return covered / inside;
}

function weighted(random: Random, weights: Readonly<Record<string, number>>): string {
  const entries = Object.entries(weights);
  let left = random.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  return entries.find(([, weight]) => (left -= weight) < 0)?.[0] ?? entries[0]![0];
}

/** From pixels of a picture to the face's own axes, right and down from its middle in sizes, and back. */
export function axesOf({
  centreX,
  centreY,
  size,
  up: [ux, uy],
}: Pick<CoverFrame, 'centreX' | 'centreY' | 'size' | 'up'>): {
  readonly toFace: (x: number, y: number) => [number, number];
  readonly toPicture: (x: number, y: number) => [number, number];
} {
  // Down is against the crown, right a quarter turn before it.
  return {
    toFace: (x, y) => {
      const dx = (x - centreX) / size;
      const dy = (y - centreY) / size;
      return [-dx * uy + dy * ux, -dx * ux - dy * uy];
    },
    toPicture: (x, y) => [centreX + size * (-x * uy - y * ux), centreY + size * (x * ux - y * uy)],
  };
}

function fillOf(random: Random, photo: Image, { centreX, centreY, size }: CoverFrame): Fill {
  if (random.uniform() >= SKIN) return fills[random.choice(Object.keys(fills))]!(random, photo, size / 2);
  const at = (value: number, most: number): number => Math.max(0, Math.min(most - 1, Math.round(value)));
  const x = at(centreX + size * random.normal(0, 0.15), photo.width);
  const y = at(centreY + size * random.normal(0, 0.15), photo.height);
  const tone = photo.data.slice(3 * (y * photo.width + x), 3 * (y * photo.width + x) + 3);
  const gain = random.uniform(0.8, 1.2);
  return (_x, _y, out) => {
    for (let c = 0; c < 3; c++) out[c] = tone[c]! * gain;
  };
}

/** One colour, mostly dark or that of a metal: rims, strands and letters are seldom patterned. */
function thinFill(random: Random): Fill {
  const light = random.uniform() < 0.6 ? random.uniform(5, 70) : random.uniform(40, 250);
  const tint = random.uniform(0, 0.35);
  const tone = random.uniform() < 0.7 ? [1, 1 - 0.6 * tint, 1 - tint] : [0, 1, 2].map(() => random.uniform());
  return (_x, _y, out) => {
    for (let c = 0; c < 3; c++) out[c] = light * tone[c]!;
  };
}

function paint(image: Image, frame: CoverFrame, cover: Cover, fill: Fill, softness: number): void {
  const { width, data } = image;
  const { toFace } = axesOf(frame);
  const reach = 1.4 * frame.size;
  const edge = Math.max(softness, 0.7 / frame.size);
  const [left, top, right, bottom] = boundsAround(image, [frame.centreX, frame.centreY], reach);
  const color = new Float64Array(3);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const distance = cover(...toFace(x + 0.5, y + 0.5));
      if (distance >= edge / 2) continue;
      const alpha = Math.min(1, 0.5 - distance / edge);
      fill(x, y, color);
      const at = 3 * (y * width + x);
      for (let c = 0; c < 3; c++)
        data[at + c] = Math.max(0, Math.min(255, data[at + c]! + alpha * (color[c]! - data[at + c]!)));
    }
}

/** Pixels of a picture within reach of a point: left, top, right, bottom. */
function boundsAround(
  { width, height }: Image,
  [x, y]: readonly [number, number],
  reach: number,
): readonly [number, number, number, number] {
  return [
    Math.max(0, Math.floor(x - reach)),
    Math.max(0, Math.floor(y - reach)),
    Math.min(width, Math.ceil(x + reach)),
    Math.min(height, Math.ceil(y + reach)),
  ];
}
