import { gaussianBlur } from '../gaussian-blur.js';
import { pixelsPerReference, type NoiseEffect } from './effect.js';

/** A lens out of focus, as a Gaussian of the encoded values. Its width grows with the face. */
export const blurNoise: NoiseEffect<'blur'> = {
  name: 'blur',
  unit: 'sigma in px of a 224 px face crop',
  levels: [1, 2, 4],
  apply(image, level, _random, context) {
    return gaussianBlur(image, this.levels[level - 1]! * pixelsPerReference(context));
  },
};
