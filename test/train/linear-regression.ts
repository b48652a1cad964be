import { encodeOnnx } from '../../src/graph/onnx/encode.js';
import type { OnnxNode, OnnxTensor } from '../../src/graph/onnx/encode.js';
import type { HostTensor } from '../../src/runtime/session.js';
import type { Batch, HostFunction, SplitGraphs, StepGraph, StepValue } from '../../src/train/step-graph.js';

const rows = 8;
const features = 3;

const value = (name: string, ...shape: number[]): StepValue => ({ name, shape, type: 'float32' });
const constant = (name: string, dims: number[], ...values: number[]): OnnxTensor => ({
  name,
  type: 'float32',
  dims,
  data: new Uint8Array(Float32Array.from(values).buffer),
});
const axes: OnnxTensor = {
  name: 'rows',
  type: 'int64',
  dims: [1],
  data: new Uint8Array(BigInt64Array.of(0n).buffer),
};

export function graphOf(
  nodes: OnnxNode[],
  constants: OnnxTensor[],
  inputs: StepValue[],
  outputs: StepValue[],
): StepGraph {
  const dims = ({ name, type, shape }: StepValue) => ({ name, type, dims: shape });
  return {
    model: encodeOnnx({
      name: 'step',
      opsets: { '': 17 },
      nodes,
      constants,
      inputs: inputs.map(dims),
      outputs: outputs.map(dims),
    }),
    inputs,
    outputs,
  };
}

const parameters = [value('parameters.weight', features, 1), value('parameters.bias', 1)];
const gradients = [value('grad.weight', features, 1), value('grad.bias', 1)];

const predict: OnnxNode[] = [
  { opType: 'MatMul', inputs: ['x', 'parameters.weight'], outputs: ['product'] },
  { opType: 'Add', inputs: ['product', 'parameters.bias'], outputs: ['prediction'] },
];
/** From `residual` = prediction − y to the gradient of the mean squared error. */
const backpropagate: OnnxNode[] = [
  { opType: 'Mul', inputs: ['residual', 'twoOverRows'], outputs: ['cotangent'] },
  { opType: 'Transpose', inputs: ['x'], outputs: ['xT'], attributes: { perm: { ints: [1, 0] } } },
  { opType: 'MatMul', inputs: ['xT', 'cotangent'], outputs: ['grad.weight'] },
  {
    opType: 'ReduceSum',
    inputs: ['cotangent', 'rows'],
    outputs: ['grad.bias'],
    attributes: { keepdims: { int: 0 } },
  },
];
const backwardConstants = [constant('twoOverRows', [], 2 / rows), axes];

/** Mean squared error of `x · weight + bias` against `y`, with its gradient; `extra.prediction` besides. */
export function jointRegression(): StepGraph {
  return graphOf(
    [
      ...predict,
      { opType: 'Sub', inputs: ['prediction', 'y'], outputs: ['residual'] },
      { opType: 'Mul', inputs: ['residual', 'residual'], outputs: ['squares'] },
      { opType: 'ReduceMean', inputs: ['squares'], outputs: ['value'], attributes: { keepdims: { int: 0 } } },
      { opType: 'Identity', inputs: ['prediction'], outputs: ['extra.prediction'] },
      ...backpropagate,
    ],
    backwardConstants,
    [...parameters, value('x', rows, features), value('y', rows, 1)],
    [value('value'), value('extra.prediction', rows, 1), ...gradients],
  );
}

/**
 * The same in two graphs. The forward graph hands `x` on as `residualX`; the host function compares with `y`.
 */
export function splitRegression(host: HostFunction = compareOnHost): SplitGraphs {
  const forward = graphOf(
    [...predict, { opType: 'Identity', inputs: ['x'], outputs: ['handedX'] }],
    [],
    [...parameters, value('x', rows, features)],
    [value('prediction', rows, 1), value('handedX', rows, features)],
  );
  const backward = graphOf(
    backpropagate.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (name === 'x' ? 'handedX' : name)),
    })),
    backwardConstants,
    [value('handedX', rows, features), value('residual', rows, 1)],
    gradients,
  );
  return { forward, host, backward };
}

/** The host function of `splitRegression`. */
export function compareOnHost(outputs: Batch, { y }: Batch): Record<string, HostTensor> {
  const residual = (outputs['prediction']!.data as Float32Array).map(
    (predicted, k) => predicted - (y!.data[k] as number),
  );
  const loss = residual.reduce((sum, r) => sum + r * r, 0) / rows;
  return { residual: { dims: [rows, 1], data: residual }, value: { dims: [], data: Float32Array.of(loss) } };
}

export const truth = { weight: [1, -2, 0.5], bias: 0.75 };

/** A batch of the noiseless line `truth`, different for every seed. */
export function lineBatch(seed: number): Record<string, HostTensor> {
  const x = Float32Array.from(
    { length: rows * features },
    (_, k) => (43758.5453 * Math.sin(12.9898 * (seed + 1) + 78.233 * k)) % 1,
  );
  const y = Float32Array.from({ length: rows }, (_, row) =>
    truth.weight.reduce((sum, w, k) => sum + w * x[row * features + k]!, truth.bias),
  );
  return { x: { dims: [rows, features], data: x }, y: { dims: [rows, 1], data: y } };
}

export const initialLine = (): Record<string, Float32Array> => ({
  weight: new Float32Array(features),
  bias: new Float32Array(1),
});
