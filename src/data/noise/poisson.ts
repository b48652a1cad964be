import { byteOfLinear, linearOfByte } from '../../render/color.js';
import type { NoiseEffect } from './effect.js';
import { withGrain } from './grain.js';

/** Where the search for a count begins, for so many equal steps of the uniform number (Chen & Asau 1974). */
const GUIDES = 64;

/** Inverse distribution functions of the photon counts that each byte gives. */
interface Counts {
  /**
   * 256 × (photons + 1) chances of at most that many photons; the last, which stands for all further ones, is
   * 1.
   */
  readonly atMost: Float32Array;
  /** 256 × GUIDES counts that are not yet too high. */
  readonly guides: Uint16Array;
}

const known = new Map<number, Counts>();

/** Counts from `photons` on are white, so they need not be told apart. */
function countsOf(photons: number): Counts {
  const before = known.get(photons);
  if (before) return before;
  const size = photons + 1;
  const atMost = new Float32Array(256 * size);
  const guides = new Uint16Array(256 * GUIDES);
  for (let byte = 0; byte < 256; byte++) {
    const mean = photons * linearOfByte[byte]!;
    let chance = Math.exp(-mean);
    let sum = 0;
    for (let count = 0, guide = 0; count < size; count++) {
      sum += chance;
      chance *= mean / (count + 1);
      const limit = count === photons ? 1 : Math.min(1, sum);
      atMost[byte * size + count] = limit;
      while (guide < GUIDES && guide / GUIDES < limit) guides[byte * GUIDES + guide++] = count;
    }
  }
  const counts = { atMost, guides };
  known.set(photons, counts);
  return counts;
}

/**
 * Photon noise: a sensor that counts a Poisson-distributed number of photons per pixel and colour, in linear
 * light. Its mean is the image, its deviation the root of the light; what would be brighter than white is
 * clipped.
 */
export const poissonNoise: NoiseEffect<'poisson'> = {
  name: 'poisson',
  unit: 'photons at white',
  levels: [100, 30, 10],
  apply(image, level, random, context) {
    const photons = this.levels[level - 1]!;
    const size = photons + 1;
    const { atMost, guides } = countsOf(photons);
    const bytes = Uint8Array.from({ length: size }, (_, count) => byteOfLinear(count / photons));
    return withGrain(
      image,
      context,
      'own',
      (numbers) => {
        random.fillUniform(numbers);
      },
      (from, to, start, numbers) => {
        for (let i = 0; i < numbers.length; i++) {
          const byte = from[start + i]!;
          const u = numbers[i]!;
          const row = byte * size;
          let count = guides[byte * GUIDES + ((u * GUIDES) | 0)]!;
          while (u >= atMost[row + count]!) count++;
          to[start + i] = bytes[count]!;
        }
      },
    );
  },
};
