import { linearToSrgb, luminance } from '../../render/color.js';
import type { Appearance } from './fit-appearance.js';

/** Luminance of a face's skin, linear, below which a photo is too dark for its noise. */
const DARK = 0.015;
/**
 * Stops (powers of two) by which red is above green and blue in skin of any tone under ordinary light: what
 * 99 of 100 photos have, and a little more. Outside of them a lamp or filter has coloured it.
 */
const ordinary = { aboveGreen: [-0.05, 1.9], aboveBlue: [-0.1, 2.9] } as const;

/** Sentences about light that leaves the colour of skin uncertain. */
export function colorWarnings({ skinColor }: Pick<Appearance, 'skinColor'>, isGreyPhoto: boolean): string[] {
  const warnings: string[] = [];
  if (isGreyPhoto)
    warnings.push(
      'The photo is black and white; the textures are grey as well, and the tone of the skin is a guess.',
    );
  if (!skinColor) return warnings;
  const [red, green, blue] = skinColor;
  const bright = luminance(skinColor);
  if (bright < DARK) {
    const brightness = Math.round(255 * linearToSrgb(bright));
    warnings.push(
      `The face is very dark (mean brightness ${brightness} of 255); colours and details are noisy.`,
    );
  } else if (!isGreyPhoto) {
    const tint = tintOf(Math.log2(red / green), Math.log2(red / blue));
    if (tint !== undefined)
      warnings.push(
        `The light on the face is strongly ${tint}; the skin's own colour and its texture without light are a guess.`,
      );
  }
  return warnings;
}

/** Name of the cast that takes skin out of what is ordinary. */
function tintOf(aboveGreen: number, aboveBlue: number): string | undefined {
  if (aboveGreen < ordinary.aboveGreen[0]) return aboveBlue < ordinary.aboveBlue[0] ? 'blue' : 'green';
  if (aboveBlue < ordinary.aboveBlue[0]) return 'blue';
  if (aboveGreen > ordinary.aboveGreen[1]) return aboveBlue > ordinary.aboveBlue[1] ? 'red' : 'purple';
  return aboveBlue > ordinary.aboveBlue[1] ? 'orange' : undefined;
}
