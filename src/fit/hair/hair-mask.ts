import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { classMap, type FaceParsing } from '../../network/parsing/face-parser.js';
import { clusterColors, logDensity } from './color-clusters.js';
import { mapColors } from './map-colors.js';

/** Where in the maps what is. */
export interface HeadPlaces {
  /** Pixels that the fitted head covers, and those of its scalp, size². */
  readonly onHead: Uint8Array;
  readonly onScalp: Uint8Array;
  /** Those on which hair lies close: the scalp, and the neck beside the jaw. */
  readonly belowHair: Uint8Array;
  /** Pixels that the photo has. */
  readonly inPhoto: Uint8Array;
  /** mm that a pixel shows. */
  readonly cell: number;
}

/** What is hair and what is not known, size² each. */
export interface HairMask {
  /** 0…1. */
  readonly hair: Float32Array;
  readonly known: Uint8Array;
  /** Pixels to the scalp. */
  readonly fromScalp: Float32Array;
}

/** Hair this near to the scalp is surely the person's, mm. */
const NEAR_SCALP = 14;
const SURE = 0.75;
/** Pixels of hair above what is called a cover, from which on that is hair, and how surely. */
const LEAST_ABOVE = 2;
const FRINGE = 0.9;
/** How far below the scalp a fringe hangs, mm. */
const FRINGE_REACH = 45;
const SURELY_SKIN = 0.9;
const SURE_BACKGROUND = 0.6;
/** Fewer pixels than this tell no colours. */
const LEAST_SEEDS = 24;
const HAIR_CLUSTERS = 3;
const BACKGROUND_CLUSTERS = 5;
/** The most that colour says against the parser, as a logarithm of odds, and what the parser says at most. */
const COLOR_SAYS = 3.5;
const PARSER_SAYS = 2;
/** Density of colours that neither hair nor the background that was seen have: backgrounds have any. */
const ANY_COLOR = 2e-6;
/** Likelihood from which something covers a pixel. */
const COVERED = 0.4;
/** A cover of the hair's colour is hair: fringes and curls are mistaken for covers. */
const LIKE_HAIR = 1.2;
/** Farther from the skull than this no hair is believed in, mm. */
const FARTHEST = 95;

/**
 * The hair of a person in a photo: what the parser calls so, as far as it has the colour of what grows on the
 * scalp rather than that of the background, and is one with it. Parsers take dark or blurred backgrounds for
 * hair, and fringes for covers.
 */
export function hairMask(image: ImagePyramid, parsing: FaceParsing, places: HeadPlaces): HairMask {
  const { size } = parsing;
  const plane = size * size;
  const maps = {
    hair: classMap(parsing, 'hair'),
    cover: classMap(parsing, 'cover'),
    background: classMap(parsing, 'background'),
    skin: classMap(parsing, 'skin'),
  };
  const colors = mapColors(image, parsing);
  const away = distances(places.onHead, size);
  const fromScalp = distances(places.onScalp, size);
  const fromSkull = distances(places.belowHair, size);
  const near = NEAR_SCALP / places.cell;
  const seeds = (wanted: (at: number) => boolean): number[] =>
    Array.from({ length: plane }, (_, at) => at).filter((at) => places.inPhoto[at] === 1 && wanted(at));
  let own = seeds((at) => maps.hair[at]! > SURE && places.onScalp[at] === 1);
  if (own.length < LEAST_SEEDS) own = seeds((at) => maps.hair[at]! > SURE && fromSkull[at]! < near);
  if (own.length < LEAST_SEEDS) own = seeds((at) => maps.hair[at]! > SURE && away[at]! < 2 * near);
  const others = seeds((at) => maps.background[at]! > SURE_BACKGROUND && places.onHead[at] === 0);
  const telling = own.length >= LEAST_SEEDS && others.length >= LEAST_SEEDS;
  const hairColors = telling && clusterColors(picked(colors, own), HAIR_CLUSTERS);
  const otherColors = telling && clusterColors(picked(colors, others), BACKGROUND_CLUSTERS);
  const fringe = coveredFringe(maps, fromSkull, FRINGE_REACH / places.cell, size);
  const hair = new Float32Array(plane);
  const known = new Uint8Array(plane);
  for (let at = 0; at < plane; at++) {
    if (places.inPhoto[at] === 0) continue;
    if (maps.skin[at]! > SURELY_SKIN && places.onHead[at] === 1) {
      known[at] = 1;
      hair[at] = maps.hair[at]!;
      continue;
    }
    if (fringe[at] === 1) {
      known[at] = 1;
      hair[at] = FRINGE;
      continue;
    }
    const color = colors.subarray(3 * at, 3 * at + 3);
    const ratio =
      hairColors && otherColors
        ? logDensity(hairColors, color, 1e-9) - logDensity(otherColors, color, ANY_COLOR)
        : 0;
    const covered = maps.cover[at]! > COVERED;
    // On the face a cover is one, whatever its colour.
    const hairLike = telling && ratio > LIKE_HAIR && fromSkull[at]! < near;
    known[at] = covered && !hairLike ? 0 : 1;
    if (away[at]! * places.cell > FARTHEST) continue;
    if (places.onHead[at] === 1 && !covered) hair[at] = maps.hair[at]!;
    else {
      const likely = Math.min(0.98, Math.max(0.02, maps.hair[at]! / (1 - maps.cover[at]! + 1e-3)));
      const parser = covered ? 0 : limited(Math.log(likely / (1 - likely)), PARSER_SAYS);
      hair[at] = known[at] === 0 ? 0 : 1 / (1 + Math.exp(-parser - limited(ratio, COLOR_SAYS)));
    }
  }
  return { hair: connected(hair, places.onHead, fromSkull, near, size), known, fromScalp };
}

/**
 * Where what is called a cover lies under hair: fringes and curls are taken for covers, and hats have no hair
 * above them.
 */
function coveredFringe(
  {
    hair,
    cover,
    skin,
  }: { readonly hair: Float32Array; readonly cover: Float32Array; readonly skin: Float32Array },
  fromScalp: Float32Array,
  reach: number,
  size: number,
): Uint8Array {
  const out = new Uint8Array(hair.length);
  for (let x = 0; x < size; x++) {
    let above = 0;
    for (let y = 0; y < size; y++) {
      const at = y * size + x;
      if (cover[at]! > COVERED) {
        if (above < LEAST_ABOVE || fromScalp[at]! > reach) break;
        out[at] = 1;
      } else if (hair[at]! > SURE) above++;
      else if (skin[at]! > COVERED) break;
    }
  }
  return out;
}

const limited = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

const picked = (colors: Float32Array, places: readonly number[]): Float32Array =>
  Float32Array.from(places.flatMap((at) => [...colors.subarray(3 * at, 3 * at + 3)]));

/** Pixels to the nearest one that is set (two-pass chamfer, Borgefors 1986); Infinity where none is. */
function distances(set: Uint8Array, size: number): Float32Array {
  const out = new Float32Array(set).map((one) => (one === 1 ? 0 : Infinity));
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= size || y >= size ? Infinity : out[y * size + x]!;
  const relax = (x: number, y: number, step: number): void => {
    const straight = Math.min(at(x - step, y), at(x, y - step));
    const across = Math.min(at(x - step, y - step), at(x + step, y - step));
    out[y * size + x] = Math.min(at(x, y), straight + 1, across + Math.SQRT2);
  };
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) relax(x, y, 1);
  for (let y = size - 1; y >= 0; y--) for (let x = size - 1; x >= 0; x--) relax(x, y, -1);
  return out;
}

const NEIGHBOURS = [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => [x, y] as const));

/** Hair that hangs together with what is on or near the scalp, or on the head at all. */
function connected(
  hair: Float32Array,
  onHead: Uint8Array,
  fromScalp: Float32Array,
  near: number,
  size: number,
): Float32Array {
  const out = new Float32Array(hair.length);
  const isHair = (at: number): boolean => hair[at]! >= 0.5;
  const open = Array.from(hair.keys()).filter((at) => isHair(at) && fromScalp[at]! < near);
  const reached = new Uint8Array(hair.length);
  for (const at of open) reached[at] = 1;
  while (open.length > 0) {
    const at = open.pop()!;
    const [x, y] = [at % size, Math.floor(at / size)];
    for (const [dx, dy] of NEIGHBOURS) {
      const [u, v] = [x + dx, y + dy];
      if (u < 0 || v < 0 || u >= size || v >= size) continue;
      const next = v * size + u;
      if (reached[next] === 1 || !isHair(next)) continue;
      reached[next] = 1;
      open.push(next);
    }
  }
  for (let at = 0; at < hair.length; at++)
    out[at] = reached[at] === 1 || (onHead[at] === 1 && !isHair(at)) ? hair[at]! : Math.min(hair[at]!, 0.3);
  return out;
}
