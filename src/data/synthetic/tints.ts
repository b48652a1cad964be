import type { MorphableModel } from '../../model/morphable-model.js';
import { evaluatePoints } from '../../model/evaluate.js';
import type { Random } from '../random.js';
import type { PersonAttributes } from './identity.js';

type Color = readonly [number, number, number];

/** Colour changes over areas of the face: strengths 0…1 and what full strength multiplies albedo with, linear. */
export interface FaceTints {
  readonly stubble: number;
  readonly lipstick: number;
  readonly lips: Color;
  readonly blush: number;
  readonly shadowedLids: number;
  readonly lids: Color;
}

/** Adults: `PersonAttributes.age` from here on (about 17 years). */
const ADULT = 0.36;

/** Shaved or growing beards of men, make-up mostly of women, red cheeks of anyone. */
export function sampleTints({ male, age }: PersonAttributes, random: Random): FaceTints {
  const adult = age > ADULT, chance = (p: number, low: number, high: number): number => (random.uniform() < p ? random.uniform(low, high) : 0);
  const shade = (red: number): Color => [red * random.uniform(0.8, 1.1), random.uniform(0.25, 0.7), random.uniform(0.3, 0.75)];
  return {
    stubble: adult && male > 0.5 ? chance(0.75, 0.1, 0.75) : 0,
    lipstick: adult ? chance(male > 0.5 ? 0.03 : 0.45, 0.2, 1) : 0, lips: shade(1),
    blush: chance(0.3, 0.1, 0.6), shadowedLids: adult ? chance(male > 0.5 ? 0.02 : 0.3, 0.2, 0.8) : 0, lids: [random.uniform(0.3, 0.8), random.uniform(0.3, 0.7), random.uniform(0.3, 0.9)],
  };
}

/** Where the tints lie on a head, and their colours there. */
export class TintMasks {
  private readonly beard: Float32Array;
  private readonly lips: Float32Array;
  private readonly cheeks: Float32Array;
  private readonly lids: Float32Array;

  /** @throws Error when the model has no 68 landmarks or lacks a region */
  constructor(model: MorphableModel) {
    const region = (name: string): Float32Array => {
      const mask = model.regions.get(name);
      if (mask === undefined) throw new Error(`TintMasks: the head model has no region "${name}"; build it again with "npm run build-head-model".`);
      return mask;
    };
    if (!model.landmarks.ibug68) throw new Error('TintMasks: the head model has no 68 landmarks; build it again with "npm run build-head-model".');
    const points = evaluatePoints(model.landmarks.ibug68, model.meanShape), at = (k: number, axis: number): number => points[k * 3 + axis]!;
    const count = model.vertexCount, y = (v: number): number => model.meanShape[v * 3 + 1]!, x = (v: number): number => Math.abs(model.meanShape[v * 3]!);
    const nose = at(33, 1), mouthWidth = Math.abs(at(54, 0) - at(48, 0)) / 2, jawWidth = Math.abs(at(16, 0) - at(0, 0)) / 2, chin = at(8, 1);
    const face = region('face'), neck = region('neck'), cheeks = region('cheeks'), eyes = region('eyes');
    const middle = (a: number, b: number): number[] => [0, 1, 2].map((axis) => (at(a, axis) + at(b, axis)) / 2);
    const lip = middle(51, 57);
    this.lips = Float32Array.from({ length: count }, (_, v) => {
      const dx = (model.meanShape[v * 3]! - lip[0]!) / (mouthWidth * 1.02), dy = (y(v) - lip[1]!) / (Math.abs(at(51, 1) - at(57, 1)) / 2 + 1.5);
      return face[v]! * smooth(1.1, 0.85, Math.hypot(dx, dy));
    });
    this.beard = Float32Array.from({ length: count }, (_, v) => {
      // The upper edge runs from the ear down the cheek to the corner of the mouth, and up again to the moustache.
      const across = Math.min(1, Math.max(0, (x(v) - mouthWidth) / (jawWidth - mouthWidth))), edge = x(v) < mouthWidth ? nose - 3 : lip[1]! + 4 + 28 * across ** 1.5;
      return Math.max(face[v]!, 0.8 * neck[v]! * smooth(chin - 45, chin - 10, y(v))) * smooth(edge + 4, edge - 6, y(v)) * (1 - this.lips[v]!);
    });
    this.cheeks = Float32Array.from({ length: count }, (_, v) => cheeks[v]! * face[v]!);
    this.lids = Float32Array.from({ length: count }, (_, v) => eyes[v]! * face[v]! * smooth(at(36, 1) - 2, at(36, 1) + 4, y(v)));
  }

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
    layer(this.beard, tints.stubble, [0.5, 0.52, 0.56]);
    layer(this.lips, tints.lipstick, tints.lips);
    layer(this.cheeks, tints.blush, [1, 0.78, 0.8]);
    layer(this.lids, tints.shadowedLids, tints.lids);
  }
}

/** 0 beyond `from`, 1 beyond `to`, smooth between; `from` may be the larger. */
function smooth(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
