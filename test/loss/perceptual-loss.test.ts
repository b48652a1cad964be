import { describe, expect, it } from 'vitest';
import { perceptualLoss } from '../../src/loss/perceptual-loss.js';
import { compute, given, shapeOf } from '../graph/ops/compute.js';

const loss = (rendering: number[], photo: number[]): number =>
  compute(
    { rendering: given([rendering.length / 2, 2], rendering), photo: given([photo.length / 2, 2], photo) },
    ({ rendering: a, photo: b }) => perceptualLoss(a, b),
  )[0]!;

describe('perceptualLoss', () => {
  it('compares directions, not lengths', () => {
    expect(loss([1, 2], [3, 6])).toBeCloseTo(0, 6);
    expect(loss([1, 2], [-2, 1])).toBeCloseTo(1, 6);
    expect(loss([1, 2], [-1, -2])).toBeCloseTo(2, 6);
    expect(loss([1, 2, 1, 2], [3, 6, -1, -2])).toBeCloseTo(1, 6);
  });

  it('refuses embeddings of other lengths', () => {
    expect(() => shapeOf({ a: [2, 5], b: [2, 4] }, ({ a, b }) => perceptualLoss(a, b))).toThrow('mul');
  });
});
