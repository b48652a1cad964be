import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { fitMultinomial, likelihoods } from '../../tools/multinomial.js';

describe('fitMultinomial', () => {
  const random = createRandom('multinomial');
  const middles = [
    [0, 0],
    [30, 0],
    [0, 3],
  ] as const;
  const draw = (label: number): Float32Array =>
    Float32Array.of(middles[label]![0] + 5 * random.normal(), middles[label]![1] + 0.5 * random.normal(), 7);
  const labels = Array.from({ length: 300 }, (_, k) => k % 3);
  const rows = labels.map(draw);

  it('tells clusters apart, whatever the units of the features', () => {
    const { weights, bias } = fitMultinomial(rows, labels, 3);
    const right = labels.filter((label) => {
      const said = likelihoods(draw(label), weights, bias);
      return said.indexOf(Math.max(...said)) === label;
    });
    expect(right.length / labels.length).toBeGreaterThan(0.95);
  });

  it('says how often each choice is where features tell nothing', () => {
    const nothing = labels.map(() => Float32Array.of(1, 2));
    const uneven = labels.map((_, k) => (k % 10 === 0 ? 1 : 0));
    const { weights, bias } = fitMultinomial(nothing, uneven, 2);
    expect(likelihoods([1, 2], weights, bias)[1]).toBeCloseTo(0.1, 2);
  });

  it('adds to logits that are given only what they lack', () => {
    const sure = labels.map((label) => [0, 1, 2].map((k) => (k === label ? 20 : 0)));
    const { weights, bias } = fitMultinomial(rows, labels, 3, sure);
    for (const value of [...weights, ...bias]) expect(Math.abs(value)).toBeLessThan(0.01);
    const misled = labels.map(() => [9, 0, 0]);
    const right = fitMultinomial(rows, labels, 3, misled);
    const told = labels.filter((label) => {
      const said = likelihoods(
        draw(label),
        right.weights,
        [9, 0, 0].map((x, k) => x + right.bias[k]!),
      );
      return said.indexOf(Math.max(...said)) === label;
    });
    expect(told.length / labels.length).toBeGreaterThan(0.9);
  });

  it('gives likelihoods that sum to one', () => {
    const { weights, bias } = fitMultinomial(rows, labels, 3);
    expect(likelihoods([1e3, -1e3, 0], weights, bias).reduce((sum, value) => sum + value)).toBeCloseTo(1);
  });
});
