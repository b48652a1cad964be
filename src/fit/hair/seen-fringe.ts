import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { median } from '../../math/median.js';
import { classMap, type FaceParsing } from '../../network/parsing/face-parser.js';
import { parserViewPerBox } from '../../network/parsing/parser-view.js';
import { parsingLabels } from '../../network/parsing/parsing-classes.js';
import { mapColors } from './map-colors.js';

type Lab = readonly [number, number, number];

/** Likelihoods from which hair and skin tell their colours, and from which a pixel is one of them. */
const SURE = 0.85;
const LIKELY = 0.4;
/** Fewer pixels than this tell no colour. */
const LEAST_PIXELS = 40;
/** Where a forehead is, in sides of the face's box from its middle; where skin tells its colour. */
const FOREHEAD_LOW = -0.2;
const FOREHEAD_WIDE = 0.42;
/** Where brows begin: from here down strands hang from what is above them, as dark brows and lids do not. */
const BROWS = -0.42;
const CHEEKS = { high: -0.1, low: 0.3, wide: 0.3 };
/** Hair and skin of colours nearer than this are not told apart (CIELAB, Euclidean). */
const LEAST_APART = 18;
/** Share of the way from the skin's colour to the hair's from which on a pixel is hair. */
const HAIR_FROM = 0.6;

/** What is this far beside the straight way between both colours is neither (CIELAB). */
const OTHER_COLOUR = 25;

/**
 * A fringe that shines is between both colours, so a patch of what is called a cover is one as a whole: from
 * this share of the way on and this near to the straight way, in the middle, with this share of it over the
 * forehead and below hair.
 */
const SHINING_FROM = 0.3;
const SHINING_BESIDE = 10;
const SHINING_WITHIN = 0.9;

/** Rows of hair above what is called a cover, from which on it is a fringe: hats have none above them. */
const LEAST_ABOVE = 2;

/**
 * What a parser says, but for strands over the forehead that it takes for skin, or below hair for a cover:
 * where they hang together with hair and have its colour rather than that of the cheeks. Left in the skin,
 * they would be a mark on a bare forehead.
 */
export function withFringe(parsing: FaceParsing, image: ImagePyramid): FaceParsing {
  const { size } = parsing;
  const skins = classMap(parsing, 'skin');
  const hairs = classMap(parsing, 'hair');
  const covers = classMap(parsing, 'cover');
  const box = size / parserViewPerBox;
  const placeOf = (at: number): [number, number] => [
    ((at % size) + 0.5 - size / 2) / box,
    (Math.floor(at / size) + 0.5 - size / 2) / box,
  ];
  const colors = mapColors(image, parsing);
  const cells = Array.from(skins.keys());
  const skin = medianOf(
    colors,
    cells.filter((at) => {
      const [x, y] = placeOf(at);
      return skins[at]! > SURE && y > CHEEKS.high && y < CHEEKS.low && Math.abs(x) < CHEEKS.wide;
    }),
  );
  const hair = medianOf(
    colors,
    cells.filter((at) => hairs[at]! > SURE && placeOf(at)[1] < FOREHEAD_LOW),
  );
  if (!skin || !hair) return parsing;
  const apart = hair.map((value, k) => value - skin[k]!);
  const length = Math.hypot(...apart);
  if (length < LEAST_APART) return parsing;
  /** Share of the way from the skin's colour to the hair's. */
  const wayOf = (at: number): number =>
    apart.reduce((sum, value, k) => sum + value * (colors[3 * at + k]! - skin[k]!), 0) / length ** 2;
  const besideOf = (at: number): number => {
    const way = wayOf(at);
    return Math.hypot(...apart.map((value, k) => colors[3 * at + k]! - skin[k]! - way * value));
  };
  const isForehead = (at: number): boolean => {
    const [x, y] = placeOf(at);
    return y < FOREHEAD_LOW && Math.abs(x) < FOREHEAD_WIDE;
  };
  const isBelowHair = belowHair(hairs, size, SURE);
  const isBelowLikely = belowHair(hairs, size, LIKELY);
  const shining = new Set(
    patches(covers, size)
      .filter(
        (patch) =>
          patch.filter(isForehead).length > SHINING_WITHIN * patch.length &&
          patch.filter((at) => isBelowLikely[at] === 1).length > SHINING_WITHIN * patch.length &&
          median(patch.map(wayOf)) > SHINING_FROM &&
          median(patch.map(besideOf)) < SHINING_BESIDE,
      )
      .flat(),
  );
  const isStrand = (at: number): boolean => {
    const mistaken =
      skins[at]! > 1 - LIKELY ||
      (covers[at]! > LIKELY && isBelowHair[at] === 1 && besideOf(at) < OTHER_COLOUR);
    return shining.has(at) || (mistaken && wayOf(at) > HAIR_FROM);
  };
  const open = cells.filter((at) => isForehead(at) && hairs[at]! > LIKELY);
  const classes = parsing.classes.slice();
  const reached = new Uint8Array(skins.length);
  const hangs = (at: number): boolean =>
    placeOf(at)[1] < BROWS || reached[at - size] === 1 || hairs[at - size]! > LIKELY;
  const plane = size * size;
  while (open.length > 0) {
    const at = open.pop()!;
    for (const next of [at - 1, at + 1, at - size, at + size]) {
      if (reached[next] !== 0 || !isForehead(next) || !isStrand(next) || !hangs(next)) continue;
      reached[next] = 1;
      open.push(next);
      for (const mistaken of MISTAKEN) {
        classes[parsingLabels.hair * plane + next]! += classes[mistaken * plane + next]!;
        classes[mistaken * plane + next] = 0;
      }
    }
  }
  return { ...parsing, classes };
}

const MISTAKEN = [parsingLabels.skin, parsingLabels.cover] as const;

/** Pixels that are likely, in patches that hang together. */
function patches(likelihoods: Float32Array, size: number): number[][] {
  const taken = new Uint8Array(likelihoods.length);
  const take = (at: number, patch: number[]): void => {
    if (taken[at] !== 0 || !(likelihoods[at]! > LIKELY)) return;
    taken[at] = 1;
    patch.push(at);
  };
  const found: number[][] = [];
  for (let start = 0; start < likelihoods.length; start++) {
    const patch: number[] = [];
    take(start, patch);
    for (let k = 0; k < patch.length; k++) {
      const at = patch[k]!;
      const x = at % size;
      if (x > 0) take(at - 1, patch);
      if (x < size - 1) take(at + 1, patch);
      take(at - size, patch);
      take(at + size, patch);
    }
    if (patch.length > 0) found.push(patch);
  }
  return found;
}

/** 1 for pixels with hair of at least this likelihood somewhere above them. */
function belowHair(hairs: Float32Array, size: number, least: number): Uint8Array {
  const below = new Uint8Array(hairs.length);
  for (let x = 0; x < size; x++) {
    let rows = 0;
    for (let at = x; at < hairs.length; at += size) {
      if (rows >= LEAST_ABOVE) below[at] = 1;
      if (hairs[at]! > least) rows++;
    }
  }
  return below;
}

/** Medians of three channels; none of too few pixels. */
function medianOf(colors: Float32Array, cells: readonly number[]): Lab | undefined {
  if (cells.length < LEAST_PIXELS) return undefined;
  return [0, 1, 2].map((k) => median(cells.map((at) => colors[3 * at + k]!))) as unknown as Lab;
}
