import { describe, expect, it } from 'vitest';
import { valueAndGrad } from '../../src/graph/gradient.js';
import { anchorPlaceLoss, anchorScoreLoss } from '../../src/loss/detection-loss.js';
import { compute, computeAll, given } from '../graph/ops/compute.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('anchorScoreLoss', () => {
  const logits = [-3, -0.2, 0.4, 2.5];
  const target = [0, 0.95, 0.3, 0.95];
  const weight = [1, 2, 0.5, 0];
  const inputs = { x: given([4], logits), t: given([4], target), w: given([4], weight) };
  const focus = logits.map((x, k) => (sigmoid(x) - target[k]!) ** 2 + 0.02);

  it('is the cross-entropy of each anchor times how wrong it is', () => {
    const expected = logits.reduce(
      (sum, x, k) => sum + weight[k]! * focus[k]! * (Math.log(1 + Math.exp(x)) - x * target[k]!),
      0,
    );
    const [value] = compute(inputs, ({ x, t, w }) => anchorScoreLoss(x, t, w));
    expect(value).toBeCloseTo(expected, 5);
  });

  it('has the gradient of a cross-entropy whose focus stands still', () => {
    const { grad } = computeAll(inputs, ({ x, t, w }) => ({
      grad: valueAndGrad(({ logits: of }: Record<string, typeof x>) => anchorScoreLoss(of!, t, w))({
        logits: x,
      }).grad['logits']!,
    })) as unknown as { grad: ArrayLike<number> };
    logits.forEach((x, k) => {
      expect(grad[k]).toBeCloseTo(weight[k]! * focus[k]! * (sigmoid(x) - target[k]!), 6);
    });
  });

  it('stays finite for logits without bounds', () => {
    const extreme = { x: given([2], [1e4, -1e4]), t: given([2], [0, 1]), w: given([2], [1, 1]) };
    expect(compute(extreme, ({ x, t, w }) => anchorScoreLoss(x, t, w)).every(Number.isFinite)).toBe(true);
  });
});

describe('anchorPlaceLoss', () => {
  it('grows with the distance, in units of 16 pixels, and is nothing on the spot', () => {
    const loss = (distance: number): number =>
      compute(
        { x: given([1, 1, 1], [distance]), y: given([1, 1, 1], [0]), w: given([1, 1], [1]) },
        ({ x, y, w }) => anchorPlaceLoss(x, y, w),
      )[0]!;
    expect(loss(0)).toBeCloseTo(0, 6);
    expect(loss(160)).toBeCloseTo(9.9, 2);
  });
});
