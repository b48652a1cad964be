import { hairLengths, type HairLength } from '../../model/hair-file.js';

/** Lengths that the outline of hair in a photo tells apart; what is tied back looks short. */
export type SeenLength = Exclude<HairLength, 'tied'>;

/**
 * How often people whose hair is as long as a row says are seen as a column says by the outline of their
 * hair: 1,300 photos (`tools/worn-*.json`) that the parser has not learned from or has, smoothed.
 */
const SEEN: Readonly<Record<HairLength, Readonly<Record<SeenLength, number>>>> = {
  bald: { bald: 0.4, shaved: 0.2, short: 0.35, medium: 0.03, long: 0.02 },
  shaved: { bald: 0.1, shaved: 0.35, short: 0.5, medium: 0.03, long: 0.02 },
  short: { bald: 0.02, shaved: 0.03, short: 0.85, medium: 0.06, long: 0.04 },
  tied: { bald: 0.08, shaved: 0.02, short: 0.75, medium: 0.08, long: 0.07 },
  medium: { bald: 0.01, shaved: 0.01, short: 0.38, medium: 0.4, long: 0.2 },
  long: { bald: 0.01, shaved: 0.01, short: 0.2, medium: 0.15, long: 0.63 },
};

/**
 * The likeliest length of hair, by what the parser says of the picture and what the outline says (Bayes, as
 * if they knew nothing of each other).
 * @param told how likely each of `hairLengths` is, by the parser; left out, the outline alone tells
 */
export function likeliestLength(seen: SeenLength, told: ArrayLike<number> | undefined): HairLength {
  if (!told) return seen;
  return hairLengths.reduce((best, length, k) => {
    const at = hairLengths.indexOf(best);
    return told[k]! * SEEN[length][seen] > told[at]! * SEEN[best][seen] ? length : best;
  });
}
