import type { NoiseEffect } from './effect.js';
import { clippedByte, withGrain } from './grain.js';

/** Multiplicative noise: every encoded value times 1 + n with normally distributed n, rounded and clipped. */
export const speckleNoise: NoiseEffect<'speckle'> = {
  name: 'speckle',
  unit: 'standard deviation of the factor',
  levels: [0.1, 0.25, 0.5],
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
        for (let i = 0; i < numbers.length; i++) {
          const value = from[start + i]!;
          to[start + i] = clippedByte(value + value * sigma * numbers[i]!);
        }
      },
    );
  },
};
