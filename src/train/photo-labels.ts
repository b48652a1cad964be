import {
  NO_COVER_LABEL,
  NO_COVER_NOR_HAIR_LABEL,
  NO_HAIR_LABEL,
  parsingClasses,
  parsingLabels,
  UNKNOWN_LABEL,
} from '../network/parsing/parsing-classes.js';
import { parserStride } from '../network/parsing/parser-view.js';
import { bareFace, coverPlaces, isKnown, type CoverPlace } from './cover-places.js';
import { hairlessPlaces } from './hair-places.js';
import { likelyFringe } from './likely-fringe.js';
import { likelyShades, NO_LENS } from './likely-shades.js';
import { likelySkin } from './likely-skin.js';
import type { UnlabelledView } from './unlabelled-view.js';

/** What a network that is already good says of a clean view, 3×size×size, −1…1: classes×side×side, 0…1. */
export type ParseTeacher = (image: Float32Array) => Promise<Float32Array>;

/** A teacher is sure of what it gives this likelihood. */
const SURE = 0.8;
/** Of what is no cover a teacher thinks something if it gives it that much. */
const SOME = 0.1;
/** Where something is known to be worn, a cover is so many times as likely as a teacher thinks. */
const EXPECTED = 4;

/**
 * Labels of a view, size×size: what a teacher says, where it is sure and geometry, colour and what is worn do
 * not say otherwise; else what these say. Without a teacher, what is not surely skin is at least taken for no
 * cover: few photos show one.
 */
export async function photoLabels(view: UnlabelledView, teach?: ParseTeacher): Promise<Uint8Array> {
  const { image, size, points, worn } = view;
  const likely = likelySkin(image, size, points);
  if (!teach) return likely.map((label) => (label === UNKNOWN_LABEL ? NO_COVER_LABEL : label));
  const shades = worn?.wears.includes('shades') ? likelyShades(view, likely) : undefined;
  const bare = bareFace(view);
  const coverAt = coverPlaces(view);
  const isHairless = hairlessPlaces(view);
  const said = await teach(image);
  const labels = likely.map((skin, at) => {
    const cover = coverAt(at);
    if (cover === 'border') return UNKNOWN_LABEL;
    const lens = shades?.[at] ?? NO_LENS;
    if (cover === 'sure' || lens === parsingLabels.cover) return parsingLabels.cover;
    const cell = cellOf(at, size);
    if (bare?.has(at) && said[hairAt(cell, size)]! < HAIRY) return parsingLabels.skin;
    const label = taughtLabel(said, cell, size, { cover, hairless: isHairless(at) });
    // The usual colour of a face that is masked is the mask's.
    if (label === parsingLabels.cover && cover === 'expected') return label;
    if (lens !== NO_LENS) return label === parsingLabels.cover ? label : UNKNOWN_LABEL;
    if (skin === UNKNOWN_LABEL || label === skin) return label;
    return parsingClasses[label] === undefined ? skin : UNKNOWN_LABEL;
  });
  if (!isKnown(worn)) likelyFringe(labels, image, size, points);
  return labels;
}

/** Strands hang over a bare face where a teacher gives hair this likelihood. */
const HAIRY = 0.5;
const hairAt = (cell: number, size: number): number => parsingLabels.hair * (size / parserStride) ** 2 + cell;

/** The square of the network's map that a pixel of a view lies in. */
function cellOf(at: number, size: number): number {
  const column = Math.floor((at % size) / parserStride);
  const row = Math.floor(Math.floor(at / size) / parserStride);
  return (row * size) / parserStride + column;
}

/** What is known of a pixel before a teacher is asked. */
interface KnownPlace {
  readonly cover: CoverPlace;
  readonly hairless: boolean;
}

function taughtLabel(
  said: Float32Array,
  cell: number,
  size: number,
  { cover, hairless }: KnownPlace,
): number {
  const plane = (size / parserStride) ** 2;
  const odds = parsingClasses.map(() => 1);
  odds[parsingLabels.cover] = cover === 'no' ? 0 : cover === 'expected' ? EXPECTED : 1;
  odds[parsingLabels.hair] = hairless ? 0 : 1;
  let sum = 0;
  let best = 0;
  let most = 0;
  parsingClasses.forEach((_, label) => {
    const likelihood = said[label * plane + cell]! * odds[label]!;
    sum += likelihood;
    if (likelihood <= most) return;
    most = likelihood;
    best = label;
  });
  if (sum >= SOME && most >= SURE * sum) return best;
  if (cover === 'no') return hairless ? NO_COVER_NOR_HAIR_LABEL : NO_COVER_LABEL;
  return hairless ? NO_HAIR_LABEL : UNKNOWN_LABEL;
}
