import { decodeOnnx } from '../graph/onnx/decode.js';
import type { OnnxModel } from '../graph/onnx/encode.js';
import { importOnnx } from '../graph/import/import.js';

/**
 * The weights of a dense landmark network that a training changes, by their names in the file: filters,
 * biases and slopes of all layers behind the first pooling. What comes before sees edges and colours, which
 * covers do not change; other constants are the geometry of the branches that look closer.
 */
export function landmarkerParameters(bytes: Uint8Array): Record<string, Float32Array> {
  const trained = trainedConstants(decodeOnnx(bytes));
  const { parameters } = importOnnx(bytes);
  return Object.fromEntries([...trained].map((name) => [name, parameters[name]!.data.slice()]));
}

function trainedConstants({ nodes, constants }: OnnxModel): Set<string> {
  const names = new Set(constants.map(({ name }) => name));
  const widened = new Map(
    nodes.filter(({ opType }) => opType === 'Cast').map(({ inputs, outputs }) => [outputs[0]!, inputs[0]!]),
  );
  const weightsOf = (from: number, to: number): string[] =>
    nodes
      .slice(from, to)
      .filter(({ opType }) => opType === 'Conv' || opType === 'PRelu')
      .flatMap(({ inputs }) => inputs.slice(1).map((input) => widened.get(input) ?? input))
      .filter((name) => names.has(name));
  const pooling = nodes.findIndex(({ opType }) => opType === 'MaxPool');
  const first = new Set(weightsOf(0, pooling));
  return new Set(weightsOf(pooling, nodes.length).filter((name) => !first.has(name)));
}
