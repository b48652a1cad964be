import { median } from '../math/median.js';
import { parsingLabels } from '../network/parsing/parsing-classes.js';
import { lookOf } from './likely-skin.js';

/** Of the 68: the brows. */
const BROWS = [17, 27] as const;
/** So much hair says what colour it has, share of the view. */
const ENOUGH = 0.01;
/** How far a fringe may be from the hair's colour: logarithm of the brightness, shares of red and of blue. */
const OTHER_LIGHT = 0.45;
const OTHER_HUE = 0.04;

/**
 * A network that knows few fringes takes them for hats. What it calls a cover above the brows, but has the
 * colour of the hair beside it, is called hair.
 * @param labels changed in place
 * @param image 3×size×size, −1…1
 * @param points 68 pairs, pixels of the view
 */
export function likelyFringe(
  labels: Uint8Array,
  image: Float32Array,
  size: number,
  points: ArrayLike<number>,
): void {
  const plane = size * size;
  const lookAt = (at: number): readonly [number, number, number] =>
    lookOf(image[at]!, image[plane + at]!, image[2 * plane + at]!);
  const hair: (readonly [number, number, number])[] = [];
  labels.forEach((label, at) => {
    if (label === parsingLabels.hair) hair.push(lookAt(at));
  });
  if (hair.length < ENOUGH * plane) return;
  const usual = [0, 1, 2].map((k) => median(hair.map((look) => look[k]!)));
  for (let at = 0; at < plane; at++) {
    if (labels[at] !== parsingLabels.cover || !isAboveBrows(at % size, Math.floor(at / size), points))
      continue;
    const [light, red, blue] = lookAt(at);
    const alike =
      Math.abs(light - usual[0]!) < OTHER_LIGHT && Math.hypot(red - usual[1]!, blue - usual[2]!) < OTHER_HUE;
    if (alike) labels[at] = parsingLabels.hair;
  }
}

/** Above the line through the ends of the brows, as the face stands. */
function isAboveBrows(x: number, y: number, points: ArrayLike<number>): boolean {
  const [first, last] = [BROWS[0], BROWS[1] - 1];
  const dx = points[2 * last]! - points[2 * first]!;
  const dy = points[2 * last + 1]! - points[2 * first + 1]!;
  return dx * (y - points[2 * first + 1]!) - dy * (x - points[2 * first]!) < 0;
}
