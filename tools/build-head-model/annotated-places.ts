import { between, evenly, type Place } from './evenly.js';

/** A line through points, each given by its number among the 189 of a Psychomorph template. */
type Contour = readonly number[];

/** Upper and lower edges of the brows, from the temple to the nose, the subject's right one first. */
const BROWS: readonly (readonly [upper: Contour, lower: Contour])[] = [
  [
    [71, 72, 73, 74, 75],
    [71, 83, 84, 76],
  ],
  [
    [82, 81, 80, 79, 78],
    [82, 86, 85, 77],
  ],
];
/** Edges of the upper lids, from the temple to the nose. */
const LIDS: readonly Contour[] = [
  [18, 19, 20, 21, 22],
  [27, 26, 25, 24, 23],
];
/** The upper lip's upper edge, from a corner of the mouth to the peak of the bow. */
const LIPS: readonly Contour[] = [
  [87, 88, 89],
  [93, 92, 91],
];
/** The middle of the upper lip's edge, and where the wings of the nose end below. */
const BOW = 90;
const WINGS = [64, 69];

/** How far below a brow's upper edge its line of points runs, a share of its breadth. */
const BELOW_EDGE = 0.25;
/** The share of a brow's length at its temple's end that annotators do not see. */
const FAINT_END = 0.08;
/** The share of an eye's width at its inner corner that annotators leave to the caruncle. */
const CARUNCLE = 0.1;

/**
 * Where the 300-W annotators put those of the 68 iBUG points that the contours of a Psychomorph template
 * (189 points) tell: brows, the upper lids' first thirds, the eyes' corners, the nose's wings and the upper
 * lip's edge. The lines come from the template; that points are evenly spaced on them, and how far from their
 * ends, from Sagonas et al. 2013, "300 Faces in-the-Wild Challenge", and its pictures.
 *
 * @param template 189 pixels @returns pixels by number of the iBUG point
 */
export function annotatedPlaces(template: readonly Place[]): Map<number, Place> {
  const line = (contour: Contour): Place[] => contour.map((index) => template[index]!);
  const places = new Map<number, Place>();
  for (const side of [0, 1]) {
    // Points of the left side run the other way.
    const put = (right: number, place: Place): void =>
      void places.set(side === 0 ? right : mirroredPoint(right), place);
    const [upper, lower] = BROWS[side]!.map((edge) => evenly(line(edge), 0, 1, FINE)) as [Place[], Place[]];
    const brow = upper.map((place, i) => between(place, lower[i]!, BELOW_EDGE));
    evenly(brow, FAINT_END, 1, 5).forEach((place, i) => put(17 + i, place));
    const lid = line(LIDS[side]!);
    put(36, lid[0]!);
    put(37, evenly(lid, 1 / 3, 1, 2)[0]!);
    put(39, between(lid.at(-1)!, lid[0]!, CARUNCLE));
    put(31, template[WINGS[side]!]!);
    const lip = line(LIPS[side]!);
    put(49, evenly(lip, 0.5, 1, 2)[0]!);
    put(50, lip.at(-1)!);
  }
  places.set(51, template[BOW]!);
  return places;
}

/** Steps in which edges are compared. */
const FINE = 21;

/** Sums of a point's number and its mirror image's, by first and last of a group of points. */
const MIRRORED = [
  { from: 17, to: 26, sum: 43 },
  { from: 27, to: 30, sum: undefined },
  { from: 31, to: 35, sum: 66 },
  { from: 36, to: 39, sum: 81 },
  { from: 40, to: 41, sum: 87 },
  { from: 42, to: 45, sum: 81 },
  { from: 46, to: 47, sum: 87 },
  { from: 48, to: 54, sum: 102 },
  { from: 55, to: 59, sum: 114 },
  { from: 60, to: 64, sum: 124 },
  { from: 65, to: 67, sum: 132 },
] as const;

/** The iBUG point of the other side, 17–67; points of the middle are their own. */
export function mirroredPoint(index: number): number {
  const group = MIRRORED.find(({ from, to }) => index >= from && index <= to);
  if (!group) throw new RangeError(`mirroredPoint: ${index} is none of the inner 51 points.`);
  return group.sum === undefined ? index : group.sum - index;
}
