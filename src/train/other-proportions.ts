import type { Random } from '../data/random.js';

/** Places along an axis and where they are moved, both rising; beyond the ends all moves alike. */
export interface Stretch {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** What makes a view's face someone else's: columns and rows of pixels are moved. */
export interface Proportions {
  readonly x: Stretch;
  readonly y: Stretch;
}

/** Deviations of the logarithm of the lengths between parts, along rows and along columns. */
const BROADER = 0.06;
const LONGER = 0.08;
/** Parts that lie nearer to each other than this, pixels, are seen from the side, or lie. */
const LEAST_GAP = 3;

/**
 * Other distances between a face's parts. A few thousand people are learnt by heart: whose cheek it is tells
 * a network where the hidden eyes are. With other proportions in every view it tells nothing, and what is
 * hidden has to be told from what is seen.
 * @param marks 68 points of the face, which stands upright, iBUG order, pairs in pixels
 */
export function drawProportions(marks: ArrayLike<number>, random: Random): Proportions {
  const mean = (from: number, end: number, axis: 0 | 1): number => {
    let sum = 0;
    for (let k = from; k < end; k++) sum += marks[2 * k + axis]!;
    return sum / (end - from);
  };
  const rows = [mean(17, 27, 1), mean(36, 48, 1), mean(31, 36, 1), mean(48, 68, 1), marks[2 * 8 + 1]!];
  const columns = [1, 36, 39, 42, 45, 15].map((point) => marks[2 * point]!);
  const factor = (deviation: number): number => Math.exp(random.normal(0, deviation));
  const [outside, eye] = [factor(BROADER), factor(BROADER)];
  return {
    x: stretched(columns, [outside, eye, factor(BROADER), eye, outside]),
    y: stretched(
      rows,
      rows.slice(1).map(() => factor(LONGER)),
    ),
  };
}

/** Lengths between places times factors, about the places' mean; as it is where places do not rise. */
function stretched(from: readonly number[], factors: readonly number[]): Stretch {
  const gaps = from.slice(1).map((place, k) => place - from[k]!);
  if (gaps.some((gap) => gap < LEAST_GAP)) return { from, to: from };
  const to = [0];
  gaps.forEach((gap, k) => to.push(to[k]! + gap * factors[k]!));
  const mean = (places: readonly number[]): number => places.reduce((a, b) => a + b, 0) / places.length;
  const shift = mean(from) - mean(to);
  return { from, to: to.map((place) => place + shift) };
}

/** Where a place is moved. */
export const moved = (place: number, { from, to }: Stretch): number => between(place, from, to);

function between(place: number, from: readonly number[], to: readonly number[]): number {
  const last = from.length - 1;
  if (place <= from[0]!) return to[0]! + place - from[0]!;
  if (place >= from[last]!) return to[last]! + place - from[last]!;
  const after = from.findIndex((knot) => knot > place);
  const share = (place - from[after - 1]!) / (from[after]! - from[after - 1]!);
  return to[after - 1]! + share * (to[after]! - to[after - 1]!);
}

/**
 * A view's picture with other proportions, bilinear; borders go on where nothing is left.
 * @param view 3×size×size
 */
export function withProportions(
  view: Float32Array,
  size: number,
  { x, y }: Proportions,
): Float32Array<ArrayBuffer> {
  const [columns, rows] = [x, y].map((stretch) =>
    Float32Array.from({ length: size }, (_, pixel) =>
      Math.min(size - 1.001, Math.max(0, between(pixel + 0.5, stretch.to, stretch.from) - 0.5)),
    ),
  ) as [Float32Array, Float32Array];
  const out = new Float32Array(view.length);
  for (let c = 0; c < 3; c++)
    for (let row = 0; row < size; row++) {
      const top = Math.floor(rows[row]!);
      const down = rows[row]! - top;
      const above = (c * size + top) * size;
      const below = above + size;
      for (let column = 0; column < size; column++) {
        const left = Math.floor(columns[column]!);
        const right = columns[column]! - left;
        const upper = (1 - right) * view[above + left]! + right * view[above + left + 1]!;
        const lower = (1 - right) * view[below + left]! + right * view[below + left + 1]!;
        out[(c * size + row) * size + column] = (1 - down) * upper + down * lower;
      }
    }
  return out;
}
