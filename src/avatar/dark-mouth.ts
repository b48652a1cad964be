import { createImage, type Image } from '../math/image.js';
import { linearOfByte, byteOfLinear } from '../render/color.js';

/** The inside of the mouth keeps this share of its colour where no light from around reaches it. */
const LEAST_SHARE = 0.4;

/**
 * A skin texture with the inside of the mouth in the dark: lamps without shadows would light it like the
 * lips.
 *
 * @param surface the red channel tells how much of the light from all around arrives, see `surfaceMap`
 */
export function darkMouth(skin: Image, surface: Image): Image {
  const { width, height, channels } = skin;
  const out = createImage(width, height, channels as 1 | 3 | 4);
  out.data.set(skin.data);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * surface.height) / height) * surface.width;
    for (let x = 0; x < width; x++) {
      const light = surface.data[(row + Math.floor((x * surface.width) / width)) * surface.channels]!;
      if (light === 255) continue;
      const share = LEAST_SHARE + ((1 - LEAST_SHARE) * light) / 255;
      const at = (y * width + x) * channels;
      for (let k = at; k < at + Math.min(3, channels); k++)
        out.data[k] = byteOfLinear(share * linearOfByte[skin.data[k]!]!);
    }
  }
  return out;
}
