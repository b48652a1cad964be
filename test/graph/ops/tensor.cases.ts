import { constantLike } from '../../../src/graph/ops/constants.js';
import { concat, full, ones, stack, where, zeros } from '../../../src/graph/tensor.js';
import { gradientReversal } from '../../../src/graph/gradient.js';
import { fixed, graphCase, held, integers, unaryCase, uniform } from './graph-case.js';
import type { GraphCase } from './graph-case.js';

const ab = { a: [2, 3], b: [2, 3] };
const wide = { a: [2, 1, 3], b: [4, 1] };

/** Every method of Tensor and every function beside it. */
export const tensorCases: readonly GraphCase[] = [
  graphCase('add', ab, ({ a, b }) => a.add(b)),
  graphCase('add, broadcast both ways', wide, ({ a, b }) => a.add(b)),
  graphCase('add, scalar tensor', { a: [2, 3], b: [] }, ({ a, b }) => a.add(b)),
  unaryCase('add, number', [3], (x) => x.add(1.5)),
  graphCase('sub, broadcast', wide, ({ a, b }) => a.sub(b)),
  graphCase('mul, broadcast', wide, ({ a, b }) => a.mul(b)),
  unaryCase('mul, itself', [3], (x) => x.mul(x)),
  graphCase('div, broadcast', { a: [2, 1, 3], b: uniform([4, 1], 0.5, 2) }, ({ a, b }) => a.div(b)),
  unaryCase('div, number', [3], (x) => x.div(3)),
  graphCase('maximum', ab, ({ a, b }) => a.maximum(b)),
  graphCase(
    'maximum, ties',
    { a: fixed([3], [1, 0, 2]), b: fixed([3], [1, 0, 3]) },
    ({ a, b }) => a.maximum(b),
    { smooth: false },
  ),
  graphCase('minimum, broadcast', wide, ({ a, b }) => a.minimum(b)),
  graphCase(
    'minimum, ties',
    { a: fixed([3], [1, 0, 2]), b: fixed([3], [1, 0, 3]) },
    ({ a, b }) => a.minimum(b),
    { smooth: false },
  ),
  unaryCase('clamp', [9], (x) => x.clamp(-0.5, 0.7)),
  graphCase(
    'comparisons',
    { a: held(fixed([3], [1, 2, 3])), b: held(fixed([3], [2, 2, 2])) },
    ({ a, b }) => ({
      less: a.less(b).cast('int32'),
      lessEqual: a.lessEqual(b).cast('int32'),
      greater: a.greater(b).cast('int32'),
      greaterEqual: a.greaterEqual(b).cast('int32'),
      equal: a.equal(b).cast('int32'),
      notEqual: a.notEqual(2).cast('int32'),
    }),
  ),
  graphCase('logic', { a: held([4]), b: held([4]) }, ({ a, b }) => ({
    and: a.less(0.3).and(b.less(0)).cast(a.type),
    or: a.less(0).or(b.less(0)).cast('int32'),
    not: a.less(0).not().cast('int32'),
  })),
  unaryCase('neg', [3], (x) => x.neg()),
  unaryCase('reciprocal', uniform([4], 0.5, 2), (x) => x.reciprocal()),
  unaryCase('square', [4], (x) => x.square()),
  unaryCase('sqrt', uniform([4], 0.5, 2), (x) => x.sqrt()),
  unaryCase('exp', [4], (x) => x.exp()),
  unaryCase('log', uniform([4], 0.5, 2), (x) => x.log()),
  unaryCase('sin', [4], (x) => x.sin()),
  unaryCase('cos', [4], (x) => x.cos()),
  unaryCase('asin', uniform([4], -0.9, 0.9), (x) => x.asin()),
  unaryCase('atan', [4], (x) => x.atan()),
  // The reference backend computes erf by a polynomial that is good to 1e-7 (Abramowitz and Stegun 1964,
  // 7.1.26).
  unaryCase('erf', [4], (x) => x.erf(), { tolerance: 1e-4 }),
  unaryCase('floor and ceil', held([2, 5]), (x) => ({ floor: x.mul(3).floor(), ceil: x.mul(3).ceil() })),
  unaryCase('floor, gradient zero', [5], (x) => x.mul(3).floor().add(x)),
  unaryCase('abs', [5], (x) => x.abs()),
  unaryCase('abs, at zero', fixed([3], [0, 1, -1]), (x) => x.abs(), { smooth: false }),
  unaryCase('relu', [6], (x) => x.relu()),
  unaryCase('relu, at zero', fixed([3], [0, 1, -1]), (x) => x.relu(), { smooth: false }),
  unaryCase('sigmoid', [6], (x) => x.sigmoid()),
  unaryCase('sigmoid, at zero and far out', fixed([5], [0, 40, -40, 6, -6]), (x) => x.sigmoid()),
  unaryCase('tanh', [6], (x) => x.tanh()),
  unaryCase('stopGradient', [3], (x) => x.mul(x.stopGradient()), { smooth: false }),
  unaryCase('gradientReversal', [3], (x) => gradientReversal(x, 0.5).square(), { smooth: false }),
  unaryCase('cast', held(uniform([6], -3, 3)), (x) => ({
    int32: x.cast('int32'),
    back: x.cast('int32').cast(x.type),
    bool: x.greater(0).cast(x.type),
  })),
  graphCase('integers', { i: integers([2, 3], 10), j: integers([3], 10) }, ({ i, j }) => ({
    add: i.add(j),
    sub: i.sub(3),
    mul: i.mul(j),
    minimum: i.minimum(5),
    maximum: i.maximum(j),
    equal: i.equal(j).cast('int32'),
    sum: i.sum(1),
    max: i.max(0),
    neg: j.neg(),
    chosen: where(i.less(j), i, j),
  })),

  unaryCase('sum, all', [2, 3], (x) => x.sum()),
  unaryCase('sum, axes kept', [2, 3, 4], (x) => ({ a: x.sum([0, -1], true), b: x.sum(1), c: x.sum([1, 2]) })),
  unaryCase('sum, axis of size 1', [2, 1, 3], (x) => ({ a: x.sum(1), b: x.sum([0, 1]), c: x.sum([]) })),
  unaryCase('mean', [2, 3, 4], (x) => ({ a: x.mean(), b: x.mean([0, 2], true), c: x.mean(-1) })),
  unaryCase('max', [3, 4, 2], (x) => ({ a: x.max(), b: x.max([0, 2], true), c: x.max(-2) })),
  unaryCase('max, ties share', fixed([2, 3], [1, 1, 0, 2, 2, 2]), (x) => x.max(1), { smooth: false }),
  unaryCase('min', [3, 4, 2], (x) => ({ a: x.min(), b: x.min([0, 2], true), c: x.min(1) })),
  unaryCase('reshape', [2, 6], (x) => ({
    a: x.reshape([3, 4]),
    b: x.reshape([-1]),
    c: x.reshape([2, 1, -1, 3, 1]),
  })),
  unaryCase('reshape, to and from a scalar', [1, 1], (x) => ({
    a: x.reshape([]),
    b: x.reshape([]).reshape([1]),
  })),
  unaryCase('transpose', [2, 3, 4], (x) => ({
    a: x.transpose([2, 0, 1]),
    b: x.transpose([0, 2, 1]),
    c: x.transpose([2, 1, 0]).exp(),
  })),
  unaryCase('transpose then reshape', [2, 3, 4], (x) =>
    x.transpose([1, 2, 0]).reshape([6, 4]).transpose([1, 0]),
  ),
  unaryCase('unsqueeze', [2, 3], (x) => ({ a: x.unsqueeze(0), b: x.unsqueeze(-1), c: x.unsqueeze(1) })),
  unaryCase('expand', [2, 1, 3], (x) => ({
    a: x.expand([2, 4, 3]),
    b: x.expand([3, 2, 1, 3]),
    c: x.expand([5, 2, 2, 3]),
  })),
  unaryCase('expand, scalar', [], (x) => x.expand([2, 3]).mul(2)),
  unaryCase('slice', [3, 5], (x) => ({
    a: x.slice(1, 1, 4),
    b: x.slice(-2, 2, 3),
    c: x.slice(0, 0, 2).slice(1, 4, 5),
  })),
  unaryCase('at', [3, 4], (x) => ({ a: x.at(0, 1), b: x.at(-1, -1) })),
  unaryCase('flip', [2, 3, 2], (x) => ({ a: x.flip(1), b: x.flip([0, -1]) })),
  unaryCase('pad', [2, 3], (x) =>
    x.pad([
      [1, 0],
      [0, 2],
    ]),
  ),
  unaryCase('pad, several axes of an image', [1, 2, 3, 3], (x) =>
    x
      .pad([
        [0, 0],
        [0, 0],
        [1, 1],
        [2, 1],
      ])
      .square(),
  ),
  graphCase('take', { x: [2, 4, 3], i: integers([5], 4) }, ({ x, i }) => x.take(i, 1)),
  graphCase('take, first axis, matrix of indices', { x: [4, 3], i: integers([2, 3], 4) }, ({ x, i }) =>
    x.take(i, 0),
  ),
  graphCase('take, last axis', { x: [2, 4], i: integers([3], 4) }, ({ x, i }) => x.take(i, -1)),
  graphCase('matmul', { a: [2, 3], b: [3, 4] }, ({ a, b }) => a.matmul(b)),
  graphCase('matmul, batch', { a: [2, 2, 3], b: [2, 3, 2] }, ({ a, b }) => a.matmul(b)),
  graphCase('matmul, shared right', { a: [2, 2, 2, 3], b: [3, 4] }, ({ a, b }) => a.matmul(b)),
  graphCase('matmul, shared left', { a: [2, 3], b: [2, 2, 3, 2] }, ({ a, b }) => a.matmul(b)),
  graphCase('matmul, batch broadcast both ways', { a: [3, 1, 2, 3], b: [2, 3, 2] }, ({ a, b }) =>
    a.matmul(b),
  ),
  graphCase('matmul, row and column', { a: [1, 3], b: [3, 1] }, ({ a, b }) => ({
    inner: a.matmul(b),
    outer: b.matmul(a),
  })),
  graphCase('matmul, transposed operands', { a: [3, 2], b: [4, 3] }, ({ a, b }) =>
    a.transpose([1, 0]).matmul(b.transpose([1, 0])),
  ),
  graphCase('matmul, one operand twice', { a: [3, 3] }, ({ a }) => a.matmul(a)),
  graphCase('matmul, inner size 1', { a: [2, 1], b: [1, 3] }, ({ a, b }) => a.matmul(b)),
  graphCase('where', { x: [2, 3], y: [3] }, ({ x, y }) => where(x.less(0.2), x.mul(2), y.exp())),
  graphCase('where, broadcast condition', { c: held([2, 1]), x: [2, 3] }, ({ c, x }) =>
    where(c.less(0), x, 0.25),
  ),
  graphCase('concat', { x: [2, 3], y: [2, 1], z: [2, 2] }, ({ x, y, z }) => concat([x, y, x, z], 1)),
  graphCase('stack', { x: [2, 3], y: [2, 3] }, ({ x, y }) => ({
    first: stack([x, y]),
    last: stack([x, y, x], -1),
  })),
  unaryCase('constant', [2, 3], (x) =>
    x
      .mul(constantLike(x, Float64Array.of(1, -2, 3), [3]))
      .add(constantLike(x, Float64Array.of(4, 5), [2, 1])),
  ),
  unaryCase('full, ones, zeros', [2, 2], (x) =>
    x
      .mul(full([2], 3, x.type))
      .add(ones([2, 2], x.type))
      .sub(zeros([1], x.type)),
  ),
];
