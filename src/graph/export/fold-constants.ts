import { encodeOnnx } from '../onnx/encode.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../onnx/encode.js';
import type { ElementType } from '../onnx/schema.js';

/** Runs a model that has no inputs and gives its outputs by name. */
export type RunConstants = (
  model: Uint8Array,
) => Promise<Readonly<Record<string, { dims: readonly number[]; data: ArrayBufferView }>>>;

/** Never computed ahead: these make large values of small ones. */
const growing = new Set(['Expand', 'ConstantOfShape', 'Range', 'Tile']);

/** The graph with every value that depends on constants only stored as a constant. */
export async function foldConstants(model: OnnxModel, run: RunConstants): Promise<OnnxModel> {
  const known = new Set(model.constants.map((tensor) => tensor.name));
  const foldable: OnnxNode[] = [];
  const rest: OnnxNode[] = [];
  for (const node of model.nodes) {
    if (!growing.has(node.opType) && node.inputs.every((input) => input === '' || known.has(input))) {
      foldable.push(node);
      for (const output of node.outputs) known.add(output);
    } else rest.push(node);
  }
  if (foldable.length === 0) return model;
  const used = new Set([
    ...rest.flatMap((node) => node.inputs),
    ...model.outputs.map((output) => output.name),
  ]);
  const wanted = foldable.flatMap((node) => node.outputs).filter((output) => used.has(output));
  const inside = new Set(foldable.flatMap((node) => node.inputs));
  // Outputs without a declared shape: the runtime finds it.
  const computed = await run(
    encodeOnnx({
      ...model,
      nodes: foldable,
      constants: model.constants.filter((tensor) => inside.has(tensor.name)),
      inputs: [],
      outputs: wanted.map((name) => ({ name, type: typeOfNodes(foldable, name, model), dims: [] })),
    }),
  );
  const folded = wanted.map((name): OnnxTensor => {
    const { dims, data } = computed[name]!;
    return {
      name,
      type: elementTypeOf(data),
      dims,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
  });
  const outputs = new Set(model.outputs.map((output) => output.name));
  // A graph's output has to be made by a node.
  const identities = folded
    .filter((tensor) => outputs.has(tensor.name))
    .map((tensor): OnnxNode => ({
      opType: 'Identity',
      inputs: [`${tensor.name}_value`],
      outputs: [tensor.name],
    }));
  const constants = [
    ...model.constants.filter((tensor) => rest.some((node) => node.inputs.includes(tensor.name))),
    ...folded.map((tensor) =>
      outputs.has(tensor.name) ? { ...tensor, name: `${tensor.name}_value` } : tensor,
    ),
  ];
  const renamed = (name: string): string =>
    outputs.has(name) && wanted.includes(name) ? `${name}_value` : name;
  return {
    ...model,
    nodes: [...rest.map((node) => ({ ...node, inputs: node.inputs.map(renamed) })), ...identities],
    constants,
  };
}

/**
 * Element type of a value that nodes make of constants: comparisons and casts aside, that of their first
 * input.
 */
function typeOfNodes(nodes: readonly OnnxNode[], name: string, model: OnnxModel): ElementType {
  const types = new Map<string, ElementType>(model.constants.map((tensor) => [tensor.name, tensor.type]));
  for (const node of nodes) {
    const to = node.attributes?.['to'];
    const cast =
      to !== undefined && 'int' in to
        ? ({ 1: 'float32', 6: 'int32', 7: 'int64', 9: 'bool', 10: 'float16' } as const)[to.int]
        : undefined;
    const comparison = ['Less', 'LessOrEqual', 'Equal', 'Not', 'And', 'Or', 'Xor'].includes(node.opType);
    const first = node.opType === 'Where' ? node.inputs[1]! : node.inputs[0]!;
    for (const output of node.outputs)
      types.set(output, cast ?? (comparison ? 'bool' : (types.get(first) ?? 'float32')));
  }
  return types.get(name)!;
}

function elementTypeOf(data: ArrayBufferView): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  return 'bool';
}
