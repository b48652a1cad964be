import type { OnnxModel, OnnxNode } from '../onnx/encode.js';
import { Attributes, Call } from './call.js';
import type { Operator } from './call.js';
import { findOperator } from './operators.js';
import { isHost, readHost } from './value.js';
import type { HostValue, Value } from './value.js';

/** One node that outputs depend on. */
export interface Step {
  readonly node: OnnxNode;
  readonly operator: Operator;
}

/** A checked network: what to compute in which order. */
export interface Plan {
  readonly opset: number;
  readonly steps: readonly Step[];
  /** Stored values that steps or outputs read, by name. */
  readonly constants: ReadonlyMap<string, HostValue>;
  /** Names of those of them that have to be known when tracing. */
  readonly fixed: ReadonlySet<string>;
}

/** Operator sets whose operators are as they are implemented here; earlier ones broadcast by other rules. */
const opsets = { first: 7, last: 24 };

/**
 * Checks a network before anything is traced.
 * @throws Error of one line naming each operator that is not supported and its node
 */
export function planNetwork(model: OnnxModel): Plan {
  const opset = model.opsets[''] ?? 0;
  if (opset < opsets.first || opset > opsets.last) {
    throw new Error(
      `importOnnx: the network uses operator set ${opset}; ${opsets.first} to ${opsets.last} are supported: convert it (onnx.version_converter).`,
    );
  }
  const nodes = neededNodes(model);
  const steps = nodes.map((node): Step => ({ node, operator: operatorOf(node, nodes) }));
  const problems = steps.flatMap(({ node, operator }) => problemsOf(node, operator, nodes, opset, model));
  if (problems.length > 0) throw new Error(`importOnnx: ${problems.join('; ')}.`);
  const { constants, computed } = storedValues(model, steps, opset);
  checkOrder(model, computed, constants);
  const fixed = new Set(
    computed.flatMap(({ node, operator }) =>
      node.inputs.filter((_, i) => operator.hostInputs?.includes(i) ?? false),
    ),
  );
  return { opset, steps: computed, constants, fixed };
}

export const describeNode = (node: OnnxNode): string =>
  `${node.opType} ${JSON.stringify(node.name ?? node.outputs[0] ?? '')}`;

/** Nodes that outputs depend on, in the order of the file. */
function neededNodes(model: OnnxModel): OnnxNode[] {
  const needed = new Set(model.outputs.map(({ name }) => name));
  const nodes: OnnxNode[] = [];
  for (const node of model.nodes.toReversed()) {
    if (!node.outputs.some((output) => output !== '' && needed.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) needed.add(input);
  }
  return nodes.reverse();
}

const quantized =
  /^(Q(Linear|Gemm|Attention)|QuantizeLinear|DequantizeLinear|DynamicQuantize|MatMulInteger|ConvInteger|MatMulNBits)/;

/** @throws Error naming every operator of the network that cannot be imported, each with its first node */
function operatorOf(node: OnnxNode, nodes: readonly OnnxNode[]): Operator {
  const operator = findOperator(node.opType, node.domain);
  if (operator !== undefined) return operator;
  const unknown = nodes.filter(({ opType, domain }) => findOperator(opType, domain) === undefined);
  const firsts = unknown.filter(
    (one, i) =>
      unknown.findIndex(({ opType, domain }) => opType === one.opType && domain === one.domain) === i,
  );
  const names = firsts
    .map((one) => `${one.domain === undefined ? '' : `${one.domain}.`}${describeNode(one)}`)
    .join(', ');
  const remedy = firsts.some(({ opType }) => quantized.test(opType))
    ? 'import the network before it was quantised'
    : 'export the network without them';
  throw new Error(`importOnnx: not supported: ${names}; ${remedy}.`);
}

function problemsOf(
  node: OnnxNode,
  operator: Operator,
  nodes: readonly OnnxNode[],
  opset: number,
  model: OnnxModel,
): string[] {
  const reason = operator.refuse?.(new Attributes(node.attributes), opset);
  const further = node.outputs
    .slice(operator.outputs ?? 1)
    .filter(
      (output) =>
        output !== '' &&
        (nodes.some(({ inputs }) => inputs.includes(output)) ||
          model.outputs.some(({ name }) => name === output)),
    );
  return [
    ...(reason === undefined ? [] : [`${describeNode(node)}: ${reason}`]),
    ...further.map(
      (output) => `${describeNode(node)}: its further output ${JSON.stringify(output)} is not supported`,
    ),
  ];
}

/** Constants of the file and those that nodes hold, and the steps without the latter. */
function storedValues(
  model: OnnxModel,
  steps: readonly Step[],
  opset: number,
): { constants: Map<string, HostValue>; computed: Step[] } {
  const used = new Set([
    ...steps.flatMap(({ node }) => node.inputs),
    ...model.outputs.map(({ name }) => name),
  ]);
  const constants = new Map(
    model.constants.filter(({ name }) => used.has(name)).map((tensor) => [tensor.name, readHost(tensor)]),
  );
  const computed = steps.filter(({ node, operator }) => {
    if (node.opType !== 'Constant') return true;
    constants.set(node.outputs[0]!, runStep({ node, operator }, opset, [])[0] as HostValue);
    return false;
  });
  return { constants, computed };
}

function checkOrder(
  model: OnnxModel,
  steps: readonly Step[],
  constants: ReadonlyMap<string, HostValue>,
): void {
  const known = new Set(['', ...model.inputs.map(({ name }) => name), ...constants.keys()]);
  for (const { node } of steps) {
    const missing = node.inputs.find((input) => !known.has(input));
    if (missing !== undefined)
      throw new Error(
        `importOnnx: ${describeNode(node)} reads ${JSON.stringify(missing)}, which nothing before it makes; the file is damaged.`,
      );
    for (const output of node.outputs) known.add(output);
  }
  const output = model.outputs.find(({ name }) => !known.has(name));
  if (output !== undefined)
    throw new Error(
      `importOnnx: nothing makes the output ${JSON.stringify(output.name)}; the file is damaged.`,
    );
}

/**
 * The outputs of a node: computed at once when all inputs are known, else traced.
 * @throws Error naming the node
 */
export function runStep(
  { node, operator }: Step,
  opset: number,
  inputs: readonly (Value | undefined)[],
  batch?: number,
): readonly Value[] {
  const last = inputs.findLastIndex((input) => input !== undefined);
  const call = new Call(node, opset, inputs.slice(0, last + 1), batch);
  const known = inputs.every((input) => input === undefined || (isHost(input) && input.foldable));
  try {
    const result = known && operator.host !== undefined ? operator.host(call) : operator.run(call);
    return Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
  } catch (error) {
    throw new Error(`${describeNode(node)}: ${(error as Error).message.replace(/\.$/, '')}.`, {
      cause: error,
    });
  }
}
