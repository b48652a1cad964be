import { beforeAll, describe, expect, it } from 'vitest';
import { valueAndGrad } from '../../src/graph/gradient.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { excludedLoss, overlapLoss, parsingLoss } from '../../src/loss/parsing-loss.js';
import { compute, computeAll, given, useDoubles } from '../graph/ops/compute.js';

beforeAll(useDoubles);

const STEP = 1e-3;
/** One view of two classes and 1×3 pixels: class 0, class 1, nobody knows. */
const shape = [1, 2, 1, 3];
const logits = [2, -0.5, 0.3, -1, 0.7, 4];
const target = [1, 0, 0, 0, 1, 0];

type Loss = (x: Tensor, target: Tensor) => Tensor;
const losses: Record<string, Loss> = {
  parsingLoss,
  overlapLoss: (x, known) => overlapLoss(x, known, 1),
  excludedLoss: (x, known) => excludedLoss(x, known.at(1, 0), 1),
};
const valueOf = (loss: Loss, values: readonly number[]): number =>
  compute({ x: given(shape, values), t: given(shape, target) }, ({ x, t }) => loss(x, t))[0]!;

describe.each(Object.entries(losses))('%s', (_, loss) => {
  it('has the gradient of its differences', () => {
    const { grad } = computeAll({ x: given(shape, logits), t: given(shape, target) }, ({ x, t }) => ({
      grad: valueAndGrad(({ x: of }: Record<string, Tensor>) => loss(of!, t))({ x }).grad['x']!,
    })) as unknown as { grad: ArrayLike<number> };
    logits.forEach((_value, k) => {
      const moved = (by: number): number =>
        valueOf(
          loss,
          logits.map((value, i) => value + (i === k ? by : 0)),
        );
      expect(grad[k]).toBeCloseTo((moved(STEP) - moved(-STEP)) / (2 * STEP), 5);
    });
  });

  it('asks nothing of pixels of which nothing is known', () => {
    const other = logits.with(2, -9).with(5, 12);
    expect(valueOf(loss, other)).toBeCloseTo(valueOf(loss, logits), 6);
  });

  it('falls where the network gets surer of what is true', () => {
    const surer = logits.with(0, 6).with(4, 6);
    expect(valueOf(loss, surer)).toBeLessThan(valueOf(loss, logits));
  });
});
