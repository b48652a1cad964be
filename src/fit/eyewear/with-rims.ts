import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { toView } from '../../network/face-view.js';
import { likelihoodOf, type FaceParsing } from '../../network/parsing/face-parser.js';
import { parsingClasses, parsingLabels } from '../../network/parsing/parsing-classes.js';
import { eyeWindow } from './eye-window.js';
import { findRims, type RimLine, type Rims } from './find-rims.js';
import { unseenLenses } from './unseen-lenses.js';

/** From this probability on somebody wears glasses; a line is a part of them where it is as plain as this. */
const WORN = 0.5;
const PLAIN = 0.35;
/** Places before and after, over which lines are as plain as their mean. */
const AROUND = 3;
/** How likely a rim is a cover then. */
const CERTAIN = 0.95;

/**
 * What a parser says, with the rims of glasses as covers: wires thinner than its pixels, of which it sees
 * parts or none; and with lenses of shades that it sees through. Nothing
 * changes where it is not likely that somebody wears glasses.
 * @param points MediaPipe's mesh in the photo, 478 × (x, y, z)
 */
export function withRims(parsing: FaceParsing, image: ImagePyramid, points: Float32Array): FaceParsing {
  const window = eyeWindow(image, points);
  const said = { cover: likelihoodOf(parsing, 'cover'), skin: likelihoodOf(parsing, 'skin') };
  const rims = findRims(window, said.cover);
  if (wearsGlasses(rims) < WORN) return parsing;
  const classes = parsing.classes.slice();
  const lenses = unseenLenses(window, rims, said);
  cover(classes, parsing, lenses, new Float32Array(lenses.length / 2).fill(1));
  for (const line of [...rims.lenses, rims.bridge]) cover(classes, parsing, line.points, plainness(line));
  for (const line of rims.arms) cover(classes, parsing, line.points, untilFaint(plainness(line)));
  return { ...parsing, classes };
}

/**
 * How likely somebody wears glasses, 0…1: a logistic sum, fitted by tools/fit-glasses.ts to pictures of
 * people who do not exist.
 */
export function wearsGlasses(rims: Rims): number {
  const logit = glassesEvidence(rims).reduce((sum, value, k) => sum + WEIGHTS[k]! * value, BIAS);
  return 1 / (1 + Math.exp(-logit));
}

const BIAS = -25.13;
const WEIGHTS = [7.14, 3.47, 5.7, 4.07, 3.29, 2.12, 0.89, 30.04] as const;

/**
 * What speaks for glasses: how plain the lines around the eyes are, the fainter one, the bridge and the
 * plainer arm, what a parser calls a cover along lenses, the more covered one, and the bridge; and how wide
 * the lines go around, as folds of the skin go closer.
 */
export function glassesEvidence({ lenses, bridge, arms, radius }: Rims): number[] {
  const seen = lenses.map((line) => meanOf(line.seen));
  const covered = lenses.map((line) => meanOf(line.covered));
  return [
    (seen[0]! + seen[1]!) / 2,
    Math.min(...seen),
    meanOf(bridge.seen),
    Math.max(...arms.map((line) => meanOf(line.seen))),
    Math.sqrt((covered[0]! + covered[1]!) / 2),
    Math.sqrt(Math.max(...covered)),
    Math.sqrt(meanOf(bridge.covered)),
    radius,
  ];
}

const meanOf = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How plain a line is at each place, with its neighbours. */
function plainness({ seen, covered }: RimLine): Float32Array {
  const most = seen.map((value, k) => Math.max(value, covered[k]!));
  return most.map((_, k) => meanOf(most.subarray(Math.max(0, k - AROUND), k + AROUND + 1)));
}

/** An arm ends where hair or the ear begins. */
function untilFaint(plain: Float32Array): Float32Array {
  const end = plain.findIndex((value) => value < PLAIN);
  return end < 0 ? plain : plain.fill(0, end);
}

function cover(
  classes: Float32Array,
  { crop, size }: FaceParsing,
  points: Float32Array,
  plain: Float32Array,
): void {
  const places = toView(crop, points);
  for (let k = 0; k < plain.length; k++) {
    if (plain[k]! < PLAIN) continue;
    const column = Math.floor(((places[2 * k]! + 1) / 2) * size);
    const row = Math.floor(((places[2 * k + 1]! + 1) / 2) * size);
    if (column < 0 || row < 0 || column >= size || row >= size) continue;
    const at = row * size + column;
    const plane = size * size;
    const before = classes[parsingLabels.cover * plane + at]!;
    if (before >= CERTAIN) continue;
    for (let label = 0; label < parsingClasses.length; label++)
      classes[label * plane + at]! *= (1 - CERTAIN) / Math.max(1 - before, 1e-6);
    classes[parsingLabels.cover * plane + at] = CERTAIN;
  }
}
