import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/train/schedule.js';
import type { Schedule } from '../../src/train/schedule.js';

const rates = (schedule: Schedule, ...steps: number[]): number[] =>
  steps.map((step) => learningRateAt(schedule, step));
const close = (actual: number[], expected: number[]): void => {
  actual.forEach((rate, k) => {
    expect(rate).toBeCloseTo(expected[k]!, 12);
  });
};

describe('learningRateAt', () => {
  it('constant', () => {
    close(rates({ kind: 'constant', learningRate: 0.1 }, 0, 1e6), [0.1, 0.1]);
  });

  it('linear warm-up', () => {
    close(
      rates({ kind: 'constant', learningRate: 0.1, warmUp: 4 }, 0, 1, 3, 4, 5),
      [0.025, 0.05, 0.1, 0.1, 0.1],
    );
  });

  it('cosine', () => {
    close(rates({ kind: 'cosine', learningRate: 0.1, steps: 100 }, 0, 50, 100, 1000), [0.1, 0.05, 0, 0]);
    close(
      rates({ kind: 'cosine', learningRate: 0.1, steps: 110, warmUp: 10, final: 0.2 }, 0, 9, 10, 60, 110),
      [0.01, 0.1, 0.1, 0.06, 0.02],
    );
  });

  it('step', () => {
    close(
      rates({ kind: 'step', learningRate: 0.1, every: 10, factor: 0.5, warmUp: 2 }, 0, 2, 9, 10, 19, 20),
      [0.05, 0.1, 0.1, 0.05, 0.05, 0.025],
    );
  });
});
