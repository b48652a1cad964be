import { attributeTypes, elementTypes, modelType } from './schema.js';
import type { ElementType } from './schema.js';

/** A constant: `data` holds the little-endian bytes of `dims` values in row-major order. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

/** An operator's attribute, tagged with its type because 1 may be a float or an integer. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly tensor: OnnxTensor };

/** One operator of the default domain unless `domain` says otherwise. */
export interface OnnxNode {
  /** Shown in error messages; default: the name of the first output. */
  readonly name?: string;
  readonly opType: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/**
 * A graph input or output; a dimension that is a string is free and named, and the lone dimension `...` is
 * any shape.
 */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

/** A graph in topological order with its constants. */
export interface OnnxModel {
  readonly name: string;
  readonly description?: string;
  /** Operator set versions by domain; the default domain is `''`. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** The bytes of an ONNX file; equal models give equal bytes. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  return modelType
    .encode({
      irVersion: 8,
      producerName: 'rogue-face',
      docString: model.description ?? '',
      graph: {
        name: model.name,
        node: model.nodes.map(nodeMessage),
        initializer: model.constants.map(tensorMessage),
        input: model.inputs.map(valueMessage),
        output: model.outputs.map(valueMessage),
      },
      opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
    })
    .finish();
}

function nodeMessage(node: OnnxNode): object {
  return {
    input: node.inputs,
    output: node.outputs,
    name: node.name ?? node.outputs[0],
    opType: node.opType,
    attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => ({
      name,
      ...attributeMessage(value),
    })),
    ...(node.domain === undefined ? {} : { domain: node.domain }),
  };
}

function attributeMessage(value: OnnxAttribute): object {
  if ('int' in value) return { i: value.int, type: attributeTypes.int };
  if ('float' in value) return { f: value.float, type: attributeTypes.float };
  if ('string' in value) return { s: new TextEncoder().encode(value.string), type: attributeTypes.string };
  if ('ints' in value) return { ints: value.ints, type: attributeTypes.ints };
  if ('floats' in value) return { floats: value.floats, type: attributeTypes.floats };
  return { t: tensorMessage(value.tensor), type: attributeTypes.tensor };
}

function tensorMessage(tensor: OnnxTensor): object {
  return { dims: tensor.dims, dataType: elementTypes[tensor.type], name: tensor.name, rawData: tensor.data };
}

function valueMessage(value: OnnxValue): object {
  const dim = value.dims.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  const shape = value.dims.join() === '...' ? {} : { shape: { dim } };
  return { name: value.name, type: { tensorType: { elemType: elementTypes[value.type], ...shape } } };
}
