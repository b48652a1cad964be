import { elementTypes } from '../onnx/schema.js';
import type { ElementType } from '../onnx/schema.js';
import { broadcastShapes, full, product } from '../tensor.js';
import type { Attributes, Call, OperatorTable } from './call.js';
import { castValue } from './elementwise.js';
import { HostValue, expandHost, hostInts, hostValue, importType, isHost, readHost } from './value.js';
import type { ImportType, Value } from './value.js';

/** Constants, shapes as values, and what changes shapes without moving values. */
export const shapeOperators: OperatorTable = {
  Identity: passing(),
  // The second output is a mask, which nothing needs outside training.
  Dropout: passing(),
  Cast: { run: cast, host: (call) => cast(call) as HostValue, refuse: refuseCast },
  CastLike: { run: (call) => castValue(call.value(0), call.value(1).type as ImportType) },
  Constant: { run: constantNode, host: constantNode },
  ConstantOfShape: { run: filled, hostInputs: [0] },
  Shape: { run: shapeNode, host: shapeNode },
  Size: { run: sizeNode, host: sizeNode },
  Range: { run: rangeNode, host: rangeNode, hostInputs: [0, 1, 2] },
  Reshape: reshaping(reshaped, [1]),
  Flatten: reshaping(flattened),
  Squeeze: reshaping(squeezed, [1]),
  Unsqueeze: reshaping(unsqueezed, [1]),
  Expand: {
    run: (call) => call.tensor(0).expand(broadcastShapes('Expand', call.value(0).shape, call.numbers(1))),
    host: (call) => expandHost(call.host(0), broadcastShapes('Expand', call.host(0).shape, call.numbers(1))),
    hostInputs: [1],
  },
};

function passing() {
  return { run: (call: Call): Value => call.value(0), host: (call: Call): HostValue => call.host(0) };
}

const elementTypeOf = (number: number | undefined): ElementType | undefined =>
  (Object.keys(elementTypes) as ElementType[]).find((name) => elementTypes[name] === number);

function refuseCast(attributes: Attributes): string | undefined {
  const to = attributes.int('to');
  return elementTypeOf(to) === undefined ? `there are no values of element type ${to} here` : undefined;
}

function cast(call: Call): Value {
  return castValue(call.value(0), importType(elementTypeOf(call.attributes.int('to'))!));
}

function constantNode({ attributes }: Call): HostValue {
  const tensor = attributes.tensor('value');
  if (tensor !== undefined) return readHost(tensor);
  const float = attributes.float('value_float');
  const floats = attributes.floats('value_floats');
  const int = attributes.int('value_int');
  const ints = attributes.ints('value_ints');
  if (float !== undefined) return hostValue('float32', [], [float]);
  if (floats !== undefined) return hostValue('float32', [floats.length], floats);
  if (int !== undefined) return hostValue('int32', [], [int]);
  if (ints !== undefined) return hostInts(ints);
  throw new Error('only numbers can be constants');
}

/** Large arrays are made in the graph, where they are one repeated number. */
function filled(call: Call): Value {
  const shape = call.numbers(0);
  const tensor = call.attributes.tensor('value');
  const { type, data } = tensor === undefined ? hostValue('float32', [1], [0]) : readHost(tensor);
  const small = hostValue(type, [], [data[0]!]);
  return type !== 'float32' || product(shape) <= 64 ? expandHost(small, shape) : full(shape, data[0]!);
}

function shapeNode(call: Call): HostValue {
  return hostInts(call.value(0).shape.slice(call.attributes.int('start') ?? 0, call.attributes.int('end')));
}

function sizeNode(call: Call): HostValue {
  return hostValue('int32', [], [product(call.value(0).shape)]);
}

function rangeNode(call: Call): HostValue {
  const [start, limit, step] = [0, 1, 2].map((i) => call.numbers(i)[0]!) as [number, number, number];
  const count = Math.max(Math.ceil((limit - start) / step), 0);
  return hostValue(
    call.host(0).type,
    [count],
    Array.from({ length: count }, (_, i) => start + i * step),
  );
}

/** An operator that only gives its first input another shape. */
function reshaping(
  shapeOf: (call: Call, shape: readonly number[]) => number[],
  hostInputs: readonly number[] = [],
) {
  const apply = (call: Call): Value => {
    const x = call.value(0);
    const shape = shapeOf(call, x.shape);
    if (!isHost(x)) return x.reshape(shape);
    if (product(shape) !== x.size)
      throw new Error(`[${x.shape.join(', ')}] cannot become [${shape.join(', ')}]`);
    // The same array, so that weights stay stored once.
    return new HostValue(x.type, shape, x.data);
  };
  return { run: apply, host: (call: Call): HostValue => apply(call) as HostValue, hostInputs };
}

function reshaped(call: Call, shape: readonly number[]): number[] {
  const copyZero = call.attributes.int('allowzero') !== 1;
  // Files made for a batch of 1 have it built into such shapes.
  const batched = call.batch !== undefined && !isHost(call.value(0)) && shape[0] === call.batch;
  const wanted = call.numbers(1).map((size, axis) => {
    if (batched && axis === 0 && size === 1) return shape[0]!;
    return size === 0 && copyZero ? (shape[axis] ?? 0) : size;
  });
  const known = product(wanted.filter((size) => size !== -1));
  return wanted.map((size) => (size === -1 ? product(shape) / known : size));
}

function flattened(call: Call, shape: readonly number[]): number[] {
  const axis = call.attributes.int('axis') ?? 1;
  const at = axis < 0 ? axis + shape.length : axis;
  return [product(shape.slice(0, at)), product(shape.slice(at))];
}

function squeezed(call: Call, shape: readonly number[]): number[] {
  const axes = call.list(1, 'axes')?.map((axis) => (axis < 0 ? axis + shape.length : axis));
  axes?.forEach((axis) => {
    if (shape[axis] !== 1) throw new Error(`axis ${axis} of [${shape.join(', ')}] is not of size 1`);
  });
  return shape.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis)));
}

function unsqueezed(call: Call, shape: readonly number[]): number[] {
  const list = call.list(1, 'axes') ?? [];
  const rank = shape.length + list.length;
  const axes = list.map((axis) => (axis < 0 ? axis + rank : axis));
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
}
