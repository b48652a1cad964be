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
});
