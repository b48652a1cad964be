import { cropToImage } from '../../detect/crop.js';
import { smoothstep } from '../../math/smoothstep.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { boxSide } from '../../network/face-view.js';
import {
  classMap,
  likelihoodOf,
  type FaceParsing,
  type PhotoMap,
} from '../../network/parsing/face-parser.js';
import { parserViewPerBox } from '../../network/parsing/parser-view.js';
import type { SeenHead } from './skin-geometry.js';
import { SURELY_HAIR } from '../hair/hair-tone.js';

/** How surely the photo shows the person at a pixel, 0…1. */
export interface SkinCertainty {
  /** Skin, brows, beard, eyes and mouth. */
  readonly skin: PhotoMap;
  /** The same, or hair. */
  readonly head: PhotoMap;
  /** Where the crop surely shows hair, pairs of pixels of the photo: as many as there are. */
  readonly hair: Float32Array;
  /** How likely a point of the face is in plain view, of how likely it is for all else that is known. */
  readonly inView: (x: number, y: number, visible: number) => number;
  /** Whether the photo shows an eye where there is one: no cover, and no strands. */
  readonly showsEye: (x: number, y: number) => boolean;
  /** What the parser itself says of pixels. */
  readonly outline: { readonly skin: PhotoMap; readonly background: PhotoMap };
}

/**
 * Nothing nearer to a cover than this is believed, mm, and some 3 mm more for the maps' cells: its shadow,
 * its edge's colour, what hangs from it. A full centimetre loses more of the person than of the cover.
 */
const FROM_COVERS = 5;
/** The same of a fringe, whose strands reach further than it looks: they would be a scar on the forehead. */
const FROM_FRINGE = 4;
/**
 * Where hair is a fringe: within a distance of the middle of the face, and above its middle between these,
 * sides of its box; higher up is everyone's hairline.
 */
const FRINGE_WIDE = 0.4;
const FRINGE_HIGH = -0.8;
const FRINGE_LOW = -0.22;
/** Nor what is nearer to the background or to hair than those cells. */
const FROM_OTHERS = 0;
/** Spots of skin of a smaller radius are left out, mm: alone among covers, they are most often mistaken. */
const SMALLEST_ISLAND = 6;
const ISLAND = 0.5;
/** Likelihoods from which a cover is one, a fringe is that or one, and anything else is what it is. */
const COVER = 0.3;
const FRINGE = 0.4;
const OTHER = 0.5;
/**
 * Likelihood of skin, which eyes are of, below which nothing is an eye. Not only where skin is sure: lashes,
 * make-up and the edge of a fringe are near any eye, and many points outvote a few.
 */
const EYE = 0.4;
/** Likelihoods of skin between which it is believed. */
const SKIN_FROM = 0.5;
const SKIN_TO = 0.85;

/**
 * Where skin is surely skin: what a parser calls so, away from covers and from the outline.
 * @param parsing of the face
 */
export function skinCertainty(parsing: FaceParsing): SkinCertainty {
  const { size } = parsing;
  const plane = size * size;
  const cell = (parserViewPerBox * boxSide) / size;
  const skins = classMap(parsing, 'skin');
  const hairs = classMap(parsing, 'hair');
  const covers = spread(classMap(parsing, 'cover'), size, FROM_COVERS / cell, COVER);
  const background = spread(classMap(parsing, 'background'), size, FROM_OTHERS / cell, OTHER);
  const hair = spread(hairs, size, FROM_OTHERS / cell, OTHER);
  const fringe = spread(fringeOf(parsing), size, FROM_FRINGE / cell, FRINGE);
  const certain = (shown: (at: number) => number, others: readonly Float32Array[]): FaceParsing => {
    const map = new Float32Array(plane).map((_, at) =>
      others.reduce((value, other) => value * (1 - other[at]!), smoothstep(SKIN_FROM, SKIN_TO, shown(at))),
    );
    return { ...parsing, classes: withoutIslands(map, size, SMALLEST_ISLAND / cell) };
  };
  const skinMap = certain((at) => skins[at]!, [covers, background, hair, fringe]);
  const headMap = certain((at) => skins[at]! + hairs[at]!, [covers, background]);
  const covered = likelihoodOf(parsing, 'cover');
  const skin = likelihoodOf(parsing, 'skin');
  return {
    // Both maps are single ones, where the first class lies.
    skin: likelihoodOf(skinMap, 'background'),
    head: likelihoodOf(headMap, 'background'),
    hair: placesOf(parsing, (at) => hairs[at]! * (1 - covers[at]!) > SURELY_HAIR),
    inView: (x, y, visible) => visible * (1 - covered(x, y)),
    showsEye: (x, y) => covered(x, y) < COVER && skin(x, y) > EYE,
    outline: { skin, background: likelihoodOf(parsing, 'background') },
  };
}

/** How likely cells show hair, or something else, over the forehead. */
function fringeOf(parsing: FaceParsing): Float32Array {
  const { size } = parsing;
  const covers = classMap(parsing, 'cover');
  const box = size / parserViewPerBox;
  return classMap(parsing, 'hair').map((hair, at) => {
    const x = ((at % size) + 0.5 - size / 2) / box;
    const y = (Math.floor(at / size) + 0.5 - size / 2) / box;
    const isLow = Math.abs(x) < FRINGE_WIDE && y > FRINGE_HIGH && y < FRINGE_LOW;
    return isLow ? hair + covers[at]! : 0;
  });
}

/** The middles of cells of the maps, in the photo. */
function placesOf({ crop, size }: FaceParsing, wanted: (cell: number) => boolean): Float32Array {
  const places: number[] = [];
  const step = crop.width / size;
  for (let at = 0; at < size * size; at++)
    if (wanted(at))
      places.push(...cropToImage(crop, step * ((at % size) + 0.5), step * (Math.floor(at / size) + 0.5)));
  return Float32Array.from(places);
}

/** What is left of a map where discs of a radius, in cells, fit in: a morphological opening. */
function withoutIslands(map: Float32Array, size: number, radius: number): Float32Array {
  const none = map.map((value) => 1 - value);
  const inside = spread(none, size, radius - 1, ISLAND);
  const kept = spread(
    inside.map((value) => 1 - value),
    size,
    radius,
    ISLAND,
  );
  return map.map((value, at) => value * kept[at]!);
}

/** 1 within a radius, in cells, of where a map is above a threshold, fading beyond over one cell more. */
function spread(map: Float32Array, size: number, radius: number, threshold: number): Float32Array {
  // A cell reaches half of its side from its middle, and what is read between two mixes them.
  const full = radius + 1;
  const reach = Math.ceil(full + 1);
  const width = 2 * reach + 1;
  const stamp = Float32Array.from({ length: width * width }, (_, k) => {
    const away = Math.hypot((k % width) - reach, Math.floor(k / width) - reach);
    return Math.min(1, Math.max(0, full + 1 - away));
  });
  const out = new Float32Array(map.length);
  const isSet = (x: number, y: number): boolean => map[y * size + x]! >= threshold;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      if (!isSet(x, y)) continue;
      out[y * size + x] = 1;
      // Whatever is near a cell within is nearer to one of its neighbours.
      if (isWithin(isSet, x, y, size)) continue;
      for (let v = Math.max(0, y - reach); v <= Math.min(size - 1, y + reach); v++)
        for (let u = Math.max(0, x - reach); u <= Math.min(size - 1, x + reach); u++) {
          const near = stamp[(v - y + reach) * width + u - x + reach]!;
          if (near > out[v * size + u]!) out[v * size + u] = near;
        }
    }
  return out;
}

/** Whether all eight neighbours of a cell are set. */
function isWithin(isSet: (x: number, y: number) => boolean, x: number, y: number, size: number): boolean {
  if (x === 0 || y === 0 || x === size - 1 || y === size - 1) return false;
  for (let v = y - 1; v <= y + 1; v++) for (let u = x - 1; u <= x + 1; u++) if (!isSet(u, v)) return false;
  return true;
}

/** Cosines to the camera between which skin comes into view. */
const GRAZING = 0.1;
const SEEN = 0.35;

/**
 * How surely a photo shows each vertex of a head's skin, 0…1; on the scalp hair counts as well.
 * @param head posed
 */
export function seenVertices(
  model: MorphableModel,
  { pixels, facing, unhidden }: SeenHead,
  { width, height }: { readonly width: number; readonly height: number },
  certainty: SkinCertainty,
): Float32Array {
  const [scalp, bust, neck] = ['scalp', 'bust', 'neck'].map((name) => model.regions.get(name));
  return Float32Array.from({ length: model.parts[0]!.vertexCount }, (_, v) => {
    // Of the bust only the neck's skin is taken from photos.
    const bare = bust && bust[v]! > 0.5 ? (neck?.[v] ?? 0) : 1;
    if (bare === 0) return 0;
    const x = pixels[2 * v]!;
    const y = pixels[2 * v + 1]!;
    if (unhidden[v] === 0 || !(x >= 0 && y >= 0 && x < width && y < height)) return 0;
    const towards = Math.min(1, Math.max(0, (facing[v]! - GRAZING) / (SEEN - GRAZING)));
    const hairy = scalp?.[v] ?? 0;
    return bare * towards * (hairy * certainty.head(x, y) + (1 - hairy) * certainty.skin(x, y));
  });
}
