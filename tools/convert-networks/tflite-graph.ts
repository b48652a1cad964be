import { FlatTable } from './flatbuffer.js';

/** A tensor of a TensorFlow Lite file, channels last. */
export interface LiteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Stored values; absent for what the graph computes. */
  readonly data?: Float32Array | Int32Array;
}

export interface LiteOperator {
  readonly kind: LiteKind;
  /** Indices of tensors. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Of convolutions, `[y, x]`. */
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid';
}

export interface LiteGraph {
  readonly tensors: readonly LiteTensor[];
  readonly operators: readonly LiteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** `BuiltinOperator` of the schema, as far as networks here use it. */
const kinds = {
  0: 'add',
  3: 'convolution',
  4: 'depthwise',
  18: 'multiply',
  19: 'relu',
  22: 'reshape',
  41: 'subtract',
  101: 'absolute',
} as const;
export type LiteKind = (typeof kinds)[keyof typeof kinds];

/** Numbers of the fields in the schema's tables. */
const field = {
  model: { codes: 1, graphs: 2, buffers: 4 },
  code: { short: 0, long: 3 },
  graph: { tensors: 0, inputs: 1, outputs: 2, operators: 3 },
  tensor: { shape: 0, type: 1, buffer: 2, name: 3 },
  operator: { code: 0, inputs: 1, outputs: 2, options: 4 },
  buffer: { data: 0 },
  convolution: { padding: 0, strideX: 1, strideY: 2 },
} as const;

/**
 * Reads a TensorFlow Lite file with one graph of 32-bit floats.
 * Format: tensorflow/lite/schema/schema.fbs, version 3.
 * @throws Error of one line naming an operator or an element type that is not read
 */
export function readLiteGraph(bytes: Uint8Array): LiteGraph {
  const model = FlatTable.root(bytes, 'TFL3');
  const graph = model.tables(field.model.graphs)[0]!;
  const buffers = model.tables(field.model.buffers);
  // Codes below 128 stand in the older, shorter field.
  const codes = model
    .tables(field.model.codes)
    .map((code) => Math.max(code.byte(field.code.short), code.int(field.code.long)));
  const tensors = graph.tables(field.graph.tensors).map((tensor): LiteTensor => {
    const name = tensor.text(field.tensor.name);
    const type = tensor.byte(field.tensor.type);
    const data = buffers[tensor.int(field.tensor.buffer)]!.bytes(field.buffer.data);
    if (type !== 0 && type !== 2)
      throw new Error(
        `readLiteGraph: tensor ${name} has element type ${type}; only float32 and int32 are read.`,
      );
    return {
      name,
      shape: tensor.ints(field.tensor.shape),
      ...(data.length > 0
        ? { data: type === 0 ? new Float32Array(data.buffer) : new Int32Array(data.buffer) }
        : {}),
    };
  });
  const operators = graph.tables(field.graph.operators).map((operator): LiteOperator => {
    const code = codes[operator.int(field.operator.code)]!;
    const kind = (kinds as Record<number, LiteKind>)[code];
    const options = operator.table(field.operator.options);
    if (kind === undefined)
      throw new Error(`readLiteGraph: operator ${code} of the schema is not read; add it to kinds.`);
    return {
      kind,
      inputs: operator.ints(field.operator.inputs),
      outputs: operator.ints(field.operator.outputs),
      strides: [
        options?.int(field.convolution.strideY, 1) ?? 1,
        options?.int(field.convolution.strideX, 1) ?? 1,
      ],
      padding: options?.byte(field.convolution.padding) === 1 ? 'valid' : 'same',
    };
  });
  return {
    tensors,
    operators,
    inputs: graph.ints(field.graph.inputs),
    outputs: graph.ints(field.graph.outputs),
  };
}
