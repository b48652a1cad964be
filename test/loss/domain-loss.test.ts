import { describe, expect, it } from 'vitest';
import { domainLoss } from '../../src/loss/domain-loss.js';
import { compute, given, shapeOf } from '../graph/ops/compute.js';

const loss = (clean: number[], occluded: number[], noisy: number[]): number =>
  compute(
    { clean: given([1, 3], clean), occluded: given([1, 3], occluded), noisy: given([1, 3], noisy) },
    (logits) => domainLoss(logits),
  )[0]!;

describe('domainLoss', () => {
  it('is nothing where all is told, 2 ln 3 where nothing is', () => {
    expect(loss([50, 0, 0], [0, 50, 0], [0, 0, 50])).toBeCloseTo(0, 9);
    expect(loss([1, 1, 1], [2, 2, 2], [0, 0, 0])).toBeCloseTo(2 * Math.log(3), 6);
  });

  it('counts clean codes in both of its terms', () => {
    const told = [9, -9, -9];
    const mistaken = [-9, 9, -9];
    expect(loss(mistaken, mistaken, [-9, -9, 9])).toBeCloseTo(18, 4);
    expect(loss(told, told, [-9, -9, 9])).toBeCloseTo(9, 4);
  });

  it('refuses other numbers of logits', () => {
    expect(() => shapeOf({ x: [2, 2] }, ({ x }) => domainLoss({ clean: x, occluded: x, noisy: x }))).toThrow(
      'domainLoss: [2, 2]: expected logits [N, 3].',
    );
  });
});
