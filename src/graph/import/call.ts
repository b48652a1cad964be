import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../onnx/encode.js';
import { Tensor } from '../tensor.js';
import { isHost, toTensor } from './value.js';
import type { HostValue, Value } from './value.js';

/** How an operator of ONNX is computed. */
export interface Operator {
  /** Computes the outputs. Errors need not name the node: the caller does. */
  readonly run: (call: Call) => Value | readonly Value[];
  /** Does the same when tracing, if all inputs are known then. */
  readonly host?: (call: Call) => HostValue | readonly HostValue[];
  /** Inputs that have to be known when tracing, such as shapes and axes. */
  readonly hostInputs?: readonly number[];
  /** How many outputs it can compute. Default 1. */
  readonly outputs?: number;
  /** What is not supported, judged by the attributes alone; undefined when all is well. */
  readonly refuse?: (attributes: Attributes, opset: number) => string | undefined;
}

export type OperatorTable = Readonly<Record<string, Operator>>;

/** Typed access to a node's attributes. */
export class Attributes {
  constructor(private readonly items: Readonly<Record<string, OnnxAttribute>> = {}) {}

  has(name: string): boolean {
    return name in this.items;
  }
  int(name: string): number | undefined {
    const item = this.items[name];
    return item !== undefined && 'int' in item ? item.int : undefined;
  }
  float(name: string): number | undefined {
    const item = this.items[name];
    return item !== undefined && 'float' in item ? item.float : undefined;
  }
  string(name: string): string | undefined {
    const item = this.items[name];
    return item !== undefined && 'string' in item ? item.string : undefined;
  }
  ints(name: string): readonly number[] | undefined {
    const item = this.items[name];
    return item !== undefined && 'ints' in item ? item.ints : undefined;
  }
  floats(name: string): readonly number[] | undefined {
    const item = this.items[name];
    return item !== undefined && 'floats' in item ? item.floats : undefined;
  }
  tensor(name: string): OnnxTensor | undefined {
    const item = this.items[name];
    return item !== undefined && 'tensor' in item ? item.tensor : undefined;
  }
}

/** One node with the values that reach it. */
export class Call {
  readonly attributes: Attributes;

  constructor(
    readonly node: OnnxNode,
    readonly opset: number,
    private readonly inputs: readonly (Value | undefined)[],
    /** The batch size in place of the 1 for which the file was made. */
    readonly batch?: number,
  ) {
    this.attributes = new Attributes(node.attributes);
  }

  /** How many inputs there are, trailing ones that are left out not counted. */
  get count(): number {
    return this.inputs.length;
  }

  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  /** @throws Error when the input is left out */
  value(index: number): Value {
    const value = this.inputs[index];
    if (value === undefined) throw new Error(`input ${index} is missing`);
    return value;
  }

  values(): Value[] {
    return this.inputs.map((_, i) => this.value(i));
  }

  tensor(index: number): Tensor {
    return toTensor(this.value(index));
  }

  optionalTensor(index: number): Tensor | undefined {
    return this.has(index) ? this.tensor(index) : undefined;
  }

  /** An input that is known when tracing. @throws Error when it is not */
  host(index: number): HostValue {
    const value = this.value(index);
    if (!isHost(value))
      throw new Error(
        `input ${index} (${this.node.inputs[index]}) must be known when tracing, but it depends on the network's inputs`,
      );
    return value;
  }

  hosts(): HostValue[] {
    return this.inputs.map((_, i) => this.host(i));
  }

  /** The numbers of an input that is known when tracing; undefined when it is left out. */
  optionalNumbers(index: number): number[] | undefined {
    return this.has(index) ? [...this.host(index).data] : undefined;
  }

  numbers(index: number): number[] {
    return [...this.host(index).data];
  }

  /** A list that later operator sets take as an input and earlier ones as an attribute. */
  list(index: number, attribute: string): readonly number[] | undefined {
    return this.optionalNumbers(index) ?? this.attributes.ints(attribute);
  }
}

/** A non-negative axis. @throws Error when there is none such */
export function axisOf(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= Math.max(rank, 1))
    throw new Error(`there is no axis ${axis} among ${rank}`);
  return at;
}
