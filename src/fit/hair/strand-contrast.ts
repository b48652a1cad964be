import { smoothstep } from '../../math/smoothstep.js';
import { neutralLightness, type HairTexture } from '../../model/hair-file.js';
import { byteOfLinear, linearOfByte, luminance } from '../../render/color.js';

/** Luminances between which hair is no longer dark, and what is then left of its contrast, in logarithms. */
const DARK = 0.04;
const LIGHT = 0.2;
const LEFT = 0.5;

const toned = new WeakMap<HairTexture, Map<number, HairTexture>>();
/** Steps in which contrast differs. */
const STEPS = 8;

/**
 * A style's texture with the contrast that hair of a colour has: light lets light through, and shades itself
 * less than dark hair does; with the contrast of dark hair it looks striped. Mean lightness stays.
 * @param color linear
 */
export function contrastFor(texture: HairTexture, color: readonly [number, number, number]): HairTexture {
  const step = Math.round(STEPS * smoothstep(DARK, LIGHT, luminance(color)));
  if (step === 0) return texture;
  const known = toned.get(texture) ?? new Map<number, HairTexture>();
  toned.set(texture, known);
  const made = known.get(step) ?? withContrast(texture, 1 - ((1 - LEFT) * step) / STEPS);
  known.set(step, made);
  return made;
}

/** Lightness to a power about the neutral one, brought back to its mean over what is seen. */
function withContrast({ size, data }: HairTexture, power: number): HairTexture {
  const neutral = linearOfByte[neutralLightness]!;
  const values = linearOfByte.map((value) => neutral * (value / neutral) ** power);
  let before = 0;
  let after = 0;
  for (let i = 0; i < data.length; i += 2) {
    before += data[i + 1]! * linearOfByte[data[i]!]!;
    after += data[i + 1]! * values[data[i]!]!;
  }
  const gain = after > 0 ? before / after : 1;
  const bytes = Uint8Array.from(values, (value) => byteOfLinear(Math.min(1, gain * value)));
  return { size, data: data.map((value, i) => (i % 2 === 0 ? bytes[value]! : value)) };
}
