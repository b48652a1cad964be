/** Pictures more than this many times as long as wide are panoramas. */
const PANORAMA = 2;

/**
 * The longer side to which a decoder shrinks a picture, pixels.
 *
 * Ordinary pictures get `maxSide`. Panoramas would lose their faces by that, so their shorter side keeps half
 * of it, as long as the whole has at most 2 · `maxSide`² pixels.
 */
export function longestSide(width: number, height: number, maxSide: number): number {
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (ratio <= PANORAMA) return maxSide;
  return Math.floor(Math.min((maxSide / PANORAMA) * ratio, maxSide * Math.sqrt(2 * ratio)));
}
