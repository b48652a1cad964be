import { restoreAlpha } from '../alpha.js';
import { resample } from '../resample.js';
import { pixelsPerReference, type NoiseEffect } from './effect.js';

/**
 * Few pixels: shrunk by averaging areas and enlarged again bilinearly. A face above 224 px counts as one of
 * 224 px, so that level 3 leaves 28 pixels across it; a smaller one loses the same share of the pixels that
 * it has.
 */
export const lowResolution: NoiseEffect<'low-resolution'> = {
  name: 'low-resolution',
  unit: 'share of the pixels per side',
  levels: [1 / 2, 1 / 4, 1 / 8],
  apply(image, level, _random, context) {
    const { width, height } = image;
    const scale = this.levels[level - 1]! / Math.max(1, pixelsPerReference(context));
    const small = resample(
      image,
      Math.max(1, Math.round(width * scale)),
      Math.max(1, Math.round(height * scale)),
    );
    return restoreAlpha(image, resample(small, width, height));
  },
};
