import { readHost } from '../graph/import/value.js';
import { decodeOnnx } from '../graph/onnx/decode.js';
import type { TensorSpec } from '../graph/trace.js';
import type { LayerTree } from './resnet.js';

/** A file that is no network of the kind that is wanted. */
export const notOurs = (kind: string, reason: string): Error =>
  new Error(`the file is no ${kind} of this kind: ${reason}; use one that "rogue export" wrote`);

/**
 * The parameters of layers in a file that an exporter of ours wrote: a training can begin with a file that
 * ships. Filters come back as they are after standardisation, with their lengths as gains, which is the same
 * network.
 * @param specs of all layers wanted
 * @param kind what the file should be, for messages
 * @param others shapes of weights that are none of these layers
 * @param optional layers that may be missing
 * @throws Error of one line when the file is no network of these layers
 */
export function importLayers(
  specs: LayerTree<TensorSpec>,
  file: Uint8Array,
  kind: string,
  {
    others = new Set(),
    optional = {},
  }: {
    readonly others?: ReadonlySet<string | undefined>;
    readonly optional?: LayerTree<TensorSpec>;
  } = {},
): Record<string, Float32Array> {
  const { layers, valuesOf, dimsOf, addedTo } = storedLayers(file);
  const waiting = layersInOrder(specs);
  const parameters: Record<string, Float32Array> = {};
  for (const { inputs, outputs } of layers) {
    const dims = dimsOf(inputs[1]!);
    if (others.has(dims)) continue;
    const weight = valuesOf(inputs[1]!);
    const bias = valuesOf(inputs[2] ?? addedTo(outputs[0]!) ?? '');
    const at = waiting.findIndex(([, { shape }]) => shape.join() === dims);
    if (!weight || !bias || at < 0)
      throw notOurs(kind, `it has a layer [${dims}] that none of this network's is`);
    const [[name, { shape }]] = waiting.splice(at, 1) as [[string, TensorSpec]];
    Object.assign(parameters, {
      [`${name}.weight`]: weight,
      [`${name}.bias`]: bias,
      ...(specs[name]!['gain'] && { [`${name}.gain`]: lengths(weight, shape[0]!) }),
    });
  }
  const missing = waiting.find(([name]) => !(name in optional));
  if (missing) throw notOurs(kind, `it lacks the layer "${missing[0]}"`);
  return parameters;
}

/** Layers of a file in their order, and its constants, widened to 32 bits. */
export function storedLayers(file: Uint8Array) {
  const { nodes, constants } = decodeOnnx(file);
  const stored = new Map(constants.map((tensor) => [tensor.name, tensor]));
  const widened = new Map(
    nodes.filter(({ opType }) => opType === 'Cast').map(({ inputs, outputs }) => [outputs[0]!, inputs[0]!]),
  );
  const tensorOf = (name: string) => stored.get(name) ?? stored.get(widened.get(name) ?? '');
  // A layer of one output is reshaped before its bias is added.
  const addedTo = (output: string): string | undefined => {
    const reshaped = nodes.find(({ opType, inputs }) => opType === 'Reshape' && inputs[0] === output);
    if (reshaped) return addedTo(reshaped.outputs[0]!);
    return nodes
      .find((node) => node.opType === 'Add' && node.inputs.includes(output))
      ?.inputs.find((name) => name !== output);
  };
  return {
    layers: nodes.filter((node) => node.opType === 'Conv' || node.opType === 'Gemm'),
    dimsOf: (name: string): string | undefined => tensorOf(name)?.dims.join(),
    valuesOf: (name: string): Float32Array | undefined => {
      const tensor = tensorOf(name);
      return tensor && Float32Array.from(readHost(tensor).data);
    },
    /** A bias is a layer's third input, or added by the next node. */
    addedTo,
  };
}

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
