import { bilinearGather } from './bilinear-gather.js';
import { convolution, foldBias, maxPool } from './convolution-rules.js';
import type { Constant, Converter, Tensor, Value } from './converter.js';
import type { TfNode } from './tfjs-graph.js';

/** Turns one TensorFlow operator into ONNX. */
export type Rule = (node: TfNode, converter: Converter) => Value;

/** Every TensorFlow operator that the converted networks use. */
export const rules: Readonly<Record<string, Rule>> = {
  Placeholder: placeholder,
  Const: (node, converter) => ({ kind: 'constant', ...converter.graph.constants.get(node.name)! }),
  Identity: (node, converter) => converter.value(node.inputs[0]!),
  Conv2D: convolution,
  _FusedConv2D: convolution,
  DepthwiseConv2dNative: convolution,
  MaxPool: maxPool,
  Pad: pad,
  Relu: (node, converter) => elementwise('Relu', node, converter),
  Prelu: (node, converter) => elementwise('PRelu', node, converter),
  AddV2: add,
  AddN: add,
  Sub: (node, converter) => elementwise('Sub', node, converter),
  Mul: (node, converter) => elementwise('Mul', node, converter),
  Square: (node, converter) =>
    elementwise('Mul', { ...node, inputs: [node.inputs[0]!, node.inputs[0]!] }, converter),
  Rsqrt: (node, converter) => {
    const root = elementwise('Sqrt', node, converter);
    return { ...root, name: converter.builder.add('Reciprocal', [root.name]) };
  },
  Sum: (node, converter) => reduce('ReduceSum', node, converter),
  Max: (node, converter) => reduce('ReduceMax', node, converter),
  Min: (node, converter) => reduce('ReduceMin', node, converter),
  Reshape: reshape,
  StridedSlice: slice,
  GatherV2: gather,
  ConcatV2: concat,
  BatchMatMulV2: matrixProduct,
  Transpose: transpose,
};

function placeholder(node: TfNode, converter: Converter): Tensor {
  const [, height, width, channels] = node.attributes['shape'] as readonly number[];
  const dims = converter.anySize
    ? ['batch', channels!, 'height', 'width']
    : ['batch', channels!, height!, width!];
  converter.builder.inputs.push({ name: 'image', type: 'float32', dims });
  return { kind: 'tensor', name: 'image', shape: [1, height!, width!, channels!], channelsFirst: true };
}

function plainTensor(name: string, shape: readonly number[]): Tensor {
  return { kind: 'tensor', name, shape, channelsFirst: false };
}

/** Operands are broadcast from the last axis, as in TensorFlow and ONNX alike. */
function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((shape) => shape.at(axis - rank) ?? 1)),
  );
}

function elementwise(opType: string, node: TfNode, converter: Converter): Tensor {
  const values = node.inputs.map((input) => converter.value(input));
  return combine(opType, values, converter);
}

function combine(opType: string, values: readonly Value[], converter: Converter): Tensor {
  const channelsFirst = values.some((value) => value.kind === 'tensor' && value.channelsFirst);
  const names = values.map((value) =>
    channelsFirst ? converter.channelsFirst(value) : converter.plain(value),
  );
  const shape = broadcastShape(values.map((value) => value.shape));
  return { kind: 'tensor', name: converter.builder.add(opType, names), shape, channelsFirst };
}

function add(node: TfNode, converter: Converter): Value {
  const gathered = bilinearGather(node, converter);
  if (gathered) return gathered;
  const values = node.inputs.map((input) => converter.value(input));
  const constant = values.find((value) => value.kind === 'constant');
  const rest = values.filter((value) => value !== constant);
  if (
    constant &&
    rest.length === 1 &&
    addToConvolution(node.inputs[values.indexOf(rest[0]!)]!, constant, converter)
  )
    return rest[0]!;
  return values.reduce((sum, value) => combine('Add', [sum, value], converter));
}

/**
 * A constant added to a convolution, or to a sum with one, is that convolution's bias.
 * Only where nothing else reads the intermediate values.
 */
function addToConvolution(name: string, bias: Constant, converter: Converter): boolean {
  if (converter.consumers(name) !== 1) return false;
  const node = converter.node(name);
  const candidates =
    node.op === 'AddV2' || node.op === 'AddN'
      ? node.inputs.filter((input) => converter.consumers(input) === 1)
      : [name];
  return candidates.some((candidate) => {
    const value = converter.value(candidate);
    return value.kind === 'tensor' && foldBias(value.name, bias, converter);
  });
}

function pad(node: TfNode, converter: Converter): Tensor {
  const input = converter.tensor(node, 0);
  const amounts = converter.constant(node, 1).data;
  const before = (axis: number): number => amounts[axis * 2]!;
  const after = (axis: number): number => amounts[axis * 2 + 1]!;
  const order = input.channelsFirst ? [0, 3, 1, 2] : input.shape.map((_, axis) => axis);
  const pads = converter.builder.integers([...order.map(before), ...order.map(after)]);
  const shape = input.shape.map((size, axis) => size + before(axis) + after(axis));
  return { ...input, name: converter.builder.add('Pad', [input.name, pads]), shape };
}

function reduce(opType: string, node: TfNode, converter: Converter): Tensor {
  const input = converter.tensor(node, 0);
  const axes = [...converter.constant(node, 1).data];
  const keep = { keepdims: { int: node.attributes['keep_dims'] ? 1 : 0 } };
  if (!node.attributes['keep_dims'])
    throw new Error(`convert ${node.name}: only reductions that keep dimensions are supported.`);
  // Operator set 17 takes the axes of ReduceSum as an input and those of ReduceMax and ReduceMin as an
  // attribute.
  const name =
    opType === 'ReduceSum'
      ? converter.builder.add(opType, [converter.plain(input), converter.builder.integers(axes)], keep)
      : converter.builder.add(opType, [converter.plain(input)], { axes: { ints: axes }, ...keep });
  return plainTensor(
    name,
    input.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

function reshape(node: TfNode, converter: Converter): Tensor {
  const input = converter.tensor(node, 0);
  const shape = [...converter.constant(node, 1).data];
  // Channels first and last are the same memory where there is one pixel.
  const onePixel = input.channelsFirst && input.shape[1] === 1 && input.shape[2] === 1;
  const source = onePixel ? input.name : converter.plain(input);
  // 0 copies the input's size, which frees the batch that the source graph had fixed to 1; −1 does the same
  // for the number of pixels when a feature map is flattened to rows of values.
  const flattened = input.channelsFirst && !onePixel && shape.length === 3;
  const target = converter.builder.integers(flattened ? [0, -1, shape[2]!] : [0, ...shape.slice(1)]);
  return plainTensor(converter.builder.add('Reshape', [source, target]), shape);
}

function slice(node: TfNode, converter: Converter): Value {
  const input = converter.tensor(node, 0);
  for (const mask of ['ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask']) {
    if (node.attributes[mask]) throw new Error(`convert ${node.name}: ${mask} is not supported.`);
  }
  const [begin, end, strides] = [1, 2, 3].map((position) => [...converter.constant(node, position).data]) as [
    number[],
    number[],
    number[],
  ];
  if (strides.some((stride) => stride !== 1))
    throw new Error(`convert ${node.name}: only slices of stride 1 are supported.`);
  const masked = (mask: string, axis: number): boolean =>
    ((Number(node.attributes[mask] ?? 0) >> axis) & 1) === 1;
  const from = begin.map((start, axis) => (masked('begin_mask', axis) ? 0 : start));
  const to = end.map((stop, axis) =>
    masked('end_mask', axis) ? input.shape[axis]! : Math.min(stop, input.shape[axis]!),
  );
  const axes = from.map((_, axis) => axis).filter((axis) => to[axis]! - from[axis]! !== input.shape[axis]);
  if (axes.length === 0) return input;
  const pick = (values: number[]): string => converter.builder.integers(axes.map((axis) => values[axis]!));
  const name = converter.builder.add('Slice', [
    converter.plain(input),
    pick(from),
    pick(to),
    converter.builder.integers(axes),
  ]);
  return plainTensor(
    name,
    input.shape.map((size, axis) => (axes.includes(axis) ? to[axis]! - from[axis]! : size)),
  );
}

function gather(node: TfNode, converter: Converter): Tensor {
  const input = converter.tensor(node, 0);
  const indices = converter.constant(node, 1);
  const axis = converter.constant(node, 2).data[0]!;
  const names = [converter.plain(input), converter.plain(indices)];
  const shape = [...input.shape.slice(0, axis), ...indices.shape, ...input.shape.slice(axis + 1)];
  return plainTensor(converter.builder.add('Gather', names, { axis: { int: axis } }), shape);
}

function concat(node: TfNode, converter: Converter): Tensor {
  const values = node.inputs.slice(0, -1).map((input) => converter.value(input));
  const rank = values[0]!.shape.length;
  const axis = (converter.constant(node, node.inputs.length - 1).data[0]! + rank) % rank;
  const member = values.find((value) => value.kind === 'tensor');
  const name = converter.builder.add(
    'Concat',
    values.map((value) =>
      value.kind === 'constant' && member && axis > 0
        ? forEachOf(member, value, converter)
        : converter.plain(value),
    ),
    { axis: { int: axis } },
  );
  const total = values.reduce((sum, value) => sum + value.shape[axis]!, 0);
  return plainTensor(
    name,
    values[0]!.shape.map((size, at) => (at === axis ? total : size)),
  );
}

/** A constant once for each member of a tensor's batch; the source graph knows batches of one alone. */
function forEachOf(tensor: Tensor, constant: Constant, converter: Converter): string {
  const { builder } = converter;
  const shape = builder.add('Shape', [tensor.name], { start: { int: 0 }, end: { int: 1 } });
  const target = builder.add('Concat', [shape, builder.integers(constant.shape.slice(1))], {
    axis: { int: 0 },
  });
  return builder.add('Expand', [converter.plain(constant), target]);
}

function matrixProduct(node: TfNode, converter: Converter): Tensor {
  const operand = (position: 0 | 1, transposed: boolean): { name: string; shape: readonly number[] } => {
    const value = converter.value(node.inputs[position]!);
    const name = converter.plain(value);
    if (!transposed) return { name, shape: value.shape };
    const perm = value.shape.map((_, axis) => axis);
    perm.push(...perm.splice(-2).reverse());
    return {
      name: converter.builder.add('Transpose', [name], { perm: { ints: perm } }),
      shape: perm.map((axis) => value.shape[axis]!),
    };
  };
  const a = operand(0, node.attributes['adj_x'] === true);
  const b = batchedAs(a, operand(1, node.attributes['adj_y'] === true), converter);
  const batch = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return plainTensor(converter.builder.add('MatMul', [a.name, b.name]), [
    ...batch,
    a.shape.at(-2)!,
    b.shape.at(-1)!,
  ]);
}

/**
 * An operand with as many axes as the other: ones go behind the batch. Axes that are missing are otherwise
 * added before it, and members of a batch would meet the other's rows.
 */
function batchedAs(
  other: { readonly shape: readonly number[] },
  operand: { readonly name: string; readonly shape: readonly number[] },
  { builder }: Converter,
): typeof operand {
  const missing = other.shape.length - operand.shape.length;
  if (missing <= 0 || operand.shape.length < 3) return operand;
  const shape = [operand.shape[0]!, ...Array<number>(missing).fill(1), ...operand.shape.slice(1)];
  const name = builder.add('Reshape', [operand.name, builder.integers([0, ...shape.slice(1)])]);
  return { name, shape };
}

function transpose(node: TfNode, converter: Converter): Tensor {
  const input = converter.tensor(node, 0);
  const perm = [...converter.constant(node, 1).data];
  const name = converter.builder.add('Transpose', [converter.plain(input)], { perm: { ints: perm } });
  return plainTensor(
    name,
    perm.map((axis) => input.shape[axis]!),
  );
}
