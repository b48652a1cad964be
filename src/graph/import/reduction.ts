import { product } from '../tensor.js';
import type { Tensor } from '../tensor.js';
import { axisOf } from './call.js';
import type { Call, Operator, OperatorTable } from './call.js';
import { euclideanNorm } from './normalization.js';
import { hostValue } from './value.js';
import type { HostValue } from './value.js';

type Reduce = (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor;

/** Reductions along axes. */
export const reductionOperators: OperatorTable = {
  ReduceSum: reduction(
    (x, axes, keep) => x.sum(axes, keep),
    (a, b) => a + b,
    0,
  ),
  ReduceMean: reduction((x, axes, keep) => x.mean(axes, keep)),
  ReduceMax: reduction((x, axes, keep) => x.max(axes, keep), Math.max, -Infinity),
  ReduceMin: reduction((x, axes, keep) => x.min(axes, keep), Math.min, Infinity),
  ReduceProd: reduction(
    () => {
      throw new Error("products of values that depend on the network's inputs are not computed");
    },
    (a, b) => a * b,
    1,
  ),
  ReduceL1: reduction((x, axes, keep) => x.abs().sum(axes, keep)),
  ReduceL2: reduction(euclideanNorm),
  ReduceSumSquare: reduction((x, axes, keep) => x.square().sum(axes, keep)),
  ReduceLogSum: reduction((x, axes, keep) => x.sum(axes, keep).log()),
  ReduceLogSumExp: reduction((x, axes, keep) => {
    const top = x.max(axes, true).stopGradient();
    const sum = x.sub(top).exp().sum(axes, true).log().add(top);
    return keep ? sum : sum.reshape(x.shape.filter((_, axis) => !axes.includes(axis)));
  }),
};

function reduction(apply: Reduce, fold?: (a: number, b: number) => number, start?: number): Operator {
  const run = (call: Call): Tensor => {
    const x = call.tensor(0);
    return apply(x, axesOf(call, x.rank), keeps(call));
  };
  const host = fold === undefined ? {} : { host: (call: Call) => foldAxes(call, fold, start!) };
  return { run, hostInputs: [1], ...host };
}

const keeps = (call: Call): boolean => call.attributes.int('keepdims') !== 0;

/** Axes move from an attribute to an input with operator set 13 (sums) or 18; none given means all. */
function axesOf(call: Call, rank: number): number[] {
  const axes = call.list(1, 'axes') ?? [];
  if (axes.length > 0) return axes.map((axis) => axisOf(axis, rank));
  return call.attributes.int('noop_with_empty_axes') === 1 ? [] : [...Array(rank).keys()];
}

function foldAxes(call: Call, fold: (a: number, b: number) => number, start: number): HostValue {
  const x = call.host(0);
  const axes = axesOf(call, x.rank);
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const values = Array<number>(product(kept)).fill(start);
  x.data.forEach((value, i) => {
    let rest = i;
    let at = 0;
    let step = 1;
    for (let axis = x.rank - 1; axis >= 0; axis--) {
      if (!axes.includes(axis)) at += (rest % x.shape[axis]!) * step;
      rest = Math.floor(rest / x.shape[axis]!);
      step *= kept[axis]!;
    }
    values[at] = fold(values[at]!, value);
  });
  return hostValue(x.type, keeps(call) ? kept : x.shape.filter((_, axis) => !axes.includes(axis)), values);
}
