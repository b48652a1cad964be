import { expect } from 'vitest';
import { importOnnx } from '../../../src/graph/import/import.js';
import { portableTarget } from '../../../src/graph/lower/emitter.js';
import { encodeOnnx } from '../../../src/graph/onnx/encode.js';
import type {
  OnnxAttribute,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from '../../../src/graph/onnx/encode.js';
import type { ElementType } from '../../../src/graph/onnx/schema.js';
import { valueAndGrad } from '../../../src/graph/gradient.js';
import { constant } from '../../../src/graph/tensor.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import { spec } from '../../../src/graph/trace.js';
import { nodeRuntime } from '../../../src/runtime/node.js';
import type { HostTensor } from '../../../src/runtime/session.js';
import { computeLowered, relativeError } from '../lowered.js';

const runtime = nodeRuntime({ threads: 1 });

/** Values and their shape. Numbers are float32 unless another type is named. */
export interface Filled {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

export const size = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** 0, 1, 2, … scrambled into numbers of either sign between −1 and 1. */
export const wave = (dims: readonly number[], phase = 0): Filled => ({
  type: 'float32',
  dims,
  values: Array.from({ length: size(dims) }, (_, i) =>
    Math.fround(Math.sin(12.9898 * (i + 1) + 4.1 * phase)),
  ),
});
/** The same, between `low` and `high`. */
export const between = (dims: readonly number[], low: number, high: number, phase = 0): Filled => ({
  ...wave(dims, phase),
  values: wave(dims, phase).values.map((value) => Math.fround(low + ((value + 1) / 2) * (high - low))),
});
export const floats = (values: readonly number[], dims: readonly number[] = [values.length]): Filled => ({
  type: 'float32',
  dims,
  values: values.map(Math.fround),
});
export const ints = (values: readonly number[], dims: readonly number[] = [values.length]): Filled => ({
  type: 'int64',
  dims,
  values,
});
export const bools = (values: readonly number[], dims: readonly number[] = [values.length]): Filled => ({
  type: 'bool',
  dims,
  values,
});

export function bytesOf({ type, values }: Filled): Uint8Array {
  if (type === 'float32') return new Uint8Array(Float32Array.from(values).buffer);
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  if (type === 'int32') return new Uint8Array(Int32Array.from(values).buffer);
  return Uint8Array.from(values);
}

export const stored = (name: string, filled: Filled): OnnxTensor => ({
  name,
  type: filled.type,
  dims: filled.dims,
  data: bytesOf(filled),
});

/**
 * An ordinary attribute from a plain value: texts, whole numbers and lists of them; other numbers are floats.
 */
export function attributesOf(
  values: Readonly<Record<string, number | string | readonly number[] | OnnxAttribute>>,
): Record<string, OnnxAttribute> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, OnnxAttribute] => {
      if (typeof value === 'string') return [name, { string: value }];
      if (typeof value === 'number') return [name, { int: value }];
      return [name, Array.isArray(value) ? { ints: value as number[] } : (value as OnnxAttribute)];
    }),
  );
}

export interface Network {
  readonly opset?: number;
  readonly inputs: Readonly<Record<string, Filled>>;
  readonly constants?: Readonly<Record<string, Filled>>;
  readonly nodes: readonly OnnxNode[];
  /** Element types of the outputs by name. */
  readonly outputs: Readonly<Record<string, ElementType>>;
}

export function modelOf({ opset = 17, inputs, constants = {}, nodes, outputs }: Network): OnnxModel {
  return {
    name: 'test',
    opsets: { '': opset },
    nodes,
    constants: Object.entries(constants).map(([name, filled]) => stored(name, filled)),
    inputs: Object.entries(inputs).map(([name, { type, dims }]): OnnxValue => ({ name, type, dims })),
    outputs: Object.entries(outputs).map(([name, type]): OnnxValue => ({ name, type, dims: ['...'] })),
  };
}

/** What ONNX Runtime computes with the file itself. */
export async function runOriginal(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, Filled>>,
): Promise<Record<string, { dims: readonly number[]; values: number[] }>> {
  const session = await runtime.createSession(bytes);
  const outputs = await session.run(feedsOf(inputs)).finally(() => session.release());
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { dims, data }]) => [
      name,
      { dims, values: Array.from(data as Float32Array, Number) },
    ]),
  );
}

/** The file as a function of its inputs that can be called often. */
export async function originalSession(bytes: Uint8Array) {
  const session = await runtime.createSession(bytes);
  return {
    run: async (inputs: Readonly<Record<string, Filled>>): Promise<Record<string, number[]>> =>
      Object.fromEntries(
        Object.entries(await session.run(feedsOf(inputs))).map(([name, { data }]) => [
          name,
          Array.from(data as Float32Array, Number),
        ]),
      ),
    release: () => session.release(),
  };
}

const feedsOf = (inputs: Readonly<Record<string, Filled>>): Record<string, HostTensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, filled]) => {
      const { type, dims, values } = filled;
      const data =
        type === 'float32'
          ? Float32Array.from(values)
          : type === 'int64'
            ? BigInt64Array.from(values, BigInt)
            : type === 'int32'
              ? Int32Array.from(values)
              : Uint8Array.from(values);
      return [name, { dims, data, ...(type === 'bool' ? { type } : {}) } as HostTensor];
    }),
  );

/** Specs of the tensors that `apply` wants; truth values are fed as integers. */
const specsOf = (inputs: Readonly<Record<string, Filled>>) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { type, dims }]) => [
      name,
      spec(dims, type === 'float32' ? 'float32' : 'int32'),
    ]),
  );

const asTensors = (
  tensors: Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, Filled>>,
): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      inputs[name]?.type === 'bool' ? tensor.cast('bool') : tensor,
    ]),
  );

const valuesOf = (inputs: Readonly<Record<string, Filled>>): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values]));

/** Imports a file, lowers it again and compares with the file itself: shapes and values of all outputs. */
export async function expectSameOutputs(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, Filled>>,
  tolerance = 1e-5,
): Promise<number> {
  const expected = await runOriginal(bytes, inputs);
  const network = importOnnx(bytes);
  const shapes: Record<string, readonly number[]> = {};
  const computed = await computeLowered(
    (tensors: Readonly<Record<string, Tensor>>) => {
      const outputs = network.apply(asTensors(tensors, inputs));
      for (const [name, { shape }] of Object.entries(outputs)) shapes[name] = shape;
      return outputs;
    },
    specsOf(inputs),
    valuesOf(inputs),
    portableTarget,
  );
  let worst = 0;
  for (const [name, { dims, values }] of Object.entries(expected)) {
    expect(shapes[name], `shape of ${name}`).toEqual(dims);
    const error = relativeError(computed[name]!, values);
    expect(error, name).toBeLessThanOrEqual(tolerance);
    worst = Math.max(worst, error);
  }
  return worst;
}

/** Weights of either sign that repeat nowhere. */
export const cotangent = (length: number, phase: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.cos(1 + 2.4 * i + 0.7 * phase));

/**
 * How far the gradient of Σ weight · output is from central differences of the file itself in ONNX Runtime,
 * relative to the latter. The direction is random but leans to the gradient: in others the kinks of the many
 * rectifiers outweigh the slope.
 * @param step root mean square of the change of the input
 */
export async function gradientError(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, Filled>>,
  input: string,
  step: number,
  names?: readonly string[],
): Promise<number> {
  const network = importOnnx(bytes);
  const chosen = names ?? network.outputs.filter(({ type }) => type === 'float32').map(({ name }) => name);
  const fn = (tensors: Readonly<Record<string, Tensor>>) =>
    valueAndGrad((x: Tensor) => {
      const outputs = network.apply({ ...asTensors(tensors, inputs), [input]: x });
      return chosen
        .map((name, k) =>
          outputs[name]!.mul(constant(cotangent(outputs[name]!.size, k), outputs[name]!.shape)).sum(),
        )
        .reduce((a, b) => a.add(b));
    })(tensors[input]!).grad;
  const gradient = Object.values(
    await computeLowered(fn, specsOf(inputs), valuesOf(inputs), portableTarget),
  )[0]!;
  const leaning = Array.from(gradient, (value, i) => value * (0.5 + Math.sin(12.9898 * i * i)));
  const length = Math.sqrt(dot(leaning, leaning) / leaning.length);
  if (length === 0) return Infinity;
  const direction = leaning.map((value) => value / length);
  const original = await originalSession(bytes);
  const at = async (t: number): Promise<number> => {
    const moved = {
      ...inputs[input]!,
      values: inputs[input]!.values.map((value, i) => value + t * direction[i]!),
    };
    const outputs = await original.run({ ...inputs, [input]: moved });
    return chosen.reduce((sum, name, k) => sum + dot(outputs[name]!, cotangent(outputs[name]!.length, k)), 0);
  };
  const difference = ((await at(step)) - (await at(-step))) / (2 * step);
  await original.release();
  return Math.abs(dot(gradient, direction) - difference) / Math.abs(difference);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export const encode = (network: Network): Uint8Array => encodeOnnx(modelOf(network));
