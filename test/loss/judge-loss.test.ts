import { beforeAll, describe, expect, it } from 'vitest';
import { valueAndGrad } from '../../src/graph/gradient.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { facePlaceLoss, faceScoreLoss } from '../../src/loss/judge-loss.js';
import { compute, computeAll, given, useDoubles } from '../graph/ops/compute.js';

beforeAll(useDoubles);

const STEP = 1e-3;

/** Compares a gradient with differences of the loss. */
function expectGradient(
  values: readonly number[],
  shape: readonly number[],
  loss: (x: Tensor) => Tensor,
): void {
  const { grad } = computeAll({ x: given(shape, values) }, ({ x }) => ({
    grad: valueAndGrad(({ values: of }: Record<string, Tensor>) => loss(of!))({ values: x }).grad['values']!,
  })) as unknown as { grad: ArrayLike<number> };
  values.forEach((_, k) => {
    const moved = (by: number): number =>
      compute(
        {
          x: given(
            shape,
            values.map((value, i) => value + (i === k ? by : 0)),
          ),
        },
        ({ x }) => loss(x),
      )[0]!;
    expect(grad[k]).toBeCloseTo((moved(STEP) - moved(-STEP)) / (2 * STEP), 4);
  });
}

describe('faceScoreLoss', () => {
  const logits = [-3, 0.4, 2.5];
  const target = [0, 1, 0];
  const weight = [1, 1, 0];
  const constants = { t: given([3], target), w: given([3], weight) };

  it('is the mean cross-entropy of the crops that count', () => {
    const expected = (Math.log(1 + Math.exp(-3)) + Math.log(1 + Math.exp(-0.4))) / 3;
    const [value] = compute({ x: given([3], logits), ...constants }, ({ x, t, w }) => faceScoreLoss(x, t, w));
    expect(value).toBeCloseTo(expected, 6);
  });

  it('has the gradient of its differences', () => {
    expectGradient(logits, [3], (x) =>
      faceScoreLoss(x, x.stopGradient().mul(0).add(1), x.stopGradient().mul(0).add(0.5)),
    );
  });

  it('stays finite for logits without bounds', () => {
    const extreme = { x: given([2], [1e4, -1e4]), t: given([2], [0, 1]), w: given([2], [1, 1]) };
    expect(compute(extreme, ({ x, t, w }) => faceScoreLoss(x, t, w)).every(Number.isFinite)).toBe(true);
  });
});

describe('facePlaceLoss', () => {
  it('is nothing on the spot, grows with the distance, and leaves out crops without a face', () => {
    const loss = (distance: number, weight: number): number =>
      compute(
        {
          x: given([1, 4], [distance, distance, distance, distance]),
          y: given([1, 4], [0, 0, 0, 0]),
          w: given([1], [weight]),
        },
        ({ x, y, w }) => facePlaceLoss(x, y, w),
      )[0]!;
    expect(loss(0, 1)).toBeCloseTo(0, 8);
    expect(loss(0.5, 1)).toBeCloseTo(Math.hypot(0.5, 0.03) - 0.03, 6);
    expect(loss(0.5, 0)).toBe(0);
  });

  it('has the gradient of its differences', () => {
    expectGradient([0.3, -0.2, 0.01, 0.5, 0, 0.1, -0.4, 0.2], [2, 4], (x) =>
      facePlaceLoss(x, x.stopGradient().mul(0), x.stopGradient().slice(1, 0, 1).reshape([2]).mul(0).add(1)),
    );
  });
});
