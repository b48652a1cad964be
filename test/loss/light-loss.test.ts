import { describe, expect, it } from 'vitest';
import { lightLoss } from '../../src/loss/light-loss.js';
import { compute, given } from '../graph/ops/compute.js';

const loss = (light: number[]): number =>
  compute({ light: given([1, 27], light) }, ({ light: x }) => lightLoss(x))[0]!;

describe('lightLoss', () => {
  it('is nothing for white light', () => {
    expect(loss(Array.from({ length: 27 }, (_, k) => k % 9))).toBeCloseTo(0, 9);
  });

  it('is the variance of the channels', () => {
    expect(loss(Array.from({ length: 27 }, (_, k) => [1, 2, 3][Math.floor(k / 9)]!))).toBeCloseTo(2 / 3, 6);
  });
});
