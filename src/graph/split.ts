import { nchwcDomain, onnxType } from './lower/emitter.js';
import type { LoweredGraph } from './lower/lower.js';
import type { OnnxModel, OnnxNode, OnnxValue } from './onnx/encode.js';

/** Operators that cost less than handing their result over: those that only describe it anew, and masks. */
const cheap = new Set([
  'Reshape',
  'Identity',
  'Cast',
  'Less',
  'LessOrEqual',
  'Equal',
  'Not',
  'Expand',
  'Neg',
  'Relu',
]);

/**
 * Cuts a graph at some of its outputs.
 * @param boundary outputs that the first part ends with
 * @param later inputs that the first part must not need
 * @returns both parts; outputs of the first that are inputs of the second have the same names in both
 * @throws Error when the boundary needs a later input, or is no output
 */
export function splitModel(
  { model, valueOf }: LoweredGraph,
  boundary: readonly string[],
  later: readonly string[],
): { forward: OnnxModel; backward: OnnxModel } {
  const unknown = boundary.find((name) => !model.outputs.some((output) => output.name === name));
  if (unknown !== undefined)
    throw new Error(
      `splitAt: the function has no output "${unknown}"; its outputs are ${model.outputs.map((o) => o.name).join(', ')}.`,
    );
  const forwardNodes = ancestors(model, boundary);
  const early = new Set([...forwardNodes].flatMap((node) => node.inputs));
  const tooEarly = later.find((name) => early.has(name));
  if (tooEarly !== undefined)
    throw new Error(
      `splitAt: the boundary ${boundary.join(', ')} needs the input "${tooEarly}", which is known only after it.`,
    );

  const rest = model.outputs.map((output) => output.name).filter((name) => !boundary.includes(name));
  const makers = new Map(
    [...forwardNodes].flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const backwardNodes = new Set([...ancestors(model, rest)].filter((node) => !forwardNodes.has(node)));
  // Walking back, whatever the second part needs of the first is handed over unless it is cheap to make from
  // one value.
  const constants = new Set(model.constants.map((tensor) => tensor.name));
  // Outputs that the first part has made are handed over in any case, and so never made again.
  const again = new Set<OnnxNode>();
  const residuals = new Set(rest.filter((name) => makers.has(name)));
  const need = (value: string): void => {
    const maker = makers.get(value);
    if (maker === undefined) return;
    const sources = maker.inputs.filter((input) => input !== '' && !constants.has(input));
    if (
      cheap.has(maker.opType) &&
      maker.domain === undefined &&
      sources.length <= 1 &&
      !boundary.includes(value) &&
      !residuals.has(value)
    ) {
      again.add(maker);
      sources.forEach(need);
    } else residuals.add(value);
  };
  for (const node of backwardNodes) node.inputs.forEach(need);

  const backward = model.nodes.filter((node) => backwardNodes.has(node) || again.has(node));
  const handed = [...residuals].filter((name) => !boundary.includes(name));
  const describe = (name: string): OnnxValue => {
    const value = valueOf(name)!;
    return { name, type: onnxType(value.type), dims: value.dims };
  };
  const needed = new Set(backward.flatMap((node) => node.inputs));
  const between = [...residuals].filter((name) => needed.has(name)).map(describe);
  return {
    forward: part(model, [...forwardNodes], model.inputs, [...boundary, ...handed].map(describe)),
    backward: part(
      model,
      backward,
      [...model.inputs, ...between],
      rest.filter((name) => !makers.has(name)).map(describe),
    ),
  };
}

/** The nodes that values are made by, in the order of the graph. */
function ancestors(model: OnnxModel, values: readonly string[]): Set<OnnxNode> {
  const wanted = new Set(values);
  const found = new Set<OnnxNode>();
  for (const node of model.nodes.toReversed()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    found.add(node);
    for (const input of node.inputs) wanted.add(input);
  }
  return new Set([...found].reverse());
}

/** A model of some nodes, with the inputs and constants that they use. */
function part(
  model: OnnxModel,
  nodes: readonly OnnxNode[],
  inputs: readonly OnnxValue[],
  outputs: readonly OnnxValue[],
): OnnxModel {
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const { [nchwcDomain]: blocked, ...opsets } = model.opsets;
  return {
    ...model,
    nodes,
    outputs,
    opsets:
      blocked !== undefined && nodes.some((node) => node.domain === nchwcDomain) ? model.opsets : opsets,
    inputs: inputs.filter((input) => used.has(input.name)),
    constants: model.constants.filter((tensor) => used.has(tensor.name)),
  };
}
