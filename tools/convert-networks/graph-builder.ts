import type {
  OnnxAttribute,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from '../../src/graph/onnx/encode.js';
import type { ElementType } from '../../src/graph/onnx/schema.js';
import { floatToHalf } from './half.js';

/** An operator under construction; its inputs may still change, for example when a bias is folded in. */
export type NodeDraft = { -readonly [K in keyof OnnxNode]: OnnxNode[K] };

/** Collects operators and constants of one ONNX graph; equal constants are stored once. */
export class GraphBuilder {
  readonly inputs: OnnxValue[] = [];
  readonly outputs: OnnxValue[] = [];
  readonly #nodes: NodeDraft[] = [];
  readonly #constants: OnnxTensor[] = [];
  readonly #constantNames = new Map<string, string>();

  /** Appends an operator and returns the name of its only output, `output` or a fresh one. */
  add(
    opType: string,
    inputs: string[],
    attributes: Record<string, OnnxAttribute> = {},
    output?: string,
  ): string {
    const name = output ?? `${opType.toLowerCase()}_${this.#nodes.length}`;
    this.#nodes.push({ opType, inputs, outputs: [name], attributes });
    return name;
  }

  /** The operator that computes a value, or nothing for graph inputs and constants. */
  producer(value: string): NodeDraft | undefined {
    return this.#nodes.find((node) => node.outputs[0] === value);
  }

  /**
   * A float constant; `halfPrecision` stores 16-bit floats with a Cast that ONNX Runtime folds away on
   * loading.
   */
  floats(data: Float32Array, dims: readonly number[], halfPrecision: boolean): string {
    if (!halfPrecision || data.length < 16) return this.#constant('float32', dims, bytesOf(data));
    const stored = this.#constant('float16', dims, bytesOf(Uint16Array.from(data, floatToHalf)));
    const name = `${stored}_f32`;
    // The Cast precedes its first user because the constant is created while that user is being built.
    return this.producer(name) ? name : this.add('Cast', [stored], { to: { int: 1 } }, name);
  }

  /** An int64 constant, as shapes, axes and indices are stored. */
  integers(data: readonly number[], dims: readonly number[] = [data.length]): string {
    return this.#constant('int64', dims, bytesOf(BigInt64Array.from(data, BigInt)));
  }

  finish(name: string, description: string, opset: number): OnnxModel {
    return {
      name,
      description,
      opsets: { '': opset },
      nodes: this.#nodes,
      constants: this.#constants,
      inputs: this.inputs,
      outputs: this.outputs,
    };
  }

  #constant(type: ElementType, dims: readonly number[], data: Uint8Array): string {
    const key = `${type}|${dims.join()}|${Buffer.from(data).toString('base64')}`;
    const known = this.#constantNames.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#constants.length}`;
    this.#constants.push({ name, type, dims, data });
    this.#constantNames.set(key, name);
    return name;
  }
}

function bytesOf(values: Float32Array | Uint16Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
