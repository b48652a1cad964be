/**
 * What a face parsing tells apart, each class's number being its place:
 *
 * - `background`: all that is no head, clothes and shoulders under them too;
 * - `skin`: the skin of head, ears and neck, with brows, beard, eyes, lips, teeth and tongue;
 * - `hair`: of the head, neither beard nor brows;
 * - `cover`: whatever lies before the face, as masks, hands, objects, other heads; of spectacles the rims,
 *   and lenses where they hide more than half of what is behind.
 */
export const parsingClasses = ['background', 'skin', 'hair', 'cover'] as const;

export type ParsingClass = (typeof parsingClasses)[number];

/** The classes' numbers, 0…3, as label maps store them. */
export const parsingLabels = Object.fromEntries(
  parsingClasses.map((name, label) => [name, label]),
) as Readonly<Record<ParsingClass, number>>;

/** In label maps: nobody knows; and, nobody knows what else, but it is no cover, no hair, or neither. */
export const UNKNOWN_LABEL = 255;
export const NO_COVER_LABEL = 254;
export const NO_HAIR_LABEL = 253;
export const NO_COVER_NOR_HAIR_LABEL = 252;
