import { product } from '../tensor.js';
import { contiguous } from './arrange.js';
import { elementwise } from './elementwise.js';
import type { Emitter, Stored } from './emitter.js';
import { contiguousView, expandView, transposeView, viewShape, viewType } from './view.js';
import type { View } from './view.js';

/** Selected axes of a tensor and where the axes of the indices go in the result. */
export interface Indexing {
  readonly axis: readonly number[];
  readonly outDim: number;
}

/** x[…, i, …] for one or several indexed axes whose index tensors broadcast together. */
export function gather(
  emitter: Emitter,
  x: View,
  indices: readonly View[],
  { axis, outDim }: Indexing,
): View {
  const shape = viewShape(x);
  const kept = [...shape.keys()].filter((a) => !axis.includes(a));
  const { flat, indexShape } = flatIndex(
    emitter,
    indices,
    axis.map((a) => shape[a]!),
  );
  const rows = product(axis.map((a) => shape[a]!));
  const rest = kept.map((a) => shape[a]!);
  const table = emitter.reshape(contiguous(emitter, transposeView(x, [...axis, ...kept])), [rows, ...rest]);
  const stored = emitter.emit('Gather', [table, flat], [...indexShape, ...rest], viewType(x), {
    axis: { int: 0 },
  });
  return moveIndexAxes(contiguousView(stored), indexShape.length, outDim);
}

/** Zeros of `shape` with the updates added at the indices: the adjoint of `gather`. */
export function scatterAdd(
  emitter: Emitter,
  updates: View,
  indices: readonly View[],
  { axis, outDim, shape }: Indexing & { readonly shape: readonly number[] },
): View {
  const type = viewType(updates);
  const kept = [...shape.keys()].filter((a) => !axis.includes(a));
  const { flat, indexShape } = flatIndex(
    emitter,
    indices,
    axis.map((a) => shape[a]!),
  );
  const rows = product(axis.map((a) => shape[a]!));
  const rest = kept.map((a) => shape[a]!);
  const count = product(indexShape);
  const front = [...indexShape.keys()].map((i) => outDim + i);
  const others = [...viewShape(updates).keys()].filter((a) => !front.includes(a));
  const values = emitter.reshape(contiguous(emitter, transposeView(updates, [...front, ...others])), [
    count,
    product(rest),
  ]);
  const width = product(rest);
  const zero = emitter.emit(
    'Expand',
    [emitter.scalar(0, type), emitter.int64([rows, width])],
    [rows, width],
    type,
  );
  const positions = emitter.reshape(emitter.toInt64(flat), [count, 1]);
  const stored = addRows(emitter, zero, positions, values);
  const view = contiguousView(emitter.reshape(stored, [...axis.map((a) => shape[a]!), ...rest]));
  const order = [...axis, ...kept];
  return transposeView(
    view,
    [...shape.keys()].map((a) => order.indexOf(a)),
  );
}

/**
 * Numbers that one ScatterND adds at most. ONNX Runtime's cost model (Eigen's: 100,000 cycles to begin with,
 * one a number) leaves so few to a single thread.
 */
const NUMBERS_PER_SCATTER = 65_536;

/**
 * Rows added to those of a table, some of which several are added to.
 *
 * ONNX Runtime's ScatterND (1.30, CPU) adds rows on several threads without care for each other: sums of rows
 * that come several times lack some and differ from run to run. Hence one node after the other, each of which
 * adds so little that it is left to one thread; they write in place. ScatterElements, which adds one number
 * after the other, takes four times as long.
 */
function addRows(emitter: Emitter, table: Stored, positions: Stored, values: Stored): Stored {
  const [count, width] = values.dims as [number, number];
  const rows =
    emitter.target.atomicScatter === true ? count : Math.max(1, Math.floor(NUMBERS_PER_SCATTER / width));
  let sum = table;
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(from + rows, count);
    const piece = (whole: Stored): Stored =>
      rows >= count
        ? whole
        : emitter.emit(
            'Slice',
            [whole, emitter.int64([from]), emitter.int64([to]), emitter.int64([0])],
            [to - from, whole.dims[1]!],
            whole.type,
          );
    sum = emitter.emit('ScatterND', [sum, piece(positions), piece(values)], table.dims, table.type, {
      reduction: { string: 'add' },
    });
  }
  return sum;
}

/** One row-major index for several index tensors, int32, and the shape they broadcast to. */
function flatIndex(
  emitter: Emitter,
  indices: readonly View[],
  sizes: readonly number[],
): { flat: Stored; indexShape: number[] } {
  const rank = Math.max(...indices.map((view) => view.axes.length));
  const indexShape = Array.from({ length: rank }, (_, i) =>
    Math.max(...indices.map((view) => viewShape(view)[i - rank + view.axes.length] ?? 1)),
  );
  let flat = indices[0]!;
  for (let i = 1; i < indices.length; i++) {
    const scaled = elementwise(
      emitter,
      viewShape(flat),
      [flat, emitter.scalar(sizes[i]!, 'int32')],
      'int32',
      (inputs, dims) => emitter.emit('Mul', inputs, dims, 'int32'),
    );
    flat = elementwise(emitter, indexShape, [scaled, indices[i]!], 'int32', (inputs, dims) =>
      emitter.emit('Add', inputs, dims, 'int32'),
    );
  }
  return { flat: contiguous(emitter, expandView(flat, indexShape)), indexShape };
}

function moveIndexAxes(view: View, count: number, outDim: number): View {
  const rank = view.axes.length;
  const rest = [...Array(rank - count).keys()].map((i) => i + count);
  return transposeView(view, [...rest.slice(0, outDim), ...Array(count).keys(), ...rest.slice(outDim)]);
}

/** Values and positions sorted along the last axis, ascending. */
export function sort(emitter: Emitter, view: View): [values: View, positions: View] {
  const shape = viewShape(view);
  const stored = contiguous(emitter, view);
  const size = shape.at(-1)!;
  const [values, positions] = emitter.emitAll(
    'TopK',
    [stored, emitter.int64([size])],
    [
      { dims: shape, type: stored.type },
      { dims: shape, type: 'int32' },
    ],
    { axis: { int: -1 }, largest: { int: 0 }, sorted: { int: 1 } },
  );
  const int32 = emitter.emit('Cast', [positions!], shape, 'int32', { to: { int: 6 } });
  return [contiguousView(values!), contiguousView(int32)];
}
