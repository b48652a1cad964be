import { conv2d, linear } from '../../../src/graph/ops/convolution.js';
import { gatherPoints } from '../../../src/graph/ops/indexing.js';
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
import {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  standardizeWeights,
} from '../../../src/graph/ops/normalization.js';
import { avgPool2d, globalAveragePool } from '../../../src/graph/ops/pooling.js';
import { gradientReversal, valueAndGrad } from '../../../src/graph/gradient.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import { fixed, graphCase, held, integers, unaryCase, uniform } from './graph-case.js';
import type { GraphCase } from './graph-case.js';

const pair = { x: [2, 4, 3], y: [2, 4, 3] };
const mask = held(fixed([2, 4, 1], [1, 0, 1, 0.5, 0, 0, 2, 1]));

/** Normalisations, losses, and small networks that compose them. */
export const lossCases: readonly GraphCase[] = [
  unaryCase('layerNorm', [3, 5], (x) => layerNorm(x)),
  graphCase(
    'layerNorm, scale and bias, two axes',
    { x: [2, 3, 4], scale: [3, 4], bias: [4] },
    ({ x, scale, bias }) => layerNorm(x, { axes: [1, 2], scale, bias }),
  ),
  graphCase('groupNorm', { x: [2, 4, 3, 2], scale: [4], bias: [4] }, ({ x, scale, bias }) =>
    groupNorm(x, 2, { scale, bias }),
  ),
  graphCase('instanceNorm', { x: [2, 2, 3, 3], scale: [2] }, ({ x, scale }) =>
    instanceNorm(x, { scale, epsilon: 1e-3 }),
  ),
  graphCase(
    'batchNorm',
    { x: [2, 3, 2, 2], mean: [3], variance: uniform([3], 0.5, 2), scale: [3], bias: [3] },
    ({ x, mean, variance, scale, bias }) => batchNorm(x, { mean, variance }, { scale, bias }),
  ),
  graphCase(
    'batchNorm, vectors without scale',
    { x: [4, 3], mean: [3], variance: uniform([3], 0.5, 2) },
    ({ x, mean, variance }) => batchNorm(x, { mean, variance }),
  ),
  graphCase('standardizeWeights', { weight: [3, 2, 3, 3], gain: [3] }, ({ weight, gain }) =>
    standardizeWeights(weight, gain),
  ),
  unaryCase('standardizeWeights, no gain', [3, 4], (weight) => standardizeWeights(weight)),

  unaryCase('weightedMean, no weights', [2, 3], (x) => weightedMean(x.square())),
  graphCase(
    'weightedMean, gradient of the weights',
    { x: [2, 3], weights: uniform([3], 0.1, 1) },
    ({ x, weights }) => weightedMean(x, weights),
  ),
  graphCase(
    'weightedMean, all weights zero',
    { x: [2, 3], weights: held(fixed([2, 1], [0, 0])) },
    ({ x, weights }) => weightedMean(x, weights),
  ),
  graphCase('l1Loss', pair, ({ x, y }) => l1Loss(x, y)),
  graphCase('l1Loss, masked', { ...pair, mask }, ({ x, y, mask: weights }) => l1Loss(x, y, weights)),
  graphCase('l2Loss, masked', { ...pair, mask }, ({ x, y, mask: weights }) => l2Loss(x, y, weights)),
  unaryCase('l2Loss, towards a number', [5], (x) => l2Loss(x, 1)),
  graphCase('huberLoss', pair, ({ x, y }) => huberLoss(x, y, 0.8)),
  graphCase('huberLoss, masked', { ...pair, mask }, ({ x, y, mask: weights }) => huberLoss(x, y, 1, weights)),
  unaryCase('softmax', [2, 4], (x) => ({ last: softmax(x), first: softmax(x, 0) })),
  unaryCase('logSoftmax', [2, 4], (x) => logSoftmax(x)),
  graphCase('softmaxCrossEntropy', { logits: [4, 3], classes: integers([4], 3) }, ({ logits, classes }) =>
    softmaxCrossEntropy(logits, classes),
  ),
  graphCase(
    'softmaxCrossEntropy, weights and far logits',
    {
      logits: fixed([2, 3], [50, -40, 3, 0.1, 0.2, 0.3]),
      classes: integers([2], 3),
      weights: held(fixed([2], [0.5, 2])),
    },
    ({ logits, classes, weights }) => softmaxCrossEntropy(logits, classes, weights),
  ),
  graphCase('binaryCrossEntropyWithLogits', { x: [2, 3], target: uniform([2, 3], 0, 1) }, ({ x, target }) =>
    binaryCrossEntropyWithLogits(x, target),
  ),
  graphCase(
    'binaryCrossEntropyWithLogits, at zero and far out',
    { x: fixed([4], [0, 60, -60, 0]), target: held(fixed([4], [0, 1, 1, 1])) },
    ({ x, target }) => binaryCrossEntropyWithLogits(x, target),
  ),
  graphCase('cosineSimilarity', { a: [3, 4], b: [3, 4] }, ({ a, b }) => cosineSimilarity(a, b)),

  graphCase(
    'network: convolutions, norm, pooling, linear, cross-entropy',
    {
      x: [2, 3, 8, 8],
      a: [4, 3, 3, 3],
      gain: [4],
      b: [6, 4, 3, 3],
      w: [5, 6],
      bias: [5],
      classes: integers([2], 5),
    },
    ({ x, a, gain, b, w, bias, classes }) => {
      const first = avgPool2d(conv2d(x, standardizeWeights(a, gain), { padding: 1 }).relu(), { window: 2 });
      const second = groupNorm(conv2d(first, b, { padding: 1, strides: 2 }), 3).relu();
      return softmaxCrossEntropy(linear(globalAveragePool(second), w, bias), classes);
    },
  ),
  graphCase(
    'network: residual block',
    { x: [1, 4, 4, 4], a: [4, 4, 3, 3], b: [4, 4, 3, 3] },
    ({ x, a, b }) => {
      const inner = conv2d(conv2d(x, standardizeWeights(a), { padding: 1 }).relu(), standardizeWeights(b), {
        padding: 1,
      });
      return x.add(inner.mul(0.2)).relu().mean([2, 3]);
    },
  ),
  graphCase(
    'network: inverted bottleneck',
    { x: [1, 3, 6, 6], expand: [6, 3, 1, 1], depth: [6, 1, 3, 3], project: [3, 6, 1, 1] },
    ({ x, expand, depth, project }) =>
      x.add(conv2d(conv2d(conv2d(x, expand).relu(), depth, { groups: 6, padding: 1 }).relu(), project)),
  ),
  graphCase(
    'network: adversary behind a gradient reversal',
    { c: [4, 3], a: [5, 3], b: [3, 5], domain: integers([4], 3) },
    ({ c, a, b, domain }) =>
      softmaxCrossEntropy(linear(linear(gradientReversal(c, 0.3), a).tanh(), b), domain),
    { smooth: false },
  ),
  graphCase(
    'landmarks: model, weights, mean distance',
    { basis: [7, 3, 2], s: [2, 2], target: [2, 3, 3], i: integers([2, 3], 7) },
    ({ basis, s, target, i }) => {
      const vertices = s.matmul(basis.reshape([21, 2]).transpose([1, 0])).reshape([2, 7, 3]);
      return gatherPoints(vertices, i).sub(target).square().sum(-1).add(1e-6).sqrt().mean();
    },
  ),
  graphCase('gradient inside a graph, differentiated again', { x: [3], y: [3] }, ({ x, y }) => {
    const { grad } = valueAndGrad((z: Tensor) => z.mul(y).sin().sum())(x);
    return grad.mul(x);
  }),
];
