import type { NoiseEffect } from './effect.js';
import { withGrain } from './grain.js';

/**
 * Pixels that became white or black, equally often, whatever they were: dead and hot pixels, broken
 * transmission.
 */
export const saltAndPepper: NoiseEffect<'salt-and-pepper'> = {
  name: 'salt-and-pepper',
  unit: 'share of the pixels',
  levels: [0.02, 0.05, 0.1],
  apply(image, level, random, context) {
    const share = this.levels[level - 1]!;
    return withGrain(
      image,
      context,
      'shared',
      (numbers) => {
        random.fillUniform(numbers);
      },
      (from, to, start, numbers) => {
        for (let i = 0; i < numbers.length; i++) {
          const u = numbers[i]!;
          to[start + i] = u >= share ? from[start + i]! : u < share / 2 ? 0 : 255;
        }
      },
    );
  },
};
