import { createFloatTexture, type Texture } from '../../render/texture.js';
import type { HairStyle } from './people-file.js';

/** Lightness, sRGB byte, that stands for the colour of the hair itself. */
const NEUTRAL = 128;

/** A style's texture without its colour: a part that wears it multiplies with `color`. */
export function hairTexture({ texture: { size, data } }: HairStyle): Texture {
  const pixels = new Float32Array(size * size * 4);
  for (let i = 0; i < size * size; i++) {
    // Strands are drawn in sRGB; its gamma of about 2.2 makes them linear. Alpha is premultiplied.
    const alpha = data[i * 2 + 1]! / 255;
    const shade = Math.min(2.5, (data[i * 2]! / NEUTRAL) ** 2.2) * alpha;
    pixels.fill(shade, i * 4, i * 4 + 3);
    pixels[i * 4 + 3] = alpha;
  }
  return createFloatTexture(size, size, 4, pixels);
}
