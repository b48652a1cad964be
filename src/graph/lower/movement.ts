import { arrange, contiguous, contiguousCopy, soloAxes } from './arrange.js';
import { commonOrder } from './elementwise.js';
import type { Emitter, Stored } from './emitter.js';
import { contiguousView, flipView, reshapeView, viewShape, viewType } from './view.js';
import type { Factor, View } from './view.js';

/**
 * The same elements under another shape; copies only when a new axis would need parts of two old ones out of
 * order.
 */
export function reshape(emitter: Emitter, view: View, shape: readonly number[]): View {
  return reshapeView(view, shape) ?? contiguousView(emitter.reshape(contiguous(emitter, view), shape));
}

/** The part `[start, end)` of each axis. */
export function shrink(emitter: Emitter, view: View, ranges: readonly (readonly [number, number])[]): View {
  const shape = viewShape(view);
  const mirrored = flippedAxes(view);
  if (mirrored.length > 0) {
    const upright = shrink(
      emitter,
      flipView(view, mirrored),
      ranges.map(([start, end], axis) =>
        mirrored.includes(axis)
          ? ([shape[axis]! - end, shape[axis]! - start] as const)
          : ([start, end] as const),
      ),
    );
    return flipView(upright, mirrored);
  }
  const cut = ranges.flatMap(([start, end], axis) => (start !== 0 || end !== shape[axis] ? [axis] : []));
  // A repetition is cut by repeating less.
  const repeated = cut.filter((axis) => view.axes[axis]!.every((f) => f.axis < 0));
  const resized: View = {
    ...view,
    axes: view.axes.map((factors, axis) =>
      repeated.includes(axis) ? sized(ranges[axis]![1] - ranges[axis]![0]) : factors,
    ),
  };
  const axes = cut.filter((axis) => !repeated.includes(axis));
  if (axes.length === 0) return resized;
  const solo = soloAxes(emitter, resized, axes);
  const physical = axes.map((axis) => solo.axes[axis]![0]!.axis);
  const starts = axes.map((axis) => ranges[axis]![0]);
  const ends = axes.map((axis) => ranges[axis]![1]);
  const dims = [...solo.dims];
  physical.forEach((axis, i) => {
    dims[axis] = ends[i]! - starts[i]!;
  });
  const stored = emitter.emit(
    'Slice',
    [
      emitter.reshape(solo.stored, solo.dims),
      emitter.int64(starts),
      emitter.int64(ends),
      emitter.int64(physical),
    ],
    dims,
    viewType(view),
  );
  return withDims(solo, stored, dims);
}

const sized = (size: number): Factor[] => (size === 1 ? [] : [{ size, axis: -1 }]);

/**
 * Axes stored wholly in reverse: cutting and padding such an axis is the mirror image of doing it upright.
 */
const flippedAxes = (view: View): number[] =>
  [...view.axes.keys()].filter(
    (axis) => view.axes[axis]!.length > 0 && view.axes[axis]!.every((f) => f.flipped === true),
  );

/** Every `step`-th element of an axis, from the first. */
export function stride(emitter: Emitter, view: View, axis: number, step: number): View {
  const solo = soloAxes(emitter, view, [axis]);
  const physical = solo.axes[axis]![0]!.axis;
  const size = solo.dims[physical]!;
  const dims = solo.dims.with(physical, Math.ceil(size / step));
  const stored = emitter.emit(
    'Slice',
    [
      emitter.reshape(solo.stored, solo.dims),
      emitter.int64([0]),
      emitter.int64([size]),
      emitter.int64([physical]),
      emitter.int64([step]),
    ],
    dims,
    viewType(view),
  );
  return withDims(solo, stored, dims);
}

/** Zeros before and after each axis; negative widths crop. */
export function pad(emitter: Emitter, view: View, widths: readonly (readonly [number, number])[]): View {
  const shape = viewShape(view);
  const mirrored = flippedAxes(view);
  if (mirrored.length > 0) {
    const upright = pad(
      emitter,
      flipView(view, mirrored),
      widths.map(([before, after], axis) =>
        mirrored.includes(axis) ? ([after, before] as const) : ([before, after] as const),
      ),
    );
    return flipView(upright, mirrored);
  }
  const cropped = shrink(
    emitter,
    view,
    widths.map(
      ([before, after], axis) => [Math.max(0, -before), shape[axis]! - Math.max(0, -after)] as const,
    ),
  );
  const axes = widths.flatMap(([before, after], axis) => (before > 0 || after > 0 ? [axis] : []));
  if (axes.length === 0) return cropped;
  if (viewType(view) === 'bool') {
    const padded = pad(
      emitter,
      { ...cropped, stored: emitter.cast(cropped.stored, 'int32') },
      widths.map(([a, b]) => [Math.max(0, a), Math.max(0, b)] as const),
    );
    return { ...padded, stored: emitter.cast(padded.stored, 'bool') };
  }
  const solo = soloAxes(emitter, cropped, axes);
  const rank = solo.dims.length;
  const pads = new Array<number>(2 * rank).fill(0);
  const dims = [...solo.dims];
  for (const axis of axes) {
    const physical = solo.axes[axis]![0]!.axis;
    const before = Math.max(0, widths[axis]![0]);
    const after = Math.max(0, widths[axis]![1]);
    pads[physical] = before;
    pads[physical + rank] = after;
    dims[physical]! += before + after;
  }
  const stored = emitter.emit(
    'Pad',
    [emitter.reshape(solo.stored, solo.dims), emitter.int64(pads)],
    dims,
    viewType(view),
  );
  return withDims(solo, stored, dims);
}

/** Joins views along an axis, in the layout of the largest. */
export function concatenate(emitter: Emitter, views: readonly View[], axis: number): View {
  if (views.length === 1) return views[0]!;
  const type = viewType(views[0]!);
  // The joined axis has another size in each view: it stands aside while the others are aligned.
  const solo = views.map((view) => soloAxes(emitter, view, [axis]));
  const sizes = solo.map((view) => view.axes[axis]![0]!.size);
  const aligned = alignOthers(emitter, solo, axis);
  const order = commonOrder(aligned);
  const real = order.filter(
    ([a, index]) => a === axis || aligned.some((view) => view.axes[a]![index]!.axis >= 0),
  );
  const position = real.findIndex(([a]) => a === axis);
  const inputs = aligned.map((view, i): Stored => {
    const stored = arrange(emitter, view, real);
    const full = real.map(([a, index]) => (a === axis ? sizes[i]! : view.axes[a]![index]!.size));
    return stored.dims.join() === full.join()
      ? stored
      : emitter.emit('Expand', [stored, emitter.int64(full)], full, type);
  });
  const total = sizes.reduce((a, b) => a + b, 0);
  const dims = inputs[0]!.dims.with(position, total);
  const stored = emitter.emit('Concat', inputs, dims, type, { axis: { int: position } });
  const at = new Map(real.map(([a, index], i) => [`${a},${index}`, i]));
  const axes = aligned[0]!.axes.map((factors, a) =>
    factors.map((f, index): Factor => ({
      size: a === axis ? total : f.size,
      axis: at.get(`${a},${index}`) ?? -1,
    })),
  );
  return withDims({ stored, dims, axes }, stored, dims);
}

/** Gives views equal factors on all axes but `axis`, on which they differ in size. */
function alignOthers(emitter: Emitter, views: readonly View[], axis: number): View[] {
  const sizes = (view: View): string =>
    view.axes.map((factors, a) => (a === axis ? '' : factors.map((f) => f.size).join('·'))).join();
  if (views.every((view) => sizes(view) === sizes(views[0]!))) return [...views];
  return views.map((view) => soloAxes(emitter, contiguousCopy(emitter, view), [axis]));
}

/** Cuts an axis into parts. */
export function split(emitter: Emitter, view: View, axis: number, sizes: readonly number[]): View[] {
  let start = 0;
  const shape = viewShape(view);
  return sizes.map((size) => {
    const ranges = shape.map((full, a): readonly [number, number] =>
      a === axis ? [start, start + size] : [0, full],
    );
    start += size;
    return shrink(emitter, view, ranges);
  });
}

/** A view whose physical axes have new sizes; axes that became 1 disappear. */
function withDims(view: View, stored: Stored, dims: readonly number[]): View {
  const kept = [...dims.keys()].filter((axis) => dims[axis] !== 1);
  return {
    stored,
    dims: kept.map((axis) => dims[axis]!),
    axes: view.axes.map((factors) =>
      factors.flatMap((f): Factor[] => {
        if (f.axis < 0) return [f];
        const at = kept.indexOf(f.axis);
        return at < 0 ? [] : [{ ...f, size: dims[f.axis]!, axis: at }];
      }),
    ),
  };
}
