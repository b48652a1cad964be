import { parsingClasses, type ParsingClass } from '../network/parsing/parsing-classes.js';

/**
 * How well each class's pixels agree with what is known: intersection over union, 0…1, of the pixels of which
 * something is known; no number for classes that neither has.
 * @param said and known: labels of the same pixels, `UNKNOWN_LABEL` where nobody knows
 */
export function parsingOverlap(
  said: ArrayLike<number>,
  known: ArrayLike<number>,
): Partial<Record<ParsingClass, number>> {
  const both = new Float64Array(parsingClasses.length);
  const either = new Float64Array(parsingClasses.length);
  for (let at = 0; at < known.length; at++) {
    const truth = known[at]!;
    const guess = said[at]!;
    if (truth >= parsingClasses.length) continue;
    either[truth]!++;
    if (guess === truth) both[truth]!++;
    else either[guess]!++;
  }
  return Object.fromEntries(
    parsingClasses.flatMap((name, k) => (either[k]! > 0 ? [[name, both[k]! / either[k]!]] : [])),
  );
}
