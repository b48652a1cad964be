import { describe, expect, it } from 'vitest';
import { photometricLoss } from '../../src/loss/photometric-loss.js';
import { compute, given, shapeOf } from '../graph/ops/compute.js';

const loss = (colours: number[], photo: number[], weights: number[]): number =>
  compute(
    {
      colours: given([1, weights.length, 3], colours),
      photo: given([1, weights.length, 3], photo),
      weights: given([1, weights.length], weights),
    },
    ({ colours: c, photo: p, weights: w }) => photometricLoss(c, p, w),
  )[0]!;

describe('photometricLoss', () => {
  it('is the distance of colours, averaged over the pixels that count', () => {
    expect(loss([0, 0, 0, 1, 1, 1], [0.3, 0.4, 0, 0, 0, 0], [1, 0])).toBeCloseTo(0.49, 3);
    expect(loss([0, 0, 0, 0, 0, 0], [0.3, 0.4, 0, 0, 0, 0], [1, 1])).toBeCloseTo(0.245, 3);
  });

  it('is zero for equal pictures and without pixels', () => {
    expect(loss([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], [1])).toBeCloseTo(0, 9);
    expect(loss([0.1, 0.2, 0.3], [0.9, 0.2, 0.3], [0])).toBe(0);
  });

  it('refuses weights of other pixels', () => {
    expect(() =>
      shapeOf({ colours: [1, 4, 3], photo: [1, 4, 3], weights: [1, 5] }, ({ colours, photo, weights }) =>
        photometricLoss(colours, photo, weights),
      ),
    ).toThrow('weightedMean');
  });
});
