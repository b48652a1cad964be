/** Longest side of a picture that is read, pixels: that of JPEG, the format with the shortest ones. */
const LONGEST_SIDE = 65_535;

/**
 * Says in one line why a picture is too large to be read; nothing when it is not. Sides are limited as well
 * as their product, as decoders hold whole rows.
 * @param kind of file that has this limit, where not all have it
 */
export function tooLarge(width: number, height: number, maxPixels: number, kind = ''): string | undefined {
  const scope = kind === '' ? '' : ` of a ${kind}`;
  const size = `too large: ${width}×${height} pixels`;
  if (width * height > maxPixels) {
    const limit = maxPixels >= 1e6 ? `${Math.floor(maxPixels / 1e6)} million` : String(maxPixels);
    return `${size}, at most ${limit} are read${scope}; scale the picture down first`;
  }
  if (Math.max(width, height) > LONGEST_SIDE)
    return `${size}, at most ${LONGEST_SIDE} along a side are read; cut the picture into parts first`;
  return undefined;
}
