import { beforeAll, describe, expect, it } from 'vitest';
import {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  standardizeWeights,
} from '../../../src/graph/ops/normalization.js';
import { expectClose } from '../../math/close.js';
import { compute, given, shapeOf, useDoubles, wave } from './compute.js';

beforeAll(useDoubles);

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]): number =>
  mean(values.map((value) => (value - mean(values)) ** 2));
const rows = (values: ArrayLike<number>, length: number): number[][] =>
  Array.from({ length: values.length / length }, (_, i) =>
    Array.from(values).slice(i * length, (i + 1) * length),
  );
const whitened = (values: ArrayLike<number>, length: number, epsilon = 1e-5): number[] =>
  rows(values, length).flatMap((row) =>
    row.map((value) => (value - mean(row)) / Math.sqrt(variance(row) + epsilon)),
  );

describe('normalisation', () => {
  it('whitens the last axes of a layer', () => {
    const x = wave([3, 4, 5]);
    expectClose(
      compute({ x }, (t) => layerNorm(t.x)),
      whitened(x.values, 5),
      1e-12,
    );
    expectClose(
      compute({ x }, (t) => layerNorm(t.x, { axes: [1, 2], epsilon: 0.1 })),
      whitened(x.values, 20, 0.1),
      1e-12,
    );
    const scale = wave([5], 1);
    const bias = wave([5], 2);
    expectClose(
      compute({ x, scale, bias }, (t) => layerNorm(t.x, t)),
      whitened(x.values, 5).map((v, i) => v * scale.values[i % 5]! + bias.values[i % 5]!),
      1e-12,
    );
  });

  it('whitens groups of channels, and single channels', () => {
    const x = wave([2, 4, 3, 2]);
    const scale = wave([4], 1);
    const bias = wave([4], 2);
    const channel = (i: number): number => Math.floor(i / 6) % 4;
    expectClose(
      compute({ x }, (t) => groupNorm(t.x, 2)),
      whitened(x.values, 12),
      1e-12,
    );
    expectClose(
      compute({ x, scale, bias }, (t) => groupNorm(t.x, 2, t)),
      whitened(x.values, 12).map((v, i) => v * scale.values[channel(i)]! + bias.values[channel(i)]!),
      1e-12,
    );
    expectClose(
      compute({ x }, (t) => instanceNorm(t.x)),
      whitened(x.values, 6),
      1e-12,
    );
    expectClose(
      compute({ x }, (t) => groupNorm(t.x, 4)),
      whitened(x.values, 6),
      1e-12,
    );
  });

  it('applies given statistics', () => {
    const x = given([1, 2, 1, 2], [1, 2, 3, 4]);
    const statistics = { mean: given([2], [1, 2]), variance: given([2], [4, 0.25]) };
    expectClose(
      compute({ x, ...statistics }, (t) => batchNorm(t.x, t, { epsilon: 0 })),
      [0, 0.5, 2, 4],
      1e-12,
    );
    expectClose(
      compute({ x, ...statistics, scale: given([2], [2, -1]), bias: given([2], [10, 0]) }, (t) =>
        batchNorm(t.x, t, { ...t, epsilon: 0 }),
      ),
      [10, 11, -2, -4],
      1e-12,
    );
  });

  it('standardises weights per output channel: mean 0, variance 1 / fan-in, times the gain', () => {
    const weight = wave([3, 2, 3, 3]);
    const gain = given([3], [1, 2, -0.5]);
    const expected = rows(weight.values, 18).flatMap((row, o) =>
      row.map((w) => ((w - mean(row)) / Math.sqrt(variance(row) * 18 + 1e-4)) * gain.values[o]!),
    );
    expectClose(
      compute({ weight, gain }, (t) => standardizeWeights(t.weight, t.gain)),
      expected,
      1e-12,
    );
    const plain = rows(
      compute({ weight }, (t) => standardizeWeights(t.weight)),
      18,
    );
    plain.forEach((row) => expect(18 * variance(row)).toBeCloseTo(1, 3));
  });

  it('names itself and what does not fit', () => {
    expect(() => shapeOf({ x: [2, 3, 4, 4] }, ({ x }) => groupNorm(x, 2))).toThrow(
      /groupNorm: \[2, 3, 4, 4\]: 2 groups do not divide/,
    );
    expect(() =>
      shapeOf({ x: [2, 4, 4, 4], scale: [2] }, ({ x, scale }) => groupNorm(x, 2, { scale })),
    ).toThrow(/groupNorm: \[2, 4, 4, 4\] and \[2\]: needs one value for each of the 4/);
    expect(() => shapeOf({ x: [2, 3], scale: [5, 1, 3] }, ({ x, scale }) => layerNorm(x, { scale }))).toThrow(
      /layerNorm: .*would enlarge/,
    );
    expect(() => shapeOf({ x: [2, 3] }, ({ x }) => layerNorm(x, { axes: 2 }))).toThrow(
      /layerNorm: \[2, 3\]: has no axis 2/,
    );
    expect(() => shapeOf({ x: [2, 3] }, ({ x }) => instanceNorm(x))).toThrow(/instanceNorm: \[2, 3\]/);
    expect(() =>
      shapeOf({ x: [2, 3], m: [2] }, ({ x, m }) => batchNorm(x, { mean: m, variance: m })),
    ).toThrow(/batchNorm: \[2, 3\] and \[2\]/);
    expect(() => shapeOf({ w: [2, 3, 3, 3], g: [3] }, ({ w, g }) => standardizeWeights(w, g))).toThrow(
      /standardizeWeights: \[2, 3, 3, 3\] and \[3\]/,
    );
  });
});
