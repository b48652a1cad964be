import type { PersonalUnit } from '../../src/model/morphable-model.js';
import { closeLids, type Ball } from './lid-closure.js';
import type { Rims } from './rims.js';

/** The shape component that is looked at, standard deviations to either side of the mean head. */
const STEP = 2;
/** What moves less than this for one standard deviation, mm, moves as in the mean head. */
const LEAST_MM = 0.01;

/** An eye of the mean head, and how it blinks. */
export interface BlinkingEye {
  /** The place of the unit among all. */
  readonly unit: number;
  readonly rims: Rims;
  /** Displacement of the head vertices that shuts the mean head's eye, mm. */
  readonly blink: Float64Array;
  /** The eyeball in a head, V×3 mm. */
  readonly ballOf: (vertices: Float64Array) => Ball;
}

/**
 * What a blink needs besides in other heads: how it has to change with each shape component so that upper and
 * lower lid still meet, by differences about the mean head. How far lids are apart is linear in the shape.
 *
 * @param mean all of the model's vertices, mm
 * @param shape displacement of all vertices by one standard deviation of each component
 * @param headCount head vertices, the first ones
 * @param spread a displacement of all vertices from one of the head's
 */
export function personalBlinks(
  eyes: readonly BlinkingEye[],
  mean: Float64Array,
  shape: readonly Float32Array[],
  headCount: number,
  spread: (head: Float64Array) => Float32Array,
): PersonalUnit[] {
  return eyes.map(({ unit, rims, blink, ballOf }) => {
    const shut = (displacement: Float32Array, amount: number): Float64Array => {
      const vertices = mean.map((value, i) => value + amount * displacement[i]!);
      return closeLids(rims, vertices.slice(0, headCount * 3), blink, ballOf(vertices));
    };
    const rows = shape.map((displacement) => {
      const more = shut(displacement, STEP);
      const less = shut(displacement, -STEP);
      return spread(more.map((value, i) => (value - less[i]!) / (2 * STEP)));
    });
    const vertices = Array.from({ length: mean.length / 3 }, (_, v) => v).filter((v) =>
      rows.some((row) => Math.hypot(row[v * 3]!, row[v * 3 + 1]!, row[v * 3 + 2]!) > LEAST_MM),
    );
    const displacements = Float32Array.from(
      rows.flatMap((row) => vertices.flatMap((v) => [row[v * 3]!, row[v * 3 + 1]!, row[v * 3 + 2]!])),
    );
    return { unit, vertices, displacements };
  });
}
