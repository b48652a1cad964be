import { conv2d, convTranspose2d, linear } from '../../../src/graph/ops/convolution.js';
import { avgPool2d, globalAveragePool, maxPool2d } from '../../../src/graph/ops/pooling.js';
import {
  depthToSpace,
  spaceToDepth,
  upsampleBilinear,
  upsampleNearest,
} from '../../../src/graph/ops/resizing.js';
import { bilinearSample } from '../../../src/graph/ops/sampling.js';
import { fixed, graphCase, held, unaryCase, uniform } from './graph-case.js';
import type { GraphCase } from './graph-case.js';

const image = { x: [2, 3, 5, 6], weight: [4, 3, 3, 3] };

/** Convolutions, pooling, resizing and sampling. */
export const imageCases: readonly GraphCase[] = [
  graphCase('conv2d', image, ({ x, weight }) => conv2d(x, weight)),
  graphCase('conv2d, padding', image, ({ x, weight }) => conv2d(x, weight, { padding: 1 })),
  graphCase('conv2d, padding per side', image, ({ x, weight }) =>
    conv2d(x, weight, {
      padding: [
        [2, 0],
        [0, 1],
      ],
    }),
  ),
  graphCase('conv2d, stride 2', image, ({ x, weight }) => conv2d(x, weight, { strides: 2, padding: 1 })),
  graphCase('conv2d, stride 2, rows left over', { x: [1, 2, 6, 8], weight: [3, 2, 3, 3] }, ({ x, weight }) =>
    conv2d(x, weight, { strides: 2 }),
  ),
  graphCase(
    'conv2d, strides per axis, even kernel',
    { x: [1, 2, 6, 7], weight: [3, 2, 2, 4] },
    ({ x, weight }) =>
      conv2d(x, weight, {
        strides: [1, 3],
        padding: [
          [0, 1],
          [1, 2],
        ],
      }),
  ),
  graphCase('conv2d, dilation', { x: [2, 2, 7, 7], weight: [2, 2, 3, 2] }, ({ x, weight }) =>
    conv2d(x, weight, { dilation: [2, 3], padding: 1 }),
  ),
  graphCase('conv2d, stride and dilation', { x: [1, 2, 8, 9], weight: [2, 2, 3, 3] }, ({ x, weight }) =>
    conv2d(x, weight, { strides: 2, dilation: 2, padding: 2 }),
  ),
  graphCase('conv2d, groups', { x: [2, 4, 4, 4], weight: [6, 2, 3, 3] }, ({ x, weight }) =>
    conv2d(x, weight, { groups: 2, padding: 1 }),
  ),
  graphCase('conv2d, depthwise', { x: [2, 3, 5, 5], weight: [3, 1, 3, 3] }, ({ x, weight }) =>
    conv2d(x, weight, { groups: 3, padding: 1 }),
  ),
  graphCase('conv2d, depthwise, stride 2', { x: [2, 3, 5, 5], weight: [3, 1, 3, 3] }, ({ x, weight }) =>
    conv2d(x, weight, { groups: 3, padding: 1, strides: 2 }),
  ),
  graphCase('conv2d, depthwise with multiplier', { x: [1, 2, 4, 4], weight: [4, 1, 3, 3] }, ({ x, weight }) =>
    conv2d(x, weight, { groups: 2, padding: 1 }),
  ),
  graphCase('conv2d, 1×1', { x: [2, 3, 4, 5], weight: [4, 3, 1, 1] }, ({ x, weight }) => conv2d(x, weight)),
  graphCase('conv2d, 1×1, stride 2', { x: [2, 3, 4, 5], weight: [4, 3, 1, 1] }, ({ x, weight }) =>
    conv2d(x, weight, { strides: 2 }),
  ),
  graphCase('conv2d, patches', { x: [2, 2, 4, 6], weight: [3, 2, 2, 2] }, ({ x, weight }) =>
    conv2d(x, weight, { strides: 2 }),
  ),
  graphCase('conv2d, large padding', { x: [1, 1, 3, 3], weight: [2, 1, 2, 2] }, ({ x, weight }) =>
    conv2d(x, weight, { padding: 3 }),
  ),
  graphCase('conv2d, padding beyond the kernel', { x: [1, 2, 1, 2], weight: [2, 2, 1, 2] }, ({ x, weight }) =>
    conv2d(x, weight, { padding: 2, strides: 2 }),
  ),
  graphCase('conv2d, one pixel', { x: [1, 2, 1, 1], weight: [3, 2, 3, 3] }, ({ x, weight }) =>
    conv2d(x, weight, { padding: 1 }),
  ),
  graphCase('conv2d, whole image', { x: [2, 2, 3, 4], weight: [3, 2, 3, 4] }, ({ x, weight }) =>
    conv2d(x, weight),
  ),
  graphCase(
    'conv2d, gradient of the weight only',
    { x: held([2, 2, 4, 4]), weight: [3, 2, 3, 3] },
    ({ x, weight }) => conv2d(x, weight, { padding: 1 }),
  ),
  graphCase('conv2d, twice with relu', { x: [1, 2, 6, 6], a: [3, 2, 3, 3], b: [2, 3, 3, 3] }, ({ x, a, b }) =>
    conv2d(conv2d(x, a, { padding: 1 }).relu(), b, { padding: 1, strides: 2 }),
  ),
  graphCase('convTranspose2d', { y: [2, 4, 3, 4], weight: [4, 3, 3, 3] }, ({ y, weight }) =>
    convTranspose2d(y, weight),
  ),
  graphCase('convTranspose2d, stride 2', { y: [1, 3, 3, 3], weight: [3, 2, 3, 3] }, ({ y, weight }) =>
    convTranspose2d(y, weight, { strides: 2, padding: 1, outputPadding: [1, 0] }),
  ),
  graphCase('convTranspose2d, dilation', { y: [1, 2, 3, 3], weight: [2, 2, 2, 3] }, ({ y, weight }) =>
    convTranspose2d(y, weight, {
      strides: [2, 1],
      dilation: [1, 2],
      padding: [
        [0, 1],
        [2, 1],
      ],
    }),
  ),
  graphCase('convTranspose2d, groups', { y: [1, 4, 3, 3], weight: [4, 3, 2, 2] }, ({ y, weight }) =>
    convTranspose2d(y, weight, { groups: 2, strides: 2 }),
  ),
  graphCase(
    'convTranspose2d, padding beyond the kernel',
    { y: [1, 2, 3, 3], weight: [2, 2, 1, 2] },
    ({ y, weight }) => convTranspose2d(y, weight, { strides: 3, padding: 2, outputPadding: [2, 0] }),
  ),
  graphCase(
    'convTranspose2d, more output padding than padding',
    { y: [1, 2, 2, 2], weight: [2, 2, 2, 2] },
    ({ y, weight }) => convTranspose2d(y, weight, { strides: 3, outputPadding: 2 }),
  ),
  graphCase('linear', { x: [2, 3], weight: [4, 3], bias: [4] }, ({ x, weight, bias }) =>
    linear(x, weight, bias),
  ),
  graphCase('linear, more axes, no bias', { x: [2, 3, 4], weight: [2, 4] }, ({ x, weight }) =>
    linear(x, weight),
  ),
  graphCase('linear, vector', { x: [3], weight: [2, 3], bias: [2] }, ({ x, weight, bias }) =>
    linear(x, weight, bias),
  ),

  unaryCase('avgPool2d', [2, 2, 4, 6], (x) => avgPool2d(x, { window: 2 })),
  unaryCase('avgPool2d, rows left over', [1, 2, 5, 7], (x) => avgPool2d(x, { window: [2, 3] })),
  unaryCase('avgPool2d, overlapping, padded', [1, 2, 5, 6], (x) =>
    avgPool2d(x, { window: 3, strides: 2, padding: 1 }),
  ),
  unaryCase('avgPool2d, strides without overlap', [1, 1, 5, 5], (x) =>
    avgPool2d(x, { window: 1, strides: 2 }),
  ),
  unaryCase('maxPool2d', [2, 2, 4, 6], (x) => maxPool2d(x, { window: 2 })),
  unaryCase('maxPool2d, overlapping, padded', [1, 2, 5, 6], (x) =>
    maxPool2d(x, {
      window: 3,
      strides: 2,
      padding: [
        [1, 0],
        [1, 1],
      ],
    }),
  ),
  unaryCase('maxPool2d, padded tiles', [1, 2, 3, 5], (x) =>
    maxPool2d(x, {
      window: 2,
      padding: [
        [1, 0],
        [0, 1],
      ],
    }),
  ),
  unaryCase(
    'maxPool2d, ties share',
    fixed([1, 1, 2, 4], [1, 1, 3, 2, 1, 1, 3, 3]),
    (x) => maxPool2d(x, { window: 2 }),
    { smooth: false },
  ),
  unaryCase('globalAveragePool', [2, 3, 3, 2], globalAveragePool),
  unaryCase('upsampleNearest', [1, 2, 2, 3], (x) => upsampleNearest(x, 2)),
  unaryCase('upsampleBilinear', [1, 2, 3, 2], (x) => upsampleBilinear(x, 2)),
  unaryCase('upsampleBilinear, factor 3, one row', [2, 1, 1, 3], (x) => upsampleBilinear(x, 3)),
  unaryCase('spaceToDepth', [2, 2, 4, 6], (x) => spaceToDepth(x, 2)),
  unaryCase('depthToSpace', [2, 8, 2, 3], (x) => depthToSpace(x, 2)),
  graphCase(
    'bilinearSample',
    { image: [2, 3, 4, 5], points: uniform([2, 4, 2], 0.6, 3.4) },
    ({ image, points }) => bilinearSample(image, points),
  ),
  graphCase(
    'bilinearSample, outside',
    { image: [1, 2, 3, 4], points: fixed([1, 4, 2], [-1, 1.2, 9, 1.7, 2.2, -3, 0.2, 2.9]) },
    ({ image, points }) => bilinearSample(image, points),
  ),
  graphCase(
    'bilinearSample, one pixel',
    { image: [1, 2, 1, 1], points: fixed([1, 2, 2], [0.4, 0.6, 3, -2]) },
    ({ image, points }) => bilinearSample(image, points),
  ),
  graphCase(
    'bilinearSample, on centres and at the border',
    { image: [1, 1, 3, 3], points: fixed([1, 3, 2], [0.5, 0.5, 1.5, 2.5, 2.5, 2.5]) },
    ({ image, points }) => bilinearSample(image, points),
    { smooth: false },
  ),
];
