import { motionBlur } from '../motion-blur.js';
import { pixelsPerReference, type NoiseEffect } from './effect.js';

/**
 * A straight movement during the exposure, in linear light, in a random direction. Its length grows with the
 * face.
 */
export const motionNoise: NoiseEffect<'motion-blur'> = {
  name: 'motion-blur',
  unit: 'length in px of a 224 px face crop',
  levels: [7, 15, 25],
  apply(image, level, random, context) {
    return motionBlur(image, this.levels[level - 1]! * pixelsPerReference(context), random.uniform(0, 180));
  },
};
