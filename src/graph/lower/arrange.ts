import { product } from '../tensor.js';
import { consecutiveRuns } from './emitter.js';
import type { Emitter, Stored } from './emitter.js';
import { commonFactors, contiguousView, refineAxis, viewShape } from './view.js';
import type { View } from './view.js';

/** A factor of a view: its logical axis and its place there, major first. */
export type FactorKey = readonly [axis: number, index: number];

/**
 * Brings a view's factors into a physical order.
 * @param order every factor of the view once; repetitions become axes of size 1
 * @returns a stored tensor with one axis per entry of `order`
 */
export function arrange(emitter: Emitter, view: View, order: readonly FactorKey[]): Stored {
  const factors = order.map(([axis, index]) => view.axes[axis]![index]!);
  const physical = factors.filter((f) => f.axis >= 0).map((f) => f.axis);
  const dims = factors.map((f) => (f.axis < 0 ? 1 : f.size));
  // A reversal copies what lies inside the reversed axis at once, so it is done on the side where that is
  // more.
  const inside = (sizes: readonly number[], axis: number): number => product(sizes.slice(axis + 1));
  const reversed = [...factors.keys()].filter((i) => factors[i]!.flipped === true);
  const early = reversed.filter((i) => inside(view.dims, factors[i]!.axis) > inside(dims, i));
  const source = reverse(
    emitter,
    view.stored,
    view.dims,
    early.map((i) => factors[i]!.axis),
  );
  const moved = physical.every((axis, i) => axis === i)
    ? source
    : emitter.transpose(emitter.reshape(source, view.dims), physical);
  return emitter.reshape(
    reverse(
      emitter,
      moved,
      dims,
      reversed.filter((i) => !early.includes(i)),
    ),
    dims,
  );
}

/** Reverses physical axes; neighbours are reversed as one. */
function reverse(emitter: Emitter, value: Stored, dims: readonly number[], axes: readonly number[]): Stored {
  let current = value;
  for (const run of consecutiveRuns(axes.toSorted((a, b) => a - b))) {
    const size = product(run.map((axis) => dims[axis]!));
    const start = run[0]!;
    const grouped = [product(dims.slice(0, start)), size, product(dims.slice(run.at(-1)! + 1))];
    current = emitter.reverse(emitter.reshape(current, grouped), 1);
  }
  return current;
}

/** As {@link arrange}, with repetitions written out. */
export function arrangeWhole(emitter: Emitter, view: View, order: readonly FactorKey[]): Stored {
  const stored = arrange(emitter, view, order);
  const sizes = order.map(([axis, index]) => view.axes[axis]![index]!.size);
  if (stored.dims.join() === sizes.join()) return stored;
  return emitter.emit('Expand', [stored, emitter.int64(sizes)], sizes, stored.type);
}

/** The logical tensor in row-major order, repetitions written out. */
export function contiguous(emitter: Emitter, view: View): Stored {
  const keys = view.axes.flatMap((factors, axis) => factors.map((_, index): FactorKey => [axis, index]));
  return emitter.reshape(arrangeWhole(emitter, view, keys), viewShape(view));
}

/** The view after `contiguous`. */
export const contiguousCopy = (emitter: Emitter, view: View): View =>
  contiguousView(contiguous(emitter, view), viewShape(view));

/**
 * Refines views of one logical shape until their factors have equal sizes, writing out those whose boundaries
 * cross.
 */
export function alignFactors(emitter: Emitter, views: readonly View[]): View[] {
  let current = [...views];
  const rank = views[0]!.axes.length;
  for (let axis = 0; axis < rank; axis++) {
    let sizes = commonFactors(current, axis);
    if (sizes === undefined) {
      current = current.map((view) => (view.axes[axis]!.length > 1 ? contiguousCopy(emitter, view) : view));
      sizes = commonFactors(current, axis)!;
    }
    current = current.map((view) => {
      const factors = view.axes[axis]!;
      // Several axes of one view can only be refined one after the other, each on the last result.
      const refined = refineAxis(view, axis, sizes);
      if (refined === undefined)
        throw new Error(
          `lower: internal: factors ${factors.map((f) => f.size).join('·')} do not refine to ${sizes.join('·')}.`,
        );
      return refined;
    });
  }
  return current;
}

/**
 * A view in which the given logical axes are each one physical axis, copying only when they are not already.
 */
export function soloAxes(emitter: Emitter, view: View, axes: readonly number[]): View {
  let current = view;
  for (const axis of axes) {
    const factors = current.axes[axis]!;
    if (factors.length === 1 && factors[0]!.axis >= 0 && factors[0]!.flipped !== true) continue;
    const adjacent =
      factors.length > 0 &&
      factors.every((f, i) => f.axis >= 0 && f.flipped !== true && f.axis === factors[0]!.axis + i);
    if (!adjacent) return soloCopy(emitter, view, axes);
    const first = factors[0]!.axis;
    const extra = factors.length - 1;
    const size = product(factors.map((f) => f.size));
    current = {
      ...current,
      dims: current.dims.toSpliced(first, extra + 1, size),
      axes: current.axes.map((others, i) =>
        i === axis
          ? [{ size, axis: first }]
          : others.map((f) => (f.axis > first ? { ...f, axis: f.axis - extra } : f)),
      ),
    };
  }
  return current;
}

/** A row-major copy in which the given axes are physical even where their size is 1. */
function soloCopy(emitter: Emitter, view: View, axes: readonly number[]): View {
  const stored = contiguous(emitter, view);
  const shape = viewShape(view);
  const kept = shape.map((size, axis) => size !== 1 || axes.includes(axis));
  let next = 0;
  return {
    stored,
    dims: shape.filter((_, axis) => kept[axis]),
    axes: shape.map((size, axis) => (kept[axis] === true ? [{ size, axis: next++ }] : [])),
  };
}
