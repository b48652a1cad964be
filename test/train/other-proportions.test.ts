import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { drawProportions, moved, withProportions, type Stretch } from '../../src/train/other-proportions.js';

const SIZE = 64;

/** 68 points of an upright face: rows of brows, eyes, nose, mouth and chin. */
function face(brows: number, eyes: number, nose: number, mouth: number, chin: number): Float32Array {
  const marks = new Float32Array(136);
  const put = (from: number, end: number, left: number, right: number, y: number): void => {
    for (let k = from; k < end; k++) {
      marks[2 * k] = left + ((right - left) * (k - from)) / Math.max(1, end - 1 - from);
      marks[2 * k + 1] = y;
    }
  };
  put(0, 17, 10, 54, chin);
  put(17, 27, 14, 50, brows);
  put(27, 36, 28, 36, nose);
  put(36, 42, 18, 28, eyes);
  put(42, 48, 36, 46, eyes);
  put(48, 68, 24, 40, mouth);
  return marks;
}

const rises = (places: readonly number[]): boolean =>
  places.every((place, k) => k === 0 || place > places[k - 1]!);

describe('drawProportions', () => {
  it('changes lengths between parts, keeps their order and middle, and both sides alike', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const { x, y } = drawProportions(face(18, 24, 34, 44, 56), createRandom(seed));
        const middle = ({ from, to }: Stretch): number =>
          to.reduce((sum, place, k) => sum + place - from[k]!, 0) / to.length;
        for (const stretch of [x, y]) {
          expect(rises(stretch.to)).toBe(true);
          expect(middle(stretch)).toBeCloseTo(0, 4);
        }
        const [a, b, , d, e] = x.from
          .slice(1)
          .map((place, k) => (x.to[k + 1]! - x.to[k]!) / (place - x.from[k]!));
        expect(a).toBeCloseTo(e!, 5);
        expect(b).toBeCloseTo(d!, 5);
        expect(y.to).not.toEqual(y.from);
      }),
    );
  });

  it('leaves an axis as it is on which parts do not follow each other', () => {
    const { y } = drawProportions(face(18, 19, 34, 44, 56), createRandom('lying'));
    expect(y.to).toEqual(y.from);
  });
});

describe('withProportions', () => {
  it('moves what a picture shows to where its points are moved', () => {
    const random = createRandom('spots');
    const { x, y } = drawProportions(face(18, 24, 34, 44, 56), random);
    for (let spot = 0; spot < 20; spot++) {
      const [atX, atY] = [random.uniform(8, SIZE - 8), random.uniform(8, SIZE - 8)];
      const view = new Float32Array(3 * SIZE * SIZE);
      for (let i = 0; i < view.length; i++) {
        const [px, py] = [(i % SIZE) + 0.5, (Math.floor(i / SIZE) % SIZE) + 0.5];
        view[i] = Math.exp(-((px - atX) ** 2 + (py - atY) ** 2) / 8);
      }
      const out = withProportions(view, SIZE, { x, y });
      let [sum, sumX, sumY] = [0, 0, 0];
      for (let i = 0; i < SIZE * SIZE; i++) {
        sum += out[i]!;
        sumX += out[i]! * ((i % SIZE) + 0.5);
        sumY += out[i]! * (Math.floor(i / SIZE) + 0.5);
      }
      expect(Math.abs(sumX / sum - moved(atX, x))).toBeLessThan(0.5);
      expect(Math.abs(sumY / sum - moved(atY, y))).toBeLessThan(0.5);
    }
  });

  it('changes nothing where nothing is moved', () => {
    const stays: Stretch = { from: [10, 20, 30], to: [10, 20, 30] };
    const view = Float32Array.from({ length: 3 * SIZE * SIZE }, (_, i) => ((i * 37) % 101) / 101);
    const out = withProportions(view, SIZE, { x: stays, y: stays });
    out.forEach((value, i) => {
      expect(Math.abs(value - view[i]!)).toBeLessThan(2e-3);
    });
  });
});
