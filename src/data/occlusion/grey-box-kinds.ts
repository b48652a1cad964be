/**
 * The boxes of the evaluation: one half of the face, its lower half, a band over the eyes, a box with 40 % of
 * its area anywhere.
 */
export const greyBoxKinds = ['half', 'lower face', 'eye band', 'random box'] as const;
export type GreyBoxKind = (typeof greyBoxKinds)[number];
