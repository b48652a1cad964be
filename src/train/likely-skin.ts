import { median } from '../math/median.js';
import { parsingLabels, UNKNOWN_LABEL } from '../network/parsing/parsing-classes.js';
import { pixelsWithin } from './pixels-within.js';

/** The face's outline in the 68: along the jaw, back over the brows. */
const OUTLINE = [...Array.from({ length: 17 }, (_, k) => k), 26, 25, 24, 19, 18, 17];
/** How far within its outline a face is surely that, in parts of the way to its middle. */
const INSIDE = 0.12;
/** How far skin may be from the median: logarithm of the brightness, shares of red and of blue. */
const DARKER = 0.5;
const BRIGHTER = 0.6;
const OTHER_HUE = 0.035;

/**
 * Which pixels of a face without covers show skin, as far as geometry and colour tell: within the outline and
 * of the face's usual colour. Eyes, brows, rims, shadows and lips are left open.
 * @param image 3×size×size, −1…1
 * @param points 68 pairs, pixels of the view
 * @returns size×size labels, `skin` or unknown
 */
export function likelySkin(image: Float32Array, size: number, points: ArrayLike<number>): Uint8Array {
  const labels = new Uint8Array(size * size).fill(UNKNOWN_LABEL);
  const inside = facePixels(points, size);
  if (inside.length === 0) return labels;
  const plane = size * size;
  const looks = inside.map((at) => lookOf(image[at]!, image[plane + at]!, image[2 * plane + at]!));
  const usual = [0, 1, 2].map((k) => median(looks.map((look) => look[k]!)));
  inside.forEach((at, k) => {
    const [brightness, red, blue] = looks[k]!;
    const brighter = brightness - usual[0]!;
    const otherHue = Math.hypot(red - usual[1]!, blue - usual[2]!);
    if (brighter > -DARKER && brighter < BRIGHTER && otherHue < OTHER_HUE) labels[at] = parsingLabels.skin;
  });
  return labels;
}

/** Logarithm of the brightness, and the shares of red and blue in it, of colours −1…1. */
export function lookOf(r: number, g: number, b: number): readonly [number, number, number] {
  // Of −1…1, and never nothing.
  const sum = r + g + b + 3.03;
  return [Math.log(sum), (r + 1.01) / sum, (b + 1.01) / sum];
}

/** Pixels well within the outline of a face. @param points 68 pairs, pixels of a view of size×size */
export function facePixels(points: ArrayLike<number>, size: number): number[] {
  return pixelsWithin(outlineOf(points), size);
}

function outlineOf(points: ArrayLike<number>): [number, number][] {
  const outline = OUTLINE.map((k): [number, number] => [points[2 * k]!, points[2 * k + 1]!]);
  const middle = [0, 1].map((axis) => outline.reduce((sum, p) => sum + p[axis]!, 0) / outline.length);
  return outline.map(([x, y]) => [x + INSIDE * (middle[0]! - x), y + INSIDE * (middle[1]! - y)]);
}
