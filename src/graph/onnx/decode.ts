import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './encode.js';
import { attributeTypes, elementTypes, modelType } from './schema.js';
import type { ElementType } from './schema.js';

// What protobufjs makes of the messages in schema.ts: lists are always there, everything else may be missing.

interface TensorMessage {
  readonly name?: string;
  readonly dims: readonly number[];
  readonly dataType?: number;
  readonly rawData?: Uint8Array;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly number[];
  readonly doubleData: readonly number[];
  readonly uint64Data: readonly number[];
  readonly externalData: readonly { readonly key?: string; readonly value?: string }[];
  readonly dataLocation?: number;
}

interface AttributeMessage {
  readonly name: string;
  readonly type?: number;
  readonly i?: number;
  readonly f?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorMessage;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
}

interface NodeMessage {
  readonly name?: string;
  readonly opType: string;
  readonly domain?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeMessage[];
}

interface ValueMessage {
  readonly name: string;
  readonly type?: {
    readonly tensorType?: {
      readonly elemType?: number;
      readonly shape?: {
        readonly dim: readonly { readonly dimValue?: number; readonly dimParam?: string }[];
      };
    };
  };
}

interface ModelMessage {
  readonly docString?: string;
  readonly graph?: {
    readonly name?: string;
    readonly node: readonly NodeMessage[];
    readonly initializer: readonly TensorMessage[];
    readonly input: readonly ValueMessage[];
    readonly output: readonly ValueMessage[];
    readonly sparseInitializer: readonly unknown[];
  };
  readonly opsetImport: readonly { readonly domain?: string; readonly version?: number }[];
}

/**
 * Reads an ONNX file, the inverse of `encodeOnnx`. Attributes that hold graphs or lists of texts are left
 * out: operators that have them (If, Loop and the like) are recognised by their names.
 * @returns inputs do not include those that a constant gives a value, as files of IR version 3 list them
 * @throws Error of one line when this is no ONNX file, it is cut off, or parts of it are in other files
 */
export function decodeOnnx(bytes: Uint8Array): OnnxModel {
  const { graph, docString, opsetImport } = parse(bytes);
  if (graph === undefined || opsetImport.length === 0)
    throw unreadable(bytes, 'it has no graph or no operator set');
  if (graph.sparseInitializer.length > 0)
    throw new Error(
      'decodeOnnx: the file has sparse constants, which are not read here; export it with dense ones.',
    );
  const constants = graph.initializer.map(readTensor);
  const given = new Set(constants.map(({ name }) => name));
  return {
    name: graph.name ?? '',
    ...(docString === undefined || docString === '' ? {} : { description: docString }),
    opsets: Object.fromEntries(
      opsetImport.map(({ domain, version }) => [defaultDomain(domain ?? ''), version ?? 1]),
    ),
    nodes: graph.node.map(readNode),
    constants,
    inputs: graph.input.filter(({ name }) => !given.has(name)).map(readValue),
    outputs: graph.output.map(readValue),
  };
}

function parse(bytes: Uint8Array): ModelMessage {
  // A plain view: of Node's Buffer, whose `slice` shares memory, parts would be Buffers too.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return modelType.toObject(modelType.decode(view), { longs: Number, arrays: true }) as ModelMessage;
  } catch (error) {
    throw unreadable(bytes, (error as Error).message, error);
  }
}

/** A model begins with its IR version, or with the graph itself; texts begin otherwise. */
const firstBytes = [0x08, 0x3a];

function unreadable(bytes: Uint8Array, reason: string, cause?: unknown): Error {
  if (bytes.length === 0) return new Error('decodeOnnx: the file is empty.');
  if (firstBytes.includes(bytes[0]!)) {
    return new Error(
      `decodeOnnx: the file (${bytes.length} bytes) is cut off or damaged (${reason.split('\n')[0]}); fetch it again.`,
      { cause },
    );
  }
  const start = new TextDecoder()
    .decode(bytes.subarray(0, 24))
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim();
  return new Error(`decodeOnnx: this is no ONNX file (${bytes.length} bytes, beginning "${start}").`, {
    cause,
  });
}

const defaultDomain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

function readNode({ name, opType, domain, input, output, attribute }: NodeMessage): OnnxNode {
  const attributes = attribute.flatMap((item): [string, OnnxAttribute][] => {
    const value = readAttribute(item);
    return value === undefined ? [] : [[item.name, value]];
  });
  return {
    ...(name === undefined || name === '' ? {} : { name }),
    opType,
    ...(domain === undefined || defaultDomain(domain) === '' ? {} : { domain }),
    inputs: input,
    outputs: output,
    ...(attributes.length > 0 ? { attributes: Object.fromEntries(attributes) } : {}),
  };
}

function readAttribute({ type, i, f, s, t, ints, floats }: AttributeMessage): OnnxAttribute | undefined {
  switch (type) {
    case attributeTypes.int:
      return { int: i ?? 0 };
    case attributeTypes.float:
      return { float: f ?? 0 };
    case attributeTypes.string:
      return { string: new TextDecoder().decode(s ?? new Uint8Array()) };
    case attributeTypes.ints:
      return { ints };
    case attributeTypes.floats:
      return { floats };
    case attributeTypes.tensor:
      return t === undefined ? undefined : { tensor: readTensor(t) };
    default:
      return undefined;
  }
}

function readValue({ name, type }: ValueMessage): OnnxValue {
  const tensor = type?.tensorType;
  if (tensor === undefined)
    throw new Error(
      `decodeOnnx: ${JSON.stringify(name)} is no tensor; sequences, maps and optional values are not read here.`,
    );
  const dims = tensor.shape?.dim.map(
    ({ dimValue, dimParam }, axis) => dimValue ?? (dimParam || `${name}_${axis}`),
  );
  return { name, type: elementType(name, tensor.elemType ?? 0), dims: dims ?? ['...'] };
}

const typeNames = new Map<number, ElementType>(
  Object.entries(elementTypes).map(([name, number]) => [number, name as ElementType]),
);

function elementType(owner: string, number: number): ElementType {
  const name = typeNames.get(number);
  if (name === undefined) {
    throw new Error(
      `decodeOnnx: ${JSON.stringify(owner)} has the element type ${number} of TensorProto.DataType, which is not read here; export the network in float32.`,
    );
  }
  return name;
}

const bytesPerElement: Record<ElementType, number> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
  bfloat16: 2,
};

function readTensor(message: TensorMessage): OnnxTensor {
  const { dims } = message;
  const name = message.name ?? '';
  const type = elementType(name, message.dataType ?? 0);
  if (message.dataLocation === 1) {
    const file = message.externalData.find(({ key }) => key === 'location')?.value ?? 'another file';
    throw new Error(
      `decodeOnnx: the values of ${JSON.stringify(name)} are in ${file}; store them in the ONNX file itself (onnx.save with save_as_external_data=False).`,
    );
  }
  const data =
    message.rawData !== undefined && message.rawData.length > 0 ? message.rawData : typedData(message, type);
  const size = dims.reduce((a, b) => a * b, 1) * bytesPerElement[type];
  if (data.length !== size) {
    throw new Error(
      `decodeOnnx: ${JSON.stringify(name)} is ${type}[${dims.join(', ')}] and needs ${size} bytes, the file has ${data.length}.`,
    );
  }
  return { name, type, dims, data };
}

/** The bytes of values that are stored as numbers, each element type in the list that the format says. */
function typedData(
  { floatData, int32Data, int64Data, doubleData, uint64Data }: TensorMessage,
  type: ElementType,
): Uint8Array {
  const array = ((): ArrayBufferView => {
    switch (type) {
      case 'float32':
        return Float32Array.from(floatData);
      case 'float64':
        return Float64Array.from(doubleData);
      // The largest int64, which stands for "to the end", would turn negative when rounded up to a double.
      case 'int64':
        return BigInt64Array.from(int64Data, (value) => BigInt(Math.min(value, 2 ** 63 - 1024)));
      case 'uint64':
        return BigUint64Array.from(uint64Data, BigInt);
      case 'uint32':
        return Uint32Array.from(uint64Data);
      case 'int32':
        return Int32Array.from(int32Data);
      case 'int16':
        return Int16Array.from(int32Data);
      case 'int8':
        return Int8Array.from(int32Data);
      // Both kinds of half floats are stored as their bits.
      case 'uint16':
      case 'float16':
      case 'bfloat16':
        return Uint16Array.from(int32Data);
      case 'uint8':
      case 'bool':
        return Uint8Array.from(int32Data);
    }
  })();
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
