import type { Random } from '../data/random.js';

/** Chances of a lamp's colour, and of a shadow over a part of the view. */
const TINTED = 0.15;
const SHADED = 0.25;
/** Deviation of the logarithm of a colour's gain. */
const TINT = 0.35;
/** Of the light, what a shadow leaves: least and most. */
const DARKEST = 0.12;
const LIGHTEST = 0.6;

/**
 * Coloured lamps and shadows with soft edges: light that must not be taken for something before the face.
 * @param image 3×size×size, −1…1, changed in place
 */
export function oddLight(image: Float32Array, size: number, random: Random): void {
  const plane = size * size;
  if (random.uniform() < TINTED)
    for (let c = 0; c < 3; c++) {
      const gain = Math.exp(random.normal(-0.1, TINT));
      for (let at = c * plane; at < (c + 1) * plane; at++)
        image[at] = Math.min(1, (image[at]! + 1) * gain - 1);
    }
  if (random.uniform() >= SHADED) return;
  const angle = random.uniform(0, 2 * Math.PI);
  const [nx, ny] = [Math.cos(angle), Math.sin(angle)];
  const edge = size * random.normal(0, 0.15);
  const soft = size * random.uniform(0.02, 0.25);
  const left = random.uniform(DARKEST, LIGHTEST);
  for (let at = 0; at < plane; at++) {
    const away = ((at % size) - size / 2) * nx + (Math.floor(at / size) - size / 2) * ny - edge;
    const light = left + (1 - left) / (1 + Math.exp(-away / soft));
    for (let c = 0; c < 3; c++) image[c * plane + at] = (image[c * plane + at]! + 1) * light - 1;
  }
}
