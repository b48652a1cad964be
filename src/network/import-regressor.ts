import { readHost } from '../graph/import/value.js';
import { decodeOnnx } from '../graph/onnx/decode.js';
import type { TensorSpec } from '../graph/trace.js';
import type { ModelSizes } from './code.js';
import { judgeParameters } from './judge.js';
import { regressorParameters, type RegressorConfig } from './regressor.js';
import type { LayerTree } from './resnet.js';

/**
 * The parameters of a network that `exportRegressor` wrote: a training can begin with a file that ships.
 * Filters come back as they are after standardisation, with their lengths as gains, which is the same
 * network.
 * @throws Error of one line when the file is no network of this configuration
 */
export function importRegressor(
  config: RegressorConfig,
  sizes: ModelSizes,
  file: Uint8Array,
): Record<string, Float32Array> {
  const { layers, valuesOf, dimsOf, addedTo } = storedLayers(file);
  const judges = new Set<string | undefined>(
    Object.values(judgeParameters(config)).map((layer) => layer['weight']!.shape.join()),
  );
  const specs = regressorParameters(config, sizes);
  const waiting = layersInOrder(specs);
  const parameters: Record<string, Float32Array> = {};
  for (const { opType, inputs, outputs } of layers) {
    const added = addedTo(outputs[0]!);
    const weight = valuesOf(inputs[1]!);
    // A judge reads features as they were: a training changes them.
    if (judges.has(dimsOf(inputs[1]!))) continue;
    const bias = valuesOf(inputs[2] ?? added ?? '');
    const dims = dimsOf(inputs[1]!);
    const at = waiting.findIndex(
      ([name, { shape }]) => (name === 'head') === (opType === 'Gemm') && shape.join() === dims,
    );
    if (!weight || !bias || at < 0) throw notOurs(`it has a layer [${dims}] that none of this network's is`);
    const [[name, { shape }]] = waiting.splice(at, 1) as [[string, TensorSpec]];
    Object.assign(parameters, {
      [`${name}.weight`]: weight,
      [`${name}.bias`]: bias,
      ...(name === 'head' ? {} : { [`${name}.gain`]: lengths(weight, shape[0]!) }),
    });
  }
  if (waiting.length > 0) throw notOurs(`it lacks the layer "${waiting[0]![0]}"`);
  return parameters;
}

/**
 * The parameters of the judge in a network that `exportRegressor` wrote; none of a network without.
 * @throws Error of one line when the file holds half a judge
 */
export function importJudge(config: RegressorConfig, file: Uint8Array): Record<string, Float32Array> {
  const { layers, valuesOf, dimsOf, addedTo } = storedLayers(file);
  const parameters: Record<string, Float32Array> = {};
  for (const [name, layer] of Object.entries(judgeParameters(config))) {
    const dims = layer['weight']!.shape.join();
    const node = layers.find(({ opType, inputs }) => opType === 'Gemm' && dimsOf(inputs[1]!) === dims);
    const weight = node && valuesOf(node.inputs[1]!);
    const bias = node && valuesOf(node.inputs[2] ?? addedTo(node.outputs[0]!) ?? '');
    if (weight && bias) Object.assign(parameters, { [`${name}.weight`]: weight, [`${name}.bias`]: bias });
  }
  if (![0, 4].includes(Object.keys(parameters).length)) throw notOurs('it holds half a judge');
  return parameters;
}

/** Layers of a file in their order, and its constants, widened to 32 bits. */
function storedLayers(file: Uint8Array) {
  const { nodes, constants } = decodeOnnx(file);
  const stored = new Map(constants.map((tensor) => [tensor.name, tensor]));
  const widened = new Map(
    nodes.filter(({ opType }) => opType === 'Cast').map(({ inputs, outputs }) => [outputs[0]!, inputs[0]!]),
  );
  const tensorOf = (name: string) => stored.get(name) ?? stored.get(widened.get(name) ?? '');
  return {
    layers: nodes.filter((node) => node.opType === 'Conv' || node.opType === 'Gemm'),
    dimsOf: (name: string): string | undefined => tensorOf(name)?.dims.join(),
    valuesOf: (name: string): Float32Array | undefined => {
      const tensor = tensorOf(name);
      return tensor && Float32Array.from(readHost(tensor).data);
    },
    /** A bias is a layer's third input, or added by the next node. */
    addedTo: (output: string): string | undefined =>
      nodes
        .find((node) => node.opType === 'Add' && node.inputs.includes(output))
        ?.inputs.find((name) => name !== output),
  };
}

const notOurs = (reason: string): Error =>
  new Error(
    `the file is no head regressor of this kind: ${reason}; use one that "rogue export" wrote, and its --network`,
  );

/**
 * Weights by layer in the order of the exported graph, where layers of equal shapes must not be mistaken:
 * projections come first in their block.
 */
function layersInOrder(specs: LayerTree<TensorSpec>): [string, TensorSpec][] {
  const order = (name: string): string => name.replace('project', 'a');
  const names = Object.keys(specs);
  const block = (name: string): string => name.replace(/(conv\d|project)$/, '');
  return names
    .toSorted((a, b) =>
      block(a) === block(b) ? (order(a) < order(b) ? -1 : 1) : names.indexOf(a) - names.indexOf(b),
    )
    .map((name) => [name, specs[name]!['weight']!]);
}

/** Lengths of filters. */
function lengths(weight: Float32Array, outputs: number): Float32Array {
  const size = weight.length / outputs;
  return Float32Array.from({ length: outputs }, (_, k) =>
    Math.sqrt(weight.subarray(k * size, (k + 1) * size).reduce((sum, value) => sum + value * value, 1e-4)),
  );
}
