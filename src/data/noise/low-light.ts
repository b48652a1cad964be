import { byteOfLinear, linearOfByte } from '../../render/color.js';
import type { NoiseEffect } from './effect.js';
import { withGrain } from './grain.js';

/** A phone's small pixel: photons that fill it at white, and the noise of reading it out, in photons. */
const PHOTONS_AT_WHITE = 1000;
const READ_NOISE = 3;
/** Of every stop that is missing a camera brightens the picture by so much. */
const REGAINED = 0.7;

/**
 * A photo with too little light: the exposure is a fraction of the right one, photon and read-out noise are
 * as large as ever, and the camera brightens the result in part. In linear light; 1/16 of the exposure ends
 * at 0.44 of the brightness.
 *
 * The sum of both noises is taken as normal with the variance `light + read²` in photons (Foi et al. 2008,
 * "Practical Poissonian-Gaussian noise modeling and fitting for single-image raw-data"); negative read-outs
 * are clipped as cameras do.
 */
export const lowLight: NoiseEffect<'low-light'> = {
  name: 'low-light',
  unit: 'share of the right exposure',
  levels: [1 / 4, 1 / 8, 1 / 16],
  apply(image, level, random, context) {
    const exposure = this.levels[level - 1]!;
    const gain = exposure ** -REGAINED;
    const means = linearOfByte.map((light) => light * exposure * gain);
    const deviations = linearOfByte.map((light) => {
      const photons = light * exposure * PHOTONS_AT_WHITE;
      return (Math.sqrt(photons + READ_NOISE ** 2) / PHOTONS_AT_WHITE) * gain;
    });
    return withGrain(
      image,
      context,
      'own',
      (numbers) => {
        random.fillNormal(numbers);
      },
      (from, to, start, numbers) => {
        for (let i = 0; i < numbers.length; i++) {
          const byte = from[start + i]!;
          to[start + i] = byteOfLinear(means[byte]! + deviations[byte]! * numbers[i]!);
        }
      },
    );
  },
};
