import { product } from '../tensor.js';
import type { Emitter, Stored } from './emitter.js';
import { viewType } from './view.js';
import type { Factor, View } from './view.js';

export type Reduction = 'Add' | 'Mul' | 'Min' | 'Max';

const operators: Record<Reduction, string> = {
  Add: 'ReduceSum',
  Mul: 'ReduceProd',
  Min: 'ReduceMin',
  Max: 'ReduceMax',
};

/** Reduces logical axes of a view in whatever order it is stored. */
export function reduceView(
  emitter: Emitter,
  view: View,
  reduction: Reduction,
  axes: readonly number[],
): View {
  const type = viewType(view);
  if (type === 'bool') {
    const counted = reduceView(
      emitter,
      { ...view, stored: emitter.cast(view.stored, 'int32') },
      reduction,
      axes,
    );
    return { ...counted, stored: emitter.cast(counted.stored, 'bool') };
  }
  const gone = axes.flatMap((axis) => view.axes[axis]!);
  const reduced = new Set(gone.filter((f) => f.axis >= 0).map((f) => f.axis));
  const kept = view.axes.filter((_, axis) => !axes.includes(axis));
  let stored = reducePhysical(emitter, emitter.reshape(view.stored, view.dims), reduction, reduced);
  const repeats = product(gone.filter((f) => f.axis < 0).map((f) => f.size));
  // Values that repeat along a reduced axis count once each.
  if (repeats !== 1 && reduction === 'Add')
    stored = emitter.emit('Mul', [stored, emitter.scalar(repeats, type)], stored.dims, type);
  if (repeats !== 1 && reduction === 'Mul')
    stored = emitter.emit('Pow', [stored, emitter.scalar(repeats, type)], stored.dims, type);
  const remaining = [...view.dims.keys()].filter((axis) => !reduced.has(axis));
  return {
    stored,
    dims: remaining.map((axis) => view.dims[axis]!),
    axes: kept.map((factors) =>
      factors.map((f): Factor => (f.axis < 0 ? f : { ...f, axis: remaining.indexOf(f.axis) })),
    ),
  };
}

/**
 * Reduces physical axes, one run of neighbours at a time, the longest first: ONNX Runtime has fast loops for
 * one run (outer, middle or inner) and a slow one for several.
 */
function reducePhysical(
  emitter: Emitter,
  value: Stored,
  reduction: Reduction,
  reduced: ReadonlySet<number>,
): Stored {
  const runs: { size: number; gone: boolean }[] = [];
  value.dims.forEach((size, axis) => {
    const gone = reduced.has(axis);
    const last = runs.at(-1);
    if (last?.gone === gone) last.size *= size;
    else runs.push({ size, gone });
  });
  let current = value;
  for (;;) {
    const longest = runs.reduce(
      (best, run, i) => (run.gone && (best < 0 || run.size > runs[best]!.size) ? i : best),
      -1,
    );
    if (longest < 0)
      return emitter.reshape(
        current,
        value.dims.filter((_, axis) => !reduced.has(axis)),
      );
    const merged = emitter.reshape(
      current,
      runs.map((run) => run.size),
    );
    runs.splice(longest, 1);
    const dims = runs.map((run) => run.size);
    current =
      reduction === 'Add'
        ? emitter.emit('ReduceSum', [merged, emitter.int64([longest])], dims, value.type, {
            keepdims: { int: 0 },
          })
        : emitter.emit(operators[reduction], [merged], dims, value.type, {
            axes: { ints: [longest] },
            keepdims: { int: 0 },
          });
    const left = runs[longest - 1];
    const right = runs[longest];
    if (left !== undefined && right?.gone === left.gone)
      runs.splice(longest - 1, 2, { size: left.size * right.size, gone: left.gone });
  }
}
