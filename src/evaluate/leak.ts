import type { Image } from '../math/image.js';

/** A texel has the colour of a cover that is no farther from it than this, of 255. */
const LIKE = 30;

/** A skin texture, and where each of its texels comes from: red and green where from the photo. */
export interface SourcedTexture {
  readonly photo: Image;
  readonly sources: Image;
}

/**
 * The same of texels that come from the photo for the most part: what looks like the cover elsewhere, as grey
 * skin or dark hair, was filled and not painted.
 */
export function leakedFromPhoto(
  covered: SourcedTexture,
  clean: SourcedTexture,
  color: readonly number[],
): number {
  const taken = ({ photo, sources }: SourcedTexture): number =>
    shareLike(photo, color, (at) => sources.data[at]! + sources.data[at + 1]! > 127);
  return Math.max(0, taken(covered) - taken(clean));
}

/**
 * Share of a skin texture that has the colour of what covered the face, less the share that has it without:
 * how much of the cover was painted on the skin, 0…1.
 * @param covered and clean: textures of the covered and of the clean photo, three channels
 * @param color of the cover, sRGB
 */
export function leakedShare(covered: Image, clean: Image, color: readonly number[]): number {
  return Math.max(0, shareLike(covered, color) - shareLike(clean, color));
}

function shareLike(
  { data }: Image,
  [r, g, b]: readonly number[],
  counts: (at: number) => boolean = () => true,
): number {
  let count = 0;
  for (let at = 0; at < data.length; at += 3)
    if (counts(at) && Math.hypot(data[at]! - r!, data[at + 1]! - g!, data[at + 2]! - b!) <= LIKE) count++;
  return (3 * count) / data.length;
}
