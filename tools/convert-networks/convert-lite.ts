import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeOnnx } from '../../src/graph/onnx/encode.js';
import { GraphBuilder } from './graph-builder.js';
import { nearestHalf } from './half.js';
import { readLiteGraph, type LiteGraph, type LiteOperator } from './tflite-graph.js';

/** A published TensorFlow Lite network and the file it becomes. */
export interface LiteRecipe {
  /** File in `assets/networks/`, without the ending. */
  readonly name: string;
  readonly description: string;
  /** File inside the package. */
  readonly model: string;
  readonly input: string;
  readonly output: string;
}

const opset = 17;

/**
 * The ONNX bytes of a TensorFlow Lite network; the same source gives the same bytes. Channels come first, any
 * batch size is accepted, weights are rounded to 16 bits, and rectifiers with a slope per channel, spelled
 * out in five operators, become one.
 *
 * @param folder the unpacked source package
 */
export async function convertLiteNetwork(recipe: LiteRecipe, folder: string): Promise<Uint8Array> {
  const graph = readLiteGraph(await readFile(join(folder, recipe.model)));
  const converter = new LiteConverter(graph);
  const [batchless] = [graph.tensors[graph.inputs[0]!]!.shape.slice(1)];
  const [height, width, channels] = batchless as [number, number, number];
  converter.names.set(graph.inputs[0]!, recipe.input);
  converter.builder.inputs.push({
    name: recipe.input,
    type: 'float32',
    dims: ['batch', channels, height, width],
  });
  const result = converter.value(graph.outputs[0]!);
  converter.builder.add('Flatten', [result], { axis: { int: 1 } }, recipe.output);
  converter.builder.outputs.push({
    name: recipe.output,
    type: 'float32',
    dims: ['batch', graph.tensors[graph.outputs[0]!]!.shape[1]!],
  });
  return encodeOnnx(converter.builder.finish(recipe.name, recipe.description, opset));
}

class LiteConverter {
  readonly builder = new GraphBuilder();
  readonly names = new Map<number, string>();
  readonly #makers: ReadonlyMap<number, LiteOperator>;

  constructor(readonly graph: LiteGraph) {
    this.#makers = new Map(graph.operators.map((operator) => [operator.outputs[0]!, operator]));
  }

  /** The ONNX name of a computed tensor, channels first. */
  value(index: number): string {
    const known = this.names.get(index);
    if (known !== undefined) return known;
    const operator = this.#makers.get(index);
    if (!operator)
      throw new Error(`convertLiteNetwork: nothing computes ${this.graph.tensors[index]!.name}.`);
    const name = this.#convert(operator);
    this.names.set(index, name);
    return name;
  }

  #convert(operator: LiteOperator): string {
    const {
      kind,
      inputs: [a, b],
    } = operator;
    if (kind === 'convolution' || kind === 'depthwise') return this.#convolution(operator);
    if (kind === 'add') {
      const slope = this.#slope(operator);
      return slope
        ? this.builder.add('PRelu', [
            this.value(slope.input),
            this.#floats(slope.values, [slope.values.length, 1, 1]),
          ])
        : this.builder.add('Add', [this.value(a!), this.value(b!)]);
    }
    // What is left of the image is one pixel, whose order of axes is the same either way.
    if (kind === 'reshape' && this.graph.tensors[a!]!.shape.slice(1, 3).every((size) => size === 1))
      return this.value(a!);
    throw new Error(
      `convertLiteNetwork: ${kind} (${this.graph.tensors[operator.outputs[0]!]!.name}) has no rule where it stands.`,
    );
  }

  /** `relu(x) + c · (x − |x|)`, whose slope below zero is 2c. */
  #slope({ inputs: [first, second] }: LiteOperator): { input: number; values: Float32Array } | undefined {
    const relu = this.#makers.get(first!);
    const product = this.#makers.get(second!);
    if (relu?.kind !== 'relu' || product?.kind !== 'multiply') return undefined;
    const input = relu.inputs[0]!;
    const values = this.graph.tensors[product.inputs[0]!]!.data;
    const difference = this.#makers.get(product.inputs[1]!);
    const absolute =
      difference?.kind === 'subtract' && difference.inputs[0] === input
        ? this.#makers.get(difference.inputs[1]!)
        : undefined;
    if (!(values instanceof Float32Array) || absolute?.kind !== 'absolute' || absolute.inputs[0] !== input)
      return undefined;
    return { input, values: values.map((value) => 2 * value) };
  }

  #convolution({ kind, inputs: [x, weight, bias], strides, padding }: LiteOperator): string {
    const { shape, data } = this.graph.tensors[weight!]!;
    const [first, height, width, last] = shape as [number, number, number, number];
    const depthwise = kind === 'depthwise';
    // [O, h, w, I], or [1, h, w, C] for one kernel per channel, to [O, I, h, w].
    const [out, ins] = depthwise ? [last, 1] : [first, last];
    const values = new Float32Array(data!.length);
    const area = height * width;
    for (let o = 0; o < out; o++)
      for (let i = 0; i < ins; i++)
        for (let p = 0; p < area; p++)
          values[(o * ins + i) * area + p] = data![depthwise ? p * last + o : (o * area + p) * last + i]!;
    const size = this.graph.tensors[x!]!.shape.slice(1, 3);
    const pads = size.map((length, axis) =>
      padding === 'valid' ? 0 : samePadding(length, [height, width][axis]!, strides[axis]!),
    );
    const before = pads.map((total) => Math.floor(total / 2));
    const after = pads.map((total, axis) => total - before[axis]!);
    return this.builder.add(
      'Conv',
      [
        this.value(x!),
        this.#floats(values, [out, ins, height, width]),
        this.builder.floats(this.graph.tensors[bias!]!.data as Float32Array, [out], false),
      ],
      {
        kernel_shape: { ints: [height, width] },
        strides: { ints: [...strides] },
        pads: { ints: [...before, ...after] },
        group: { int: depthwise ? out : 1 },
      },
    );
  }

  #floats(values: Float32Array, dims: readonly number[]): string {
    return this.builder.floats(values.map(nearestHalf), dims, true);
  }
}

/** Zeros along an axis with which the result has a pixel per stride. */
const samePadding = (size: number, kernel: number, stride: number): number =>
  Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
