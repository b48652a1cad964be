import { product } from '../tensor.js';
import type { TensorType } from '../tensor.js';
import type { Stored } from './emitter.js';

/** A part of a logical axis: the physical axis that holds it, or −1 where the value repeats along it. */
export interface Factor {
  readonly size: number;
  readonly axis: number;
  /** Stored in reverse. */
  readonly flipped?: boolean;
}

/**
 * A logical tensor over a stored one: each logical axis is a product of factors, major to minor, each of
 * which is a physical axis or a repetition. Transposing, broadcasting and almost every reshape only change
 * this description; nothing moves until an operator needs another order. A blocked layout [N, C/16, H, W, 16]
 * is the view whose axis C has two factors.
 *
 * Invariants: no factor and no entry of `dims` is 1; every physical axis belongs to exactly one factor; the
 * product of `dims` is the number of stored elements (`stored.dims` may group them otherwise).
 */
export interface View {
  readonly stored: Stored;
  /** Physical axes, as finely split as the factors need. */
  readonly dims: readonly number[];
  readonly axes: readonly (readonly Factor[])[];
}

export const viewType = (view: View): TensorType => view.stored.type;
export const viewShape = (view: View): number[] =>
  view.axes.map((factors) => product(factors.map((f) => f.size)));
export const storedSize = (view: View): number => product(view.dims);

/** The view of a stored tensor in its own order. */
export function contiguousView(stored: Stored, shape: readonly number[] = stored.dims): View {
  let next = 0;
  const axes = shape.map((size) => (size === 1 ? [] : [{ size, axis: next++ }]));
  return { stored, dims: shape.filter((size) => size !== 1), axes };
}

export const transposeView = (view: View, order: readonly number[]): View => ({
  ...view,
  axes: order.map((axis) => view.axes[axis]!),
});

/** Reverses axes. */
export const flipView = (view: View, flipped: readonly number[]): View => ({
  ...view,
  axes: view.axes.map((factors, axis) =>
    flipped.includes(axis)
      ? factors.map((f) => (f.axis < 0 ? f : { ...f, flipped: f.flipped !== true }))
      : factors,
  ),
});

/** Adds leading axes and repeats axes of size 1 to reach `shape`. */
export function expandView(view: View, shape: readonly number[]): View {
  const missing = shape.length - view.axes.length;
  return {
    ...view,
    axes: shape.map((size, i) => {
      const factors = i < missing ? [] : view.axes[i - missing]!;
      return factors.length === 0 && size !== 1 ? [{ size, axis: -1 }] : factors;
    }),
  };
}

/** jax-js's broadcast: new axes at `added`; other axes of size 1 may grow as well. */
export function broadcastView(view: View, shape: readonly number[], added: readonly number[]): View {
  const kept: (readonly Factor[])[] = [...view.axes];
  const axes = shape.map((_, i) => (added.includes(i) ? [] : kept.shift()!));
  return expandView({ ...view, axes }, shape);
}

/** Splits one factor of a logical axis in two. */
function splitFactor(view: View, axis: number, index: number, outer: number): View {
  const factor = view.axes[axis]![index]!;
  const inner = factor.size / outer;
  if (factor.axis < 0) {
    const parts = [
      { size: outer, axis: -1 },
      { size: inner, axis: -1 },
    ];
    return { ...view, axes: view.axes.with(axis, view.axes[axis]!.toSpliced(index, 1, ...parts)) };
  }
  const at = factor.axis;
  const shift = (f: Factor): Factor => (f.axis > at ? { ...f, axis: f.axis + 1 } : f);
  // Reversed, a number has both its digits reversed.
  const parts = [
    { ...factor, size: outer, axis: at },
    { ...factor, size: inner, axis: at + 1 },
  ];
  const axes = view.axes.map((factors, i) =>
    i === axis
      ? [...factors.slice(0, index).map(shift), ...parts, ...factors.slice(index + 1).map(shift)]
      : factors.map(shift),
  );
  return { ...view, dims: view.dims.toSpliced(at, 1, outer, inner), axes };
}

/**
 * Splits the factors of a logical axis so that they have exactly these sizes, or undefined when boundaries
 * cross.
 */
export function refineAxis(view: View, axis: number, sizes: readonly number[]): View | undefined {
  let current = view;
  for (let i = 0; i < sizes.length; i++) {
    const factor = current.axes[axis]![i];
    if (factor === undefined) return undefined;
    if (factor.size === sizes[i]) continue;
    if (factor.size % sizes[i]! !== 0) return undefined;
    current = splitFactor(current, axis, i, sizes[i]!);
  }
  return current.axes[axis]!.length === sizes.length ? current : undefined;
}

/** The view under another logical shape, or undefined when that needs the elements in another order first. */
export function reshapeView(view: View, shape: readonly number[]): View | undefined {
  // All factors in one line, then dealt out to the new axes.
  let line: View = { ...view, axes: [view.axes.flat()] };
  const cuts: number[] = [];
  let position = 0;
  for (const size of shape) {
    let room = size;
    while (room > 1) {
      const factor = line.axes[0]![position];
      if (factor === undefined) return undefined;
      if (factor.size > room) {
        if (factor.size % room !== 0) return undefined;
        line = splitFactor(line, 0, position, room);
        room = 1;
      } else {
        if (room % factor.size !== 0) return undefined;
        room /= factor.size;
      }
      position++;
    }
    cuts.push(position);
  }
  return { ...line, axes: cuts.map((cut, i) => line.axes[0]!.slice(cuts[i - 1] ?? 0, cut)) };
}

/**
 * Factor sizes of one logical axis that divide those of all views, or undefined when their boundaries cross
 * (2·3 against 3·2). A repetition that spans the whole axis fits any division.
 */
export function commonFactors(views: readonly View[], axis: number): number[] | undefined {
  const boundaries = new Set<number>();
  for (const view of views) {
    const factors = view.axes[axis]!;
    if (factors.length === 1 && factors[0]!.axis < 0) continue;
    let inner = 1;
    for (const factor of factors.toReversed()) boundaries.add((inner *= factor.size));
  }
  const size = product(views[0]!.axes[axis]!.map((f) => f.size));
  if (size !== 1) boundaries.add(size);
  const sorted = [...boundaries].sort((a, b) => a - b);
  const sizes: number[] = [];
  let previous = 1;
  for (const boundary of sorted) {
    if (boundary % previous !== 0) return undefined;
    sizes.unshift(boundary / previous);
    previous = boundary;
  }
  return sizes;
}
