import type { Random } from '../data/random.js';
import { parsingLabels } from '../network/parsing/parsing-classes.js';

/** Of views: the hair is dyed. */
const DYED = 0.15;
/** How much of the natural colour a dye leaves, least and most. */
const LEAST_LEFT = 0;
const MOST_LEFT = 0.5;

/**
 * Hair of any colour, blue and pink as well: a face is no cover because what is around it has an unusual
 * colour. Light and dark strands stay so.
 * @param image 3×size×size, −1…1, changed in place
 * @param labels size×size
 */
export function dyeHair(image: Float32Array, labels: Uint8Array, random: Random): void {
  if (random.uniform() >= DYED) return;
  const dye = [0, 1, 2].map(() => random.uniform());
  const left = random.uniform(LEAST_LEFT, MOST_LEFT);
  // Bright dyes on dark hair: the brightest of the channels keeps the hair's light, or gains some.
  const gain = random.uniform(1, 2) / Math.max(...dye);
  const plane = labels.length;
  for (let at = 0; at < plane; at++) {
    if (labels[at] !== parsingLabels.hair) continue;
    const [r, g, b] = [0, 1, 2].map((c) => (image[at + c * plane]! + 1) / 2) as [number, number, number];
    const light = 0.299 * r + 0.587 * g + 0.114 * b;
    [r, g, b].forEach((natural, c) => {
      const dyed = left * natural + (1 - left) * Math.min(1, gain * dye[c]! * light);
      image[at + c * plane] = 2 * dyed - 1;
    });
  }
}
