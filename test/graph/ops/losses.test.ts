import { beforeAll, describe, expect, it } from 'vitest';
import { valueAndGrad } from '../../../src/graph/gradient.js';
import {
  binaryCrossEntropyWithLogits,
  cosineSimilarity,
  huberLoss,
  l1Loss,
  l2Loss,
  logSoftmax,
  softmax,
  softmaxCrossEntropy,
  weightedMean,
} from '../../../src/graph/ops/losses.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import { spec } from '../../../src/graph/trace.js';
import { expectClose } from '../../math/close.js';
import { compute, computeAll, given, integers, shapeOf, useDoubles } from './compute.js';

beforeAll(useDoubles);

const x = given([2, 2], [1, -2, 0.5, 4]);
const y = given([2, 2], [0, 1, 1, 1]);
const row = given([2, 1], [3, 1]);
const gradient =
  (fn: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    valueAndGrad((z: Tensor) => fn(z))(x).grad;

describe('losses', () => {
  it('average over elements', () => {
    const losses = computeAll({ x, y }, (t) => ({
      l1: l1Loss(t.x, t.y),
      l2: l2Loss(t.x, t.y),
      huber: huberLoss(t.x, t.y, 2),
    }));
    expectClose(losses['l1']!, [(1 + 3 + 0.5 + 3) / 4]);
    expectClose(losses['l2']!, [(1 + 9 + 0.25 + 9) / 4]);
    expectClose(losses['huber']!, [(0.5 + 4 + 0.125 + 4) / 4]);
  });

  it('weigh elements; a weight that broadcasts counts for each element it meets', () => {
    expectClose(
      compute({ x, y, row }, (t) => l1Loss(t.x, t.y, t.row)),
      [(3 * 4 + 3.5) / 8],
    );
    expectClose(
      compute({ x, y, row }, (t) => l2Loss(t.x, t.y, t.row)),
      [(3 * 10 + 9.25) / 8],
    );
    expectClose(
      compute({ x, row }, (t) => weightedMean(t.x, t.row)),
      [(3 * -1 + 4.5) / 8],
    );
  });

  it('are zero with a zero gradient when every weight is zero', () => {
    const none = given([2, 1], [0, 0]);
    expect(compute({ x, y, none }, (t) => huberLoss(t.x, t.y, 1, t.none))).toEqual([0]);
    expectClose(
      compute({ x, none }, (t) => gradient((z) => l2Loss(z, 7, t.none))(t.x)),
      [0, 0, 0, 0],
      0,
    );
    expect(
      compute({ x, none }, (t) => gradient((w) => l2Loss(t.x, 7, w))(t.none)).every(Number.isFinite),
    ).toBe(true);
  });

  it('softmax sums to one and survives large numbers', () => {
    const far = given([2, 3], [1000, 1000, -1000, 1, 2, 3]);
    const total = Math.exp(1) + Math.exp(2) + Math.exp(3);
    const results = computeAll({ far }, (t) => ({
      p: softmax(t.far),
      log: logSoftmax(t.far),
      first: softmax(t.far.transpose([1, 0]), 0),
    }));
    expectClose(results['p']!, [0.5, 0.5, 0, ...[1, 2, 3].map((v) => Math.exp(v) / total)], 1e-12);
    expectClose(
      results['log']!,
      [-Math.LN2, -Math.LN2, -2000 - Math.LN2, ...[1, 2, 3].map((v) => v - Math.log(total))],
      1e-10,
    );
    expectClose(
      results['first']!,
      [0.5, Math.exp(1) / total, 0.5, Math.exp(2) / total, 0, Math.exp(3) / total],
      1e-12,
    );
  });

  it('cross-entropy is the negative logarithm of the right class', () => {
    const logits = given([2, 3], [0, 0, 0, 1, 2, 3]);
    const classes = integers([2], [1, 0]);
    const second = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 1;
    expectClose(
      compute({ logits, classes }, (t) => softmaxCrossEntropy(t.logits, t.classes)),
      [(Math.log(3) + second) / 2],
      1e-12,
    );
    expectClose(
      compute({ logits, classes, w: given([2], [0, 2]) }, (t) =>
        softmaxCrossEntropy(t.logits, t.classes, t.w),
      ),
      [second],
      1e-12,
    );
  });

  it('binary cross-entropy is exact far out, and its gradient is σ(x) − t, also at zero', () => {
    const logits = given([4], [0, 2, 800, -800]);
    const target = given([4], [1, 0.25, 0, 1]);
    const sigma = 1 / (1 + Math.exp(-2));
    const losses = [Math.LN2, -0.25 * Math.log(sigma) - 0.75 * Math.log(1 - sigma), 800, 800];
    expectClose(
      compute({ logits, target }, (t) => binaryCrossEntropyWithLogits(t.logits, t.target)),
      [losses.reduce((a, b) => a + b) / 4],
      1e-10,
    );
    expectClose(
      compute({ logits, target }, (t) =>
        gradient((z) => binaryCrossEntropyWithLogits(z, t.target).mul(4))(t.logits),
      ),
      [-0.5, sigma - 0.25, 1, -1],
      1e-12,
    );
  });

  it('cosine similarity is 1, 0 or −1 along, across and against, and finite for zero vectors', () => {
    const a = given([4, 2], [1, 2, 3, 0, 1, 1, 0, 0]);
    const b = given([4, 2], [2, 4, 0, 5, -2, -2, 1, 1]);
    expectClose(
      compute({ a, b }, (t) => cosineSimilarity(t.a, t.b)),
      [1, 0, -1, 0],
      1e-12,
    );
    expect(
      compute({ a, b }, (t) => gradient((z) => cosineSimilarity(z, t.b).sum())(t.a)).every(Number.isFinite),
    ).toBe(true);
  });

  it('name themselves and what does not fit', () => {
    expect(() => shapeOf({ a: [2, 3], b: [4] }, ({ a, b }) => l1Loss(a, b))).toThrow(
      /\[2, 3\] and \[4\]: do not broadcast/,
    );
    expect(() => shapeOf({ a: [2, 1], w: [2, 3] }, ({ a, w }) => l2Loss(a, 0, w))).toThrow(
      /weightedMean: \[2, 1\] and \[2, 3\]: the weights/,
    );
    expect(() =>
      shapeOf({ a: [2, 3], c: spec([3], 'int32') }, ({ a, c }) => softmaxCrossEntropy(a, c)),
    ).toThrow(/softmaxCrossEntropy: \[2, 3\] and \[3\]/);
    expect(() => shapeOf({ a: [2, 3], c: [2] }, ({ a, c }) => softmaxCrossEntropy(a, c))).toThrow(
      /indices must be int32/,
    );
    expect(() => shapeOf({ a: [2] }, ({ a }) => huberLoss(a, 0, 0))).toThrow(
      /huberLoss: delta must be positive, got 0/,
    );
  });
});
