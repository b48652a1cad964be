import { decodeOnnx } from '../onnx/decode.js';
import type { OnnxValue } from '../onnx/encode.js';
import { Tensor } from '../tensor.js';
import { spec, trace } from '../trace.js';
import { planNetwork, runStep } from './plan.js';
import type { Plan } from './plan.js';
import { importType, toTensor } from './value.js';
import type { ImportType, Value } from './value.js';

/** An input or output. Half and double precision are float32 here, all integers int32. */
export interface ImportedValue {
  readonly name: string;
  /**
   * A dimension that is a string is free; where two have the same name they are equal. The lone `...` is any
   * shape.
   */
  readonly shape: readonly (number | string)[];
  readonly type: ImportType;
}

/** A stored array of floats, row-major. */
export interface ImportedParameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A network from an ONNX file as a traceable and differentiable function. */
export interface ImportedNetwork {
  readonly inputs: readonly ImportedValue[];
  readonly outputs: readonly ImportedValue[];
  /** Names of the operators it uses, in alphabetical order. */
  readonly operators: readonly string[];
  /** Stored weights by name, statistics of batch normalisations and other constants of floats among them. */
  readonly parameters: Readonly<Record<string, ImportedParameter>>;
  /**
   * Computes the outputs inside a traced function.
   * @param inputs one tensor for each input
   * @param parameters tensors to use in place of stored weights, so that these can be trained
   * @throws Error naming an input or parameter that is missing, unknown or of another shape or type, or the
   *   node that does not fit these shapes
   */
  apply(
    inputs: Readonly<Record<string, Tensor>>,
    parameters?: Readonly<Record<string, Tensor>>,
  ): Record<string, Tensor>;
}

export interface ImportOptions {
  /**
   * Shapes of inputs, which replace those in the file. With all of them known the network is traced once:
   * what does not fit is found on importing, and the outputs' shapes are exact. A file made for a batch of 1
   * can get another batch size: shapes in it that begin with 1 then begin with that.
   */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
}

/**
 * Makes a traceable function of an ONNX file. Shapes are known when tracing, so that whatever a network
 * computes from them is computed then and leaves no trace. Normalisations use their stored statistics,
 * dropout does nothing.
 * @example
 * const network = importOnnx(bytes);
 * const loss = ({ image }) => cosineSimilarity(network.apply({ image })['embedding'], wanted).neg().sum();
 * @throws Error of one line when this is no ONNX file, or naming the operators that are not supported and
 *   their nodes
 */
export function importOnnx(bytes: Uint8Array, { inputShapes = {} }: ImportOptions = {}): ImportedNetwork {
  const model = decodeOnnx(bytes);
  const plan = planNetwork(model);
  const inputs = model.inputs.map((value) => pinShape(describe(value), inputShapes[value.name]));
  const stray = Object.keys(inputShapes).find((name) => !inputs.some((input) => input.name === name));
  if (stray !== undefined)
    throw new Error(`importOnnx: inputShapes names "${stray}"; the inputs are ${listOf(inputs)}.`);
  const batch = newBatch(model.inputs, inputShapes);
  const outputs = model.outputs.map(describe);
  const parameters = parametersOf(plan);
  const network: ImportedNetwork = {
    inputs,
    outputs,
    parameters,
    operators: [...new Set(model.nodes.map(({ opType }) => opType))].sort(),
    apply(given, replaced = {}) {
      checkInputs(inputs, given);
      checkParameters(parameters, replaced);
      return computeOutputs(
        plan,
        outputs,
        batch,
        new Map<string, Value>([...plan.constants, ...Object.entries(given), ...Object.entries(replaced)]),
      );
    },
  };
  const known = inputs.every(({ shape }) => shape.every((size) => typeof size === 'number'));
  return Object.keys(inputShapes).length > 0 && known
    ? { ...network, outputs: traceShapes(network, batch) }
    : network;
}

const describe = ({ name, dims, type }: OnnxValue): ImportedValue => ({
  name,
  shape: dims,
  type: importType(type),
});
const listOf = (values: readonly { readonly name: string }[]): string =>
  values.map(({ name }) => JSON.stringify(name)).join(', ');
const isAny = (shape: readonly (number | string)[]): boolean => shape.join() === '...';

function pinShape(value: ImportedValue, shape: readonly number[] | undefined): ImportedValue {
  if (shape === undefined) return value;
  if (!isAny(value.shape) && shape.length !== value.shape.length) {
    throw new Error(
      `importOnnx: inputShapes gives "${value.name}" the shape [${shape.join(', ')}], the file [${value.shape.join(', ')}].`,
    );
  }
  return { ...value, shape };
}

/** The batch size that is to replace a fixed 1, if that is asked for. */
function newBatch(
  inputs: readonly OnnxValue[],
  shapes: Readonly<Record<string, readonly number[]>>,
): number | undefined {
  return inputs
    .filter(({ name, dims }) => dims[0] === 1 && dims.length > 1 && shapes[name] !== undefined)
    .map(({ name }) => shapes[name]![0]!)
    .find((size) => size !== 1);
}

/**
 * The outputs with the shapes that tracing finds.
 * @throws Error when another batch size changes outputs in other ways than their batch size
 */
function traceShapes(network: ImportedNetwork, batch: number | undefined): ImportedValue[] {
  const shapes = new Map<string, readonly number[]>();
  trace(
    (inputs: Readonly<Record<string, Tensor>>) => {
      const outputs = network.apply(inputs);
      for (const [name, { shape }] of Object.entries(outputs)) shapes.set(name, shape);
      return outputs;
    },
    Object.fromEntries(
      network.inputs.map(({ name, shape, type }) => [name, spec(shape as readonly number[], type)]),
    ),
  );
  return network.outputs.map((output) => {
    const shape = shapes.get(output.name)!;
    if (batch !== undefined && output.shape[0] === 1 && shape[0] !== batch) {
      throw new Error(
        `importOnnx: the file has its batch size of 1 built in: with ${batch} its output "${output.name}" is [${shape.join(', ')}].`,
      );
    }
    return { ...output, shape };
  });
}

function parametersOf({ constants, fixed }: Plan): Record<string, ImportedParameter> {
  const entries = [...constants].flatMap(([name, { shape, data }]): [string, ImportedParameter][] =>
    data instanceof Float32Array && !fixed.has(name) ? [[name, { shape, data }]] : [],
  );
  return Object.fromEntries(entries);
}

function checkInputs(inputs: readonly ImportedValue[], given: Readonly<Record<string, Tensor>>): void {
  const sizes = new Map<string, number>();
  for (const { name, shape, type } of inputs) {
    const tensor = given[name];
    if (tensor === undefined)
      throw new Error(`apply: the input "${name}" is missing; the inputs are ${listOf(inputs)}.`);
    if (tensor.type !== type && !(type === 'float32' && tensor.type === 'float64')) {
      throw new Error(`apply: the input "${name}" is ${tensor.type}; it must be ${type}.`);
    }
    const fits =
      isAny(shape) ||
      (shape.length === tensor.rank &&
        shape.every((size, axis) => {
          const actual = tensor.shape[axis]!;
          const wanted = typeof size === 'number' ? size : (sizes.get(size) ?? actual);
          if (typeof size === 'string') sizes.set(size, actual);
          return actual === wanted;
        }));
    if (!fits) {
      const named = [...sizes]
        .filter(([size]) => shape.includes(size))
        .map(([size, value]) => `, ${size} = ${value}`)
        .join('');
      throw new Error(
        `apply: the input "${name}" is [${tensor.shape.join(', ')}]; it must be [${shape.join(', ')}]${named} (inputShapes of importOnnx can change that).`,
      );
    }
  }
  const stray = Object.keys(given).find((name) => !inputs.some((input) => input.name === name));
  if (stray !== undefined)
    throw new Error(`apply: there is no input "${stray}"; the inputs are ${listOf(inputs)}.`);
}

function checkParameters(
  parameters: Readonly<Record<string, ImportedParameter>>,
  given: Readonly<Record<string, Tensor>>,
): void {
  for (const [name, tensor] of Object.entries(given)) {
    const parameter = parameters[name];
    if (parameter === undefined) throw new Error(`apply: there is no parameter "${name}".`);
    if (parameter.shape.join() !== tensor.shape.join()) {
      throw new Error(
        `apply: the parameter "${name}" is [${tensor.shape.join(', ')}]; it must be [${parameter.shape.join(', ')}].`,
      );
    }
  }
}

function computeOutputs(
  { steps, opset }: Plan,
  outputs: readonly ImportedValue[],
  batch: number | undefined,
  values: Map<string, Value>,
): Record<string, Tensor> {
  for (const step of steps) {
    const results = runStep(
      step,
      opset,
      step.node.inputs.map((input) => (input === '' ? undefined : values.get(input))),
      batch,
    );
    step.node.outputs.forEach((output, i) => {
      if (results[i] !== undefined) values.set(output, results[i]);
    });
  }
  return Object.fromEntries(outputs.map(({ name }) => [name, toTensor(values.get(name)!)]));
}
