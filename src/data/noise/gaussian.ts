import type { NoiseEffect } from './effect.js';
import { clippedByte, withGrain } from './grain.js';

/**
 * Normally distributed numbers added to the encoded values, independent for every pixel and colour, rounded
 * and clipped.
 */
export const gaussianNoise: NoiseEffect<'gaussian'> = {
  name: 'gaussian',
  unit: 'standard deviation in 8-bit steps',
  levels: [10, 25, 50],
  apply(image, level, random, context) {
    const sigma = this.levels[level - 1]!;
    return withGrain(
      image,
      context,
      'own',
      (numbers) => {
        random.fillNormal(numbers);
      },
      (from, to, start, numbers) => {
        for (let i = 0; i < numbers.length; i++)
          to[start + i] = clippedByte(from[start + i]! + sigma * numbers[i]!);
      },
    );
  },
};
