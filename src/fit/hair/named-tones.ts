import { hairTones, type HairTone } from '../../model/hair-file.js';

type Rgb = readonly [number, number, number];

/**
 * Colours of hair by their names, linear, without a photo's light: halfway between the median of what was
 * measured on 303 labelled photos and a lightness that the names mean; black is darker, as what is measured
 * of it is gloss. Dyed hair has any.
 */
const TONES: Readonly<Record<Exclude<HairTone, 'dyed'>, Rgb>> = {
  black: [0.0115, 0.0096, 0.0092],
  'dark brown': [0.0408, 0.0298, 0.0259],
  brown: [0.0827, 0.0533, 0.0379],
  'light brown': [0.1336, 0.084, 0.0548],
  blond: [0.2972, 0.2024, 0.1249],
  red: [0.1634, 0.0564, 0.0294],
  grey: [0.166, 0.1596, 0.1478],
  white: [0.4569, 0.4073, 0.3616],
};

/** How much a name says, where the parser is sure that hair is not dyed; the rest is what was measured. */
const NAMED = 0.6;

/**
 * A hair's colour with the help of what the parser calls it: light, gloss and shade of a single photo mislead
 * a measurement more than they mislead somebody who sees the whole picture. Mixed as cube roots, which are
 * about as even as what people see.
 * @param measured linear
 * @param told how likely each of `hairTones` is
 */
export function namedTone(measured: Rgb, told: ArrayLike<number>): Rgb {
  const sums = [0, 0, 0];
  let sure = 0;
  hairTones.forEach((name, k) => {
    if (name === 'dyed') return;
    sure += told[k]!;
    TONES[name].forEach((value, channel) => {
      sums[channel]! += told[k]! * Math.cbrt(value);
    });
  });
  const share = NAMED * Math.min(1, sure);
  if (share === 0) return measured;
  return measured.map(
    (value, k) => ((1 - share) * Math.cbrt(value) + (share * sums[k]!) / sure) ** 3,
  ) as unknown as Rgb;
}
