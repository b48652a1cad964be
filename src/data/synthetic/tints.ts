import type { Random } from '../random.js';
import type { FaceAreas } from './face-areas.js';
import { ADULT, type PersonAttributes } from './identity.js';

type Color = readonly [number, number, number];

/**
 * Colour changes over areas of the face: strengths 0…1 and what full strength multiplies albedo with, linear.
 */
export interface FaceTints {
  readonly stubble: number;
  readonly lipstick: number;
  readonly lips: Color;
  readonly blush: number;
  readonly shadowedLids: number;
  readonly lids: Color;
}

/** Shaved or growing beards of men, make-up mostly of women, red cheeks of anyone. */
export function sampleTints({ male, age }: PersonAttributes, random: Random): FaceTints {
  const adult = age > ADULT;
  const chance = (p: number, low: number, high: number): number =>
    random.uniform() < p ? random.uniform(low, high) : 0;
  const shade = (red: number): Color => [
    red * random.uniform(0.8, 1.1),
    random.uniform(0.25, 0.7),
    random.uniform(0.3, 0.75),
  ];
  return {
    stubble: adult && male > 0.5 ? chance(0.75, 0.1, 0.75) : 0,
    lipstick: adult ? chance(male > 0.5 ? 0.03 : 0.45, 0.2, 1) : 0,
    lips: shade(1),
    blush: chance(0.3, 0.1, 0.6),
    shadowedLids: adult ? chance(male > 0.5 ? 0.02 : 0.3, 0.2, 0.8) : 0,
    lids: [random.uniform(0.3, 0.8), random.uniform(0.3, 0.7), random.uniform(0.3, 0.9)],
  };
}

/** Colours faces by their tints. */
export class FacePaint {
  constructor(private readonly areas: FaceAreas) {}

  /** Multiplies colours per vertex, V×3. */
  apply(colors: Float32Array, tints: FaceTints): void {
    const layer = (mask: Float32Array, strength: number, [red, green, blue]: Color): void => {
      if (strength === 0) return;
      for (let v = 0; v < mask.length; v++) {
        const share = mask[v]! * strength;
        colors[v * 3]! *= 1 - share * (1 - red);
        colors[v * 3 + 1]! *= 1 - share * (1 - green);
        colors[v * 3 + 2]! *= 1 - share * (1 - blue);
      }
    };
    layer(this.areas.beard, tints.stubble, [0.5, 0.52, 0.56]);
    layer(this.areas.lips, tints.lipstick, tints.lips);
    layer(this.areas.cheeks, tints.blush, [1, 0.78, 0.8]);
    layer(this.areas.lids, tints.shadowedLids, tints.lids);
  }
}
