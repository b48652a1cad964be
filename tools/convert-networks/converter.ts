import { GraphBuilder } from './graph-builder.js';
import { rules } from './rules.js';
import type { TfAttribute, TfGraph, TfNode } from './tfjs-graph.js';

/** A value computed by the ONNX graph. */
export interface Tensor {
  readonly kind: 'tensor';
  /** Name in the ONNX graph. */
  readonly name: string;
  /** Shape as TensorFlow sees it: channels last for feature maps, batch 1. */
  readonly shape: readonly number[];
  /** True when the ONNX value is stored channels first; `shape` is channels last all the same. */
  readonly channelsFirst: boolean;
}

export interface Constant {
  readonly kind: 'constant';
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  readonly halfPrecision: boolean;
}

export type Value = Tensor | Constant;

/** What a rule may ask for while it turns one TensorFlow operator into ONNX. */
export class Converter {
  readonly builder = new GraphBuilder();
  readonly #values = new Map<string, Value>();
  readonly #consumers = new Map<string, number>();

  /** @param anySize whether the ONNX graph accepts images of other sizes than the source graph */
  constructor(
    readonly graph: TfGraph,
    readonly anySize: boolean,
  ) {
    for (const node of graph.nodes.values()) {
      for (const input of node.inputs) this.#consumers.set(input, (this.#consumers.get(input) ?? 0) + 1);
    }
  }

  /** The value of a TensorFlow node; converts it, and all it depends on, at the first call. */
  value(name: string): Value {
    const known = this.#values.get(name);
    if (known) return known;
    const node = this.node(name);
    const rule = rules[node.op];
    if (!rule) throw new Error(`convert: operator ${node.op} (${name}) has no rule; add one to rules.ts.`);
    const value = rule(node, this);
    this.#values.set(name, value);
    return value;
  }

  node(name: string): TfNode {
    const node = this.graph.nodes.get(name);
    if (!node) throw new Error(`convert: the graph has no node ${name}.`);
    return node;
  }

  /** How many operators read this node. */
  consumers(name: string): number {
    return this.#consumers.get(name) ?? 0;
  }

  /** An operator's input that must be computed by the graph. */
  tensor(node: TfNode, input: number): Tensor {
    const value = this.value(node.inputs[input]!);
    if (value.kind !== 'tensor')
      throw new Error(
        `convert ${node.name}: input ${input} is a constant where a computed value is expected.`,
      );
    return value;
  }

  /** An operator's input that must be constant. */
  constant(node: TfNode, input: number): Constant {
    const value = this.value(node.inputs[input]!);
    if (value.kind !== 'constant')
      throw new Error(`convert ${node.name}: input ${input} is computed where a constant is expected.`);
    return value;
  }

  /** The ONNX name of a value in TensorFlow's own axis order. */
  plain(value: Value): string {
    if (value.kind === 'constant') return this.#constantName(value);
    return value.channelsFirst
      ? this.builder.add('Transpose', [value.name], { perm: { ints: [0, 2, 3, 1] } })
      : value.name;
  }

  /**
   * The ONNX name of an operand that meets channels-first feature maps: constants per channel become (C,1,1).
   */
  channelsFirst(value: Value): string {
    if (value.kind === 'tensor') {
      return value.channelsFirst
        ? value.name
        : this.builder.add('Transpose', [value.name], { perm: { ints: [0, 3, 1, 2] } });
    }
    const channels = value.shape.at(-1) ?? 1;
    if (value.data.length !== channels)
      throw new Error(`convert: a constant of shape (${value.shape.join()}) is not per channel.`);
    return this.#constantName({ ...value, shape: [channels, 1, 1] });
  }

  #constantName(value: Constant): string {
    return value.data instanceof Float32Array
      ? this.builder.floats(value.data, value.shape, value.halfPrecision)
      : this.builder.integers([...value.data], value.shape);
  }
}

/** A numeric list attribute such as strides. */
export function numbers(node: TfNode, attribute: string): readonly number[] {
  const value: TfAttribute | undefined = node.attributes[attribute];
  if (!Array.isArray(value) || typeof value[0] !== 'number') {
    throw new Error(`convert ${node.name}: attribute ${attribute} is not a list of numbers.`);
  }
  return value as readonly number[];
}
