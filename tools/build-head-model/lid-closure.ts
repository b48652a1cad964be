import { chainAt, chainShares, type Rims } from './rims.js';

/**
 * How far the upper lid of the mean head passes the lower one when the eyes are shut, mm, in the lids'
 * middle: eyes of most people are to be shut by the same motion, also larger ones.
 */
const OVERLAP_MM = 2.6;
/** How much of a margin's motion each loop about the eye takes, from the innermost on. */
const FOLLOWING = [1, 1, 1, 1, 0.97, 0.85, 0.62, 0.36, 0.16, 0.05];
/** Lids stay this far from the eyeball, mm: their margins' inside, and their skin. */
const CLEARANCE_MM = { inside: 0.15, skin: 0.7 };
/** Where the inside of the lids ends, in loops. */
const SKIN_FROM = 3;

/** An eyeball, mm. */
export interface Ball {
  readonly centre: readonly number[];
  readonly radius: number;
}

/**
 * A blink that shuts the eye: the upper lid's margin is brought onto the lower one's at the same share of the
 * way from corner to corner, and no lid cuts into the eyeball.
 *
 * @param positions head vertices at rest, mm
 * @param blink displacement of the head vertices, mm
 * @returns a corrected displacement
 */
export function closeLids(
  rims: Rims,
  positions: Float64Array,
  blink: Float64Array,
  ball: Ball,
): Float64Array {
  const { upper, lower, loopOf, columnOf } = rims;
  const shut = positions.map((value, i) => value + blink[i]!);
  const shares = chainShares(upper, shut);
  const lowerShares = chainShares(lower, shut);
  const moves = new Map<number, readonly number[]>();
  upper.slice(1, -1).forEach((v, k) => {
    const share = shares[k + 1]!;
    const { from, to, share: t } = chainAt(lower, (i) => lowerShares[i]!, share);
    const there = [0, 1, 2].map((axis) => (1 - t) * shut[from * 3 + axis]! + t * shut[to * 3 + axis]!);
    const over = OVERLAP_MM * Math.sqrt(Math.sin(Math.PI * share));
    moves.set(
      v,
      there.map((value, axis) => value - shut[v * 3 + axis]! - (axis === 1 ? over : 0)),
    );
  });
  const out = blink.slice();
  loopOf.forEach((loop, v) => {
    const move = moves.get(columnOf[v]!);
    if (loop < 0 || !move) return;
    for (let axis = 0; axis < 3; axis++) out[v * 3 + axis]! += (FOLLOWING[loop] ?? 0) * move[axis]!;
  });
  return clearOf(rims, positions, out, ball);
}

/** Pushes lids that cut into the eyeball out of it; lids that lie closer at rest stay as close. */
export function clearOf(
  { loopOf }: Rims,
  positions: Float64Array,
  field: Float64Array,
  { centre, radius }: Ball,
): Float64Array {
  const out = field.slice();
  loopOf.forEach((loop, v) => {
    if (loop < 0) return;
    const wanted = radius + (loop < SKIN_FROM ? CLEARANCE_MM.inside : CLEARANCE_MM.skin);
    const at = [0, 1, 2].map((axis) => positions[v * 3 + axis]! + field[v * 3 + axis]! - centre[axis]!);
    const rest = Math.hypot(...[0, 1, 2].map((axis) => positions[v * 3 + axis]! - centre[axis]!));
    const least = Math.min(wanted, rest);
    const now = Math.hypot(...at);
    if (now >= least) return;
    for (let axis = 0; axis < 3; axis++) out[v * 3 + axis]! += (least / now - 1) * at[axis]!;
  });
  return out;
}

/** Height of the upper lid's margin over the lower one's, mm, along it; negative where it is past it. */
export function lidGaps({ upper, lower }: Rims, positions: ArrayLike<number>): number[] {
  return upper.slice(1, -1).map((v) => {
    const { from, to, share } = chainAt(lower, (i) => positions[lower[i]! * 3]!, positions[v * 3]!);
    const y = (1 - share) * positions[from * 3 + 1]! + share * positions[to * 3 + 1]!;
    return positions[v * 3 + 1]! - y;
  });
}
