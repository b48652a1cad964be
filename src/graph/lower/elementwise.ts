import { product } from '../tensor.js';
import type { TensorType } from '../tensor.js';
import { alignFactors, arrange } from './arrange.js';
import type { FactorKey } from './arrange.js';
import type { Emitter, Stored } from './emitter.js';
import { expandView, storedSize, viewShape } from './view.js';
import type { View } from './view.js';

/** An operand: a view, or a stored scalar. */
export type Part = View | Stored;

const isView = (part: Part): part is View => 'stored' in part;

/**
 * Emits an elementwise operator over operands of any layouts. The largest operand's order is kept, others are
 * brought to it; axes along which all operands repeat stay repetitions.
 */
export function elementwise(
  emitter: Emitter,
  shape: readonly number[],
  parts: readonly Part[],
  type: TensorType,
  emit: (inputs: Stored[], dims: number[]) => Stored,
): View {
  const given = parts.filter(isView);
  const lead = given[0];
  // Operands that lie alike need no reshaping at all.
  if (lead !== undefined && liesLike(lead, shape) && given.every((view) => sameLayout(view, lead))) {
    const stored = emitter.register(
      emit(
        parts.map((part) => (isView(part) ? part.stored : part)),
        [...lead.stored.dims],
      ),
    );
    return { ...lead, stored };
  }
  const views = alignFactors(
    emitter,
    parts.filter(isView).map((view) => expandView(view, shape)),
  );
  const keys = commonOrder(views);
  const real = keys.filter(([axis, index]) => views.some((view) => view.axes[axis]![index]!.axis >= 0));
  // Neighbours that are real in the same operands become one axis: fewer and longer loops.
  const pattern = ([axis, index]: FactorKey): string =>
    views.map((view) => (view.axes[axis]![index]!.axis >= 0 ? 'x' : '.')).join('');
  const groups: FactorKey[][] = [];
  for (const key of real) {
    if (groups.length > 0 && pattern(groups.at(-1)![0]!) === pattern(key)) groups.at(-1)!.push(key);
    else groups.push([key]);
  }
  const size = ([axis, index]: FactorKey): number => views[0]!.axes[axis]![index]!.size;
  const dims = groups.map((group) => product(group.map(size)));
  let next = 0;
  const inputs = parts.map((part): Stored => {
    if (!isView(part)) return part;
    const view = views[next++]!;
    if (view.dims.length === 0 && view.stored.dims.length === 0) return view.stored;
    const stored = arrange(emitter, view, keys);
    return emitter.reshape(
      stored,
      groups.map((group, i) => (view.axes[group[0]![0]]![group[0]![1]]!.axis >= 0 ? dims[i]! : 1)),
    );
  });
  const stored = emitter.register(emit(inputs, dims));
  if (stored.type !== type)
    throw new Error(`lower: internal: ${stored.name} is ${stored.type}, expected ${type}.`);
  const at = new Map(real.map(([axis, index], i) => [`${axis},${index}`, i]));
  return {
    stored,
    dims: real.map(size),
    axes: (views[0]?.axes ?? []).map((factors, axis) =>
      factors.map((f, index) => ({ size: f.size, axis: at.get(`${axis},${index}`) ?? -1 })),
    ),
  };
}

/** Whether a view has the wanted shape and every factor is stored upright. */
const liesLike = (view: View, shape: readonly number[]): boolean =>
  view.axes.length === shape.length &&
  viewShape(view).every((size, axis) => size === shape[axis]) &&
  view.axes.flat().every((f) => f.axis >= 0 && f.flipped !== true);

const sameLayout = (a: View, b: View): boolean =>
  a === b ||
  (a.stored.dims.join() === b.stored.dims.join() &&
    a.dims.join() === b.dims.join() &&
    JSON.stringify(a.axes) === JSON.stringify(b.axes));

/**
 * One physical order of factors for aligned views: that of the largest; factors that it only repeats come
 * after the factor before them in logical order.
 */
export function commonOrder(views: readonly View[]): FactorKey[] {
  if (views.length === 0) return [];
  const lead = views.reduce((best, view) => (storedSize(view) > storedSize(best) ? view : best));
  const logical = lead.axes.flatMap((factors, axis) => factors.map((_, index): FactorKey => [axis, index]));
  const order = logical
    .filter(([axis, index]) => lead.axes[axis]![index]!.axis >= 0)
    .sort((a, b) => lead.axes[a[0]]![a[1]]!.axis - lead.axes[b[0]]![b[1]]!.axis);
  logical.forEach((key, i) => {
    if (order.includes(key)) return;
    const before = logical[i - 1];
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, key);
  });
  return order;
}
