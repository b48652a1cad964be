import { createImage, type Image } from '../math/image.js';
import { restoreAlpha } from './alpha.js';

/**
 * Softens or sharpens the finest detail: every encoded value takes the share `a` of each of its two
 * neighbours along a row and then along a column, and gives up 2a of itself. Outermost pixels continue beyond
 * the border, transparency is kept.
 *
 * @param a −½…⅓: positive is a blur of sigma √(2a) pixels, at ⅓ the mean of 3×3; negative sharpens; 0 gives
 *   the image itself
 * @throws RangeError for other shares
 */
export function adjustDetail(image: Image, a: number): Image {
  if (!(a >= -1 / 2 && a <= 1 / 3))
    throw new RangeError(`adjustDetail: expected a share from −1/2 to 1/3, received ${a}.`);
  if (a === 0) return image;
  const { width, height, channels, data } = image;
  const row = width * channels;
  const own = 1 - 2 * a;
  const out = createImage(width, height, channels);
  const padded = new Float64Array(row + 2 * channels);
  for (let y = 0; y < height; y++) {
    const at = y * row;
    const above = Math.max(0, y - 1) * row;
    const below = Math.min(height - 1, y + 1) * row;
    for (let i = 0; i < row; i++)
      padded[channels + i] = own * data[at + i]! + a * (data[above + i]! + data[below + i]!);
    for (let c = 0; c < channels; c++) {
      padded[c] = padded[channels + c]!;
      padded[channels + row + c] = padded[row + c]!;
    }
    for (let i = 0, right = 2 * channels; i < row; i++, right++) {
      const value = own * padded[channels + i]! + a * (padded[i]! + padded[right]!);
      out.data[at + i] = value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
    }
  }
  return restoreAlpha(image, out);
}
