import { createImage, type Image } from '../math/image.js';
import { byteOfLinear, linearOfByte } from './color.js';

/** Of all texels, by brightness, so many are darker than enamel: edges, gums' shade. */
const DARKER = 0.6;
/** Enamel is so much brighter than the model's, and what is darker than it only this power of that. */
const BRIGHTER = 1.25;
const SOFTER = 0.45;

const looks = new WeakMap<Image, Image>();

/**
 * The model's teeth as photos show them: its texture has the shade of a mouth painted in, which all programs
 * add once more. The same picture for the same texture.
 */
export function toothLook(texture: Image): Image {
  const known = looks.get(texture);
  if (known) return known;
  const { width, height, channels, data } = texture;
  const texels = Array.from({ length: width * height }, (_, i) => channels * i);
  const brightness = (at: number): number => data[at]! + data[at + 1]! + data[at + 2]!;
  const ordered = texels.toSorted((a, b) => brightness(a) - brightness(b));
  const enamel = ordered[Math.floor(DARKER * ordered.length)]!;
  const out = createImage(width, height, channels);
  out.data.set(data);
  for (const at of texels)
    for (let k = 0; k < 3; k++) {
      const usual = linearOfByte[data[enamel + k]!]!;
      const share = linearOfByte[data[at + k]!]! / usual;
      out.data[at + k] = byteOfLinear(BRIGHTER * usual * share ** SOFTER);
    }
  looks.set(texture, out);
  return out;
}
