import { createImage, type Image } from '../../math/image.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { byteOfLinear, linearOfByte, luminance } from '../../render/color.js';

/** Gains stay within these bounds: eyes that were hardly seen say little of the light. */
const LEAST_GAIN = 0.7;
const LARGEST_GAIN = 3;

/**
 * A part's look in a photo with the photo's brightness taken out of it, as far as the model's own texture
 * tells that: eyes keep the photo's iris colour and become as bright as the model's.
 *
 * @param look what the photo made of the part's texture, sRGB
 * @param plain the model's texture, sRGB
 */
export function unlitLook(look: Image, plain: Image): Image {
  const ratio = meanLuminance(plain) / Math.max(1e-3, meanLuminance(look));
  const gain = Math.min(LARGEST_GAIN, Math.max(LEAST_GAIN, ratio));
  const table = Uint8Array.from(linearOfByte, (value) => byteOfLinear(Math.min(1, value * gain)));
  const out = createImage(look.width, look.height, look.channels as 1 | 3 | 4);
  for (let i = 0; i < look.data.length; i++)
    out.data[i] = look.channels === 4 && i % 4 === 3 ? look.data[i]! : table[look.data[i]!]!;
  return out;
}

function meanLuminance({ data, channels }: Image): number {
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  const sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < data.length; i += channels) {
    sum[0] += linearOfByte[data[i]!]!;
    sum[1] += linearOfByte[data[i + green]!]!;
    sum[2] += linearOfByte[data[i + blue]!]!;
  }
  return luminance(sum) / (data.length / channels);
}

/**
 * The eyes that a photo shows, without its light, by part name: they belong to the model's skin, which has no
 * light of its own either. None where the photo shows none.
 * @param looks of `partLooks`
 */
export function unlitEyes(
  model: MorphableModel,
  looks: ReadonlyMap<string, Image>,
): ReadonlyMap<string, Image> {
  return new Map(
    model.parts.flatMap(({ name, texture, turnsAbout }) => {
      const look = looks.get(name);
      return turnsAbout && texture && look ? [[name, unlitLook(look, texture)] as const] : [];
    }),
  );
}
