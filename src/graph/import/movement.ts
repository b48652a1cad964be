import { Tensor, concat, constant, full, product, where } from '../tensor.js';
import { axisOf } from './call.js';
import type { Attributes, Call, OperatorTable } from './call.js';
import { hostValue, isHost, selectHost, toTensor } from './value.js';
import type { HostValue, Value } from './value.js';

/** What moves values to other places. */
export const movementOperators: OperatorTable = {
  Transpose: { run: transpose, host: (call) => transpose(call) as HostValue },
  Concat: { run: (call) => concat(call.values().map(toTensor), concatAxis(call)), host: concatHost },
  Slice: { run: slice, host: (call) => slice(call) as HostValue, hostInputs: [1, 2, 3, 4] },
  Split: {
    run: splitNode,
    host: (call) => splitNode(call) as HostValue[],
    hostInputs: [1],
    outputs: Infinity,
  },
  Pad: { run: pad, hostInputs: [1, 2, 3], refuse: refusePad },
  Gather: { run: gather, host: (call) => gather(call) as HostValue },
  Tile: { run: tile, host: tileHost, hostInputs: [1] },
};

function transpose(call: Call): Value {
  const x = call.value(0);
  const order = call.attributes.ints('perm') ?? [...x.shape.keys()].reverse();
  if (!isHost(x) || !x.foldable) return toTensor(x).transpose(order);
  return selectHost(
    x,
    order.map((axis) => x.shape[axis]!),
    (position) => x.shape.map((_, axis) => position[order.indexOf(axis)]!),
  );
}

const concatAxis = (call: Call): number =>
  axisOf(call.attributes.int('axis') ?? 1, call.value(0).shape.length);

function concatHost(call: Call): HostValue {
  const parts = call.hosts();
  const axis = concatAxis(call);
  const { type, shape } = parts[0]!;
  const inner = (part: HostValue): number => product(part.shape.slice(axis));
  const outer = product(shape.slice(0, axis));
  const values = Array.from({ length: outer }, (_, i) =>
    parts.flatMap((part) => [...part.data.slice(i * inner(part), (i + 1) * inner(part))]),
  ).flat();
  return hostValue(
    type,
    shape.with(
      axis,
      parts.reduce((sum, part) => sum + part.shape[axis]!, 0),
    ),
    values,
  );
}

/** Values `start`, `start + step`, … along an axis, `count` of them; negative steps go backwards. */
interface Stride {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function slice(call: Call): Value {
  return slicesOf(call).reduce(takeStride, call.value(0));
}

function takeStride(x: Value, stride: Stride): Value {
  const { axis, start, step, count } = stride;
  if (isHost(x))
    return selectHost(x, x.shape.with(axis, count), (position) =>
      position.with(axis, start + position[axis]! * step),
    );
  if (count === 0) throw new Error(`nothing of axis ${axis} is left; empty values are not supported`);
  if (step < 0)
    return takeStride(x.flip(axis), { axis, start: x.shape[axis]! - 1 - start, step: -step, count });
  const run = x.slice(axis, start, Math.min(start + count * step, x.shape[axis]!));
  if (step === 1) return run;
  // Rows of `step` values each, of which the first is wanted.
  const missing = count * step - run.shape[axis]!;
  const whole =
    missing > 0 ? run.pad(run.shape.map((_, i): [number, number] => [0, i === axis ? missing : 0])) : run;
  const rows = whole.reshape(whole.shape.toSpliced(axis, 1, count, step));
  return rows.at(axis + 1, 0);
}

/** Attributes before operator set 10, inputs from then on; ends beyond the axis mean its end. */
function slicesOf(call: Call): Stride[] {
  const { shape } = call.value(0);
  const starts = call.list(1, 'starts') ?? [];
  const ends = call.list(2, 'ends') ?? [];
  const axes = call.list(3, 'axes') ?? [...starts.keys()];
  const steps = call.optionalNumbers(4) ?? starts.map(() => 1);
  return starts.map((first, i): Stride => {
    const axis = axisOf(axes[i]!, shape.length);
    const size = shape[axis]!;
    const step = steps[i]!;
    const within = (at: number, low: number, high: number): number =>
      Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const start = step > 0 ? within(first, 0, size) : within(first, 0, size - 1);
    const end = step > 0 ? within(ends[i]!, 0, size) : within(ends[i]!, -1, size - 1);
    return { axis, start, step, count: Math.max(Math.ceil((end - start) / step), 0) };
  });
}

/** Sizes are given, or all parts are equal but for the last. */
function splitNode(call: Call): Value[] {
  const x = call.value(0);
  const axis = axisOf(call.attributes.int('axis') ?? 0, x.shape.length);
  const size = x.shape[axis]!;
  const parts = call.attributes.int('num_outputs') ?? call.node.outputs.length;
  const each = Math.ceil(size / parts);
  const sizes =
    call.list(1, 'split') ?? Array.from({ length: parts }, (_, i) => Math.min(each, size - i * each));
  if (sizes.reduce((a, b) => a + b, 0) !== size)
    throw new Error(`parts of [${sizes.join(', ')}] do not make up axis ${axis} of [${x.shape.join(', ')}]`);
  let start = 0;
  return sizes.map((count) => takeStride(x, { axis, start: (start += count) - count, step: 1, count }));
}

const padModes = ['constant', 'reflect', 'edge', 'wrap'];

function refusePad(attributes: Attributes): string | undefined {
  const mode = attributes.string('mode') ?? 'constant';
  return padModes.includes(mode)
    ? undefined
    : `the mode "${mode}" is not supported; one of ${padModes.join(', ')} is`;
}

/** Negative widths cut off. */
function pad(call: Call): Tensor {
  const x = call.tensor(0);
  const widths = call.list(1, 'pads') ?? [];
  const mode = call.attributes.string('mode') ?? 'constant';
  const axes = call.optionalNumbers(3) ?? [...x.shape.keys()];
  const value = call.optionalNumbers(2)?.[0] ?? call.attributes.float('value') ?? 0;
  return axes.reduce((image: Tensor, at, i) => {
    const axis = axisOf(at, x.rank);
    const before = widths[i]!;
    const after = widths[i + axes.length]!;
    const cut = image.slice(axis, Math.max(-before, 0), image.shape[axis]! - Math.max(-after, 0));
    const sides = [Math.max(before, 0), Math.max(after, 0)] as const;
    if (sides[0] + sides[1] === 0) return before === 0 && after === 0 ? image : cut;
    if (mode !== 'constant') return cut.take(constant(borderIndices(mode, cut.shape[axis]!, sides)), axis);
    if (value === 0) return cut.pad(cut.shape.map((_, k) => (k === axis ? sides : [0, 0])));
    const filled = (count: number): Tensor[] =>
      count === 0 ? [] : [full(cut.shape.with(axis, count), value)];
    return concat([...filled(sides[0]), cut, ...filled(sides[1])], axis);
  }, x);
}

/** Where each pixel of a padded axis comes from. */
function borderIndices(mode: string, size: number, [before, after]: readonly [number, number]): Int32Array {
  const turn = Math.max(2 * (size - 1), 1);
  return Int32Array.from({ length: before + size + after }, (_, k) => {
    const i = k - before;
    if (mode === 'edge') return Math.min(Math.max(i, 0), size - 1);
    if (mode === 'wrap') return ((i % size) + size) % size;
    const along = ((i % turn) + turn) % turn;
    return along < size ? along : turn - along;
  });
}

function gather(call: Call): Value {
  const x = call.value(0);
  const indices = call.value(1);
  const axis = axisOf(call.attributes.int('axis') ?? 0, x.shape.length);
  const size = x.shape[axis]!;
  if (!isHost(indices)) {
    const inside = where(indices.less(0), indices.add(size), indices);
    return toTensor(x).take(inside, axis);
  }
  const wrong = indices.data.find((i) => i < -size || i >= size);
  if (wrong !== undefined)
    throw new Error(`the index ${wrong} is outside axis ${axis} of [${x.shape.join(', ')}]`);
  const positions = [...indices.data].map((i) => (i < 0 ? i + size : i));
  const shape = x.shape.toSpliced(axis, 1, ...indices.shape);
  if (isHost(x) && x.foldable) return gatherHost(x, axis, positions, shape);
  // Neighbours are a slice, which needs no table.
  const run = positions.every((at, i) => at === positions[0]! + i);
  if (run && positions.length > 0)
    return toTensor(x)
      .slice(axis, positions[0]!, positions[0]! + positions.length)
      .reshape(shape);
  return toTensor(x)
    .take(constant(Int32Array.from(positions)), axis)
    .reshape(shape);
}

function gatherHost(
  x: HostValue,
  axis: number,
  positions: readonly number[],
  shape: readonly number[],
): HostValue {
  const flat = selectHost(x, x.shape.with(axis, positions.length), (position) =>
    position.with(axis, positions[position[axis]!]!),
  );
  return hostValue(x.type, shape, flat.data);
}

function tile(call: Call): Tensor {
  const repeats = call.numbers(1);
  return repeats.reduce((x: Tensor, count, axis) => {
    if (count === 1) return x;
    const apart = x.unsqueeze(axis);
    const { shape } = apart;
    return apart.expand(shape.with(axis, count)).reshape(x.shape.with(axis, count * x.shape[axis]!));
  }, call.tensor(0));
}

function tileHost(call: Call): HostValue {
  const x = call.host(0);
  const repeats = call.numbers(1);
  return selectHost(
    x,
    x.shape.map((size, axis) => size * repeats[axis]!),
    (position) => position.map((at, axis) => at % x.shape[axis]!),
  );
}
