/**
 * What a pixel of a face's crop shows: background, and clothes; the person's skin, with brows, beard, eyes and
 * mouth; the hair of the head; whatever lies before the face, as glasses, masks, hands, objects.
 */
export const parsingClasses = ['background', 'skin', 'hair', 'cover'] as const;
export type ParsingClass = (typeof parsingClasses)[number];

/** The classes' numbers in label maps. */
export const parsingLabels = Object.fromEntries(
  parsingClasses.map((name, label) => [name, label]),
) as Readonly<Record<ParsingClass, number>>;

/** In label maps: nobody knows. */
export const UNKNOWN_LABEL = 255;
