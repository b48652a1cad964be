import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxMeans } from '../../src/math/box-filter.js';

describe('boxMeans', () => {
  it('spreads a place over the square around it', () => {
    const plane = new Float32Array(49);
    plane[3 * 7 + 3] = 9;
    const means = boxMeans(plane, 7, 1);
    for (let y = 0; y < 7; y++)
      for (let x = 0; x < 7; x++)
        expect(means[7 * y + x]).toBeCloseTo(Math.max(Math.abs(x - 3), Math.abs(y - 3)) <= 1 ? 1 : 0, 6);
  });

  it('finds nothing beyond the border', () => {
    expect(boxMeans(new Float32Array(25).fill(1), 5, 1)[0]).toBeCloseTo(4 / 9, 6);
  });

  it('is the mean of all places of the square, whatever its size', () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 10 }));
    fc.assert(
      fc.property(
        sizes,
        fc.infiniteStream(fc.float({ min: -9, max: 9, noNaN: true })),
        ([size, radius], some) => {
          const plane = Float32Array.from({ length: size * size }, () => some.next().value as number);
          const means = boxMeans(plane, size, radius);
          for (let at = 0; at < plane.length; at++) {
            const [x, y] = [at % size, Math.floor(at / size)];
            const near = plane.filter(
              (_, i) => Math.abs((i % size) - x) <= radius && Math.abs(Math.floor(i / size) - y) <= radius,
            );
            const sum = near.reduce((total, value) => total + value, 0);
            expect(means[at]).toBeCloseTo(sum / (2 * radius + 1) ** 2, 4);
          }
        },
      ),
    );
  });
});
