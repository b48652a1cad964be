/** Says that a picture is too large. @param kind of file that has this limit, where not all have it */
export function tooLarge(width: number, height: number, maxPixels: number, kind = ''): string {
  const limit = maxPixels >= 1e6 ? `${Math.floor(maxPixels / 1e6)} million` : String(maxPixels);
  const scope = kind === '' ? '' : ` of a ${kind}`;
  return `too large: ${width}×${height} pixels, at most ${limit} are read${scope}; scale the picture down first`;
}
