import { product } from '../tensor.js';
import { alignFactors, arrange } from './arrange.js';
import type { FactorKey } from './arrange.js';
import { elementwise } from './elementwise.js';
import type { Emitter, Stored } from './emitter.js';
import { reduceView } from './reduction.js';
import { expandView, storedSize, viewType } from './view.js';
import type { View } from './view.js';

/**
 * sum(x · y) over the last axis of their common shape. jax-js writes every matrix product and every gradient
 * of one this way, with repetitions in place of missing axes; here each factor is sorted into batch, rows,
 * columns or the sum, and one matrix product computes the result in an order that needs the fewest copies.
 */
export function contract(emitter: Emitter, x: View, y: View, shape: readonly number[]): View {
  const last = shape.length - 1;
  const type = viewType(x);
  const [a, b] = alignFactors(emitter, [expandView(x, shape), expandView(y, shape)]) as [View, View];
  const keysOf = (view: View): FactorKey[] =>
    view.axes.flatMap((factors, axis) => factors.map((_, index): FactorKey => [axis, index]));
  // What only one operand has of the summed axis is summed there first; what neither has only counts.
  const alone = (view: View, other: View): boolean =>
    view.axes[last]!.some((f, i) => f.axis >= 0 && other.axes[last]![i]!.axis < 0);
  if (alone(a, b) || alone(b, a) || a.axes[last]!.some((f, i) => f.axis < 0 && b.axes[last]![i]!.axis < 0)) {
    return contractPartly(emitter, a, b, shape);
  }
  const kind = ([axis, index]: FactorKey): 'sum' | 'batch' | 'rows' | 'columns' | 'repeat' => {
    const inA = a.axes[axis]![index]!.axis >= 0;
    const inB = b.axes[axis]![index]!.axis >= 0;
    if (axis === last) return 'sum';
    return inA ? (inB ? 'batch' : 'rows') : inB ? 'columns' : 'repeat';
  };
  const keys = keysOf(a);
  const of = (wanted: string): FactorKey[] => keys.filter((key) => kind(key) === wanted);
  if (of('sum').length > 0 && of('rows').length === 0 && of('columns').length === 0)
    return multiplyAndSum(emitter, a, b, shape);
  // Orders: shared factors follow the larger operand, the others their own.
  const inOrderOf = (view: View, list: FactorKey[]): FactorKey[] =>
    list.sort((p, q) => view.axes[p[0]]![p[1]]!.axis - view.axes[q[0]]![q[1]]!.axis);
  const lead = storedSize(a) >= storedSize(b) ? a : b;
  const batch = inOrderOf(lead, of('batch'));
  const sum = inOrderOf(lead, of('sum'));
  const rows = inOrderOf(a, of('rows'));
  const columns = inOrderOf(b, of('columns'));
  const size = (list: readonly FactorKey[]): number =>
    product(list.map(([axis, index]) => a.axes[axis]![index]!.size));
  const [B, M, N, K] = [size(batch), size(rows), size(columns), size(sum)];
  const isStored = (view: View, order: readonly FactorKey[]): boolean =>
    order.every(([axis, index], i) => view.axes[axis]![index]!.axis === i);
  let stored: Stored;
  if (batch.length === 0) {
    const transA = !isStored(a, [...rows, ...sum]) && isStored(a, [...sum, ...rows]);
    const transB = isStored(b, [...columns, ...sum]) && !isStored(b, [...sum, ...columns]);
    const left = emitter.reshape(
      arrange(emitter, a, transA ? [...sum, ...rows] : [...rows, ...sum]),
      transA ? [K, M] : [M, K],
    );
    const right = emitter.reshape(
      arrange(emitter, b, transB ? [...columns, ...sum] : [...sum, ...columns]),
      transB ? [N, K] : [K, N],
    );
    stored = emitter.emit('Gemm', [left, right], [M, N], type, {
      ...(transA ? { transA: { int: 1 } } : {}),
      ...(transB ? { transB: { int: 1 } } : {}),
    });
  } else {
    const left = emitter.reshape(arrange(emitter, a, [...batch, ...rows, ...sum]), [B, M, K]);
    const right = emitter.reshape(arrange(emitter, b, [...batch, ...sum, ...columns]), [B, K, N]);
    stored = emitter.emit('MatMul', [left, right], [B, M, N], type);
  }
  const order = [...batch, ...rows, ...columns];
  return {
    stored,
    dims: order.map(([axis, index]) => a.axes[axis]![index]!.size),
    axes: a.axes.slice(0, last).map((factors, axis) =>
      factors.map((f, index) => ({
        size: f.size,
        axis: order.findIndex((key) => key[0] === axis && key[1] === index),
      })),
    ),
  };
}

function multiplyAndSum(emitter: Emitter, a: View, b: View, shape: readonly number[]): View {
  const type = viewType(a);
  const multiplied = elementwise(emitter, shape, [a, b], type, (inputs, dims) =>
    emitter.emit('Mul', inputs, dims, type),
  );
  return reduceView(emitter, multiplied, 'Add', [shape.length - 1]);
}

/** A contraction whose summed axis is missing in part from an operand. */
function contractPartly(emitter: Emitter, a: View, b: View, shape: readonly number[]): View {
  const last = shape.length - 1;
  const type = viewType(a);
  const factors = a.axes[last]!;
  // The summed axis is dealt out to one logical axis per factor, each then summed where it is.
  const split = (view: View): View => ({
    ...view,
    axes: [...view.axes.slice(0, last), ...view.axes[last]!.map((f) => [f])],
  });
  let left = split(a);
  let right = split(b);
  let scale = 1;
  const dropAxis = (view: View, axis: number): View => ({ ...view, axes: view.axes.toSpliced(axis, 1) });
  for (let i = factors.length - 1; i >= 0; i--) {
    const axis = last + i;
    const inA = left.axes[axis]![0]!.axis >= 0;
    const inB = right.axes[axis]![0]!.axis >= 0;
    if (inA && inB) continue;
    if (!inA && !inB) scale *= factors[i]!.size;
    left = inA ? reduceView(emitter, left, 'Add', [axis]) : dropAxis(left, axis);
    right = inB ? reduceView(emitter, right, 'Add', [axis]) : dropAxis(right, axis);
  }
  const join = (view: View): View => ({
    ...view,
    axes: [...view.axes.slice(0, last), view.axes.slice(last).flat()],
  });
  left = join(left);
  right = join(right);
  const remaining = left.axes[last]!.length > 0;
  const inner = product(left.axes[last]!.map((f) => f.size));
  let result: View;
  if (remaining) {
    result = contract(emitter, left, right, [...shape.slice(0, last), inner]);
  } else {
    const flat = (view: View): View => ({ ...view, axes: view.axes.slice(0, last) });
    result = elementwise(emitter, shape.slice(0, last), [flat(left), flat(right)], type, (inputs, dims) =>
      emitter.emit('Mul', inputs, dims, type),
    );
  }
  if (scale === 1) return result;
  return elementwise(
    emitter,
    shape.slice(0, last),
    [result, emitter.scalar(scale, type)],
    type,
    (inputs, dims) => emitter.emit('Mul', inputs, dims, type),
  );
}
