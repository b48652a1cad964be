/**
 * What a face parsing tells apart, each class's number being its place:
 *
 * - `background`: all that is no head, clothes and shoulders under them too;
 * - `skin`: the skin of head, ears and neck, with brows, beard, eyes, lips, teeth and tongue;
 * - `hair`: of the head, neither beard nor brows;
 * - `cover`: spectacles. Their rims, and lenses where they hide more than half of what is behind.
 */
export const parsingClasses = ['background', 'skin', 'hair', 'cover'] as const;

export type ParsingClass = (typeof parsingClasses)[number];

/** The number of a class, 0…3, as label maps store it. */
export function classNumber(name: ParsingClass): number {
  return parsingClasses.indexOf(name);
}
