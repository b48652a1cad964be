import { InputAval, makeJaxpr } from './jax.js';
import type { JaxAtom, JaxProgram, Node } from './jax.js';
import { newVariable } from './program.js';
import type { Constant, Equation, Operand, Program, Variable } from './program.js';
import { simplify } from './simplify.js';
import { Tensor, constantData } from './tensor.js';
import type { TensorType } from './tensor.js';
import { fillTree, flattenTree } from './tree.js';
import type { Tree } from './tree.js';

/** Shape and element type of a function's input. */
export class TensorSpec {
  constructor(
    readonly shape: readonly number[],
    readonly type: TensorType = 'float32',
  ) {}
}

/** An input of the given shape. */
export const spec = (shape: readonly number[], type: TensorType = 'float32'): TensorSpec =>
  new TensorSpec(shape, type);

/** Records of specs, nested as the function wants its inputs. */
export type SpecTree = Tree<TensorSpec>;
export type TensorTree = Tree<Tensor>;

/** The same records with a tensor for each spec. */
export type TensorsOf<Specs> = Specs extends TensorSpec
  ? Tensor
  : { readonly [Name in keyof Specs]: TensorsOf<Specs[Name]> };

export const isSpec = (node: SpecTree): node is TensorSpec => node instanceof TensorSpec;
export const isTensor = (node: TensorTree): node is Tensor => node instanceof Tensor;

/** The record of inputs that a function of these specs takes. @internal */
export const tensorsOf = <Specs extends SpecTree>(specs: Specs, nodes: readonly Node[]): TensorsOf<Specs> =>
  fillTree<TensorSpec, Tensor>(
    specs,
    isSpec,
    nodes.map((node) => new Tensor(node)),
  ) as TensorsOf<Specs>;

/**
 * Runs `fn` once on stand-ins and records what it does. Nothing is computed.
 * @param specs the record of inputs; a path such as `parameters.stem.weight` becomes the input's name
 * @returns the simplified program; its outputs have the names of the record that `fn` returns; a lone tensor
 *   is `input` or `output`
 * @throws Error naming the operation and the shapes that do not fit
 */
export function trace<Specs extends SpecTree>(
  fn: (inputs: TensorsOf<Specs>) => TensorTree,
  specs: Specs,
): Program {
  const leaves = flattenTree<TensorSpec>(specs, isSpec);
  let outputNames: string[] = [];
  const { jaxpr } = makeJaxpr((...nodes: Node[]) => {
    const outputs = flattenTree<Tensor>(fn(tensorsOf(specs, nodes)), isTensor);
    outputNames = outputs.map(([name]) => name);
    return outputs.map(([, tensor]) => tensor.node.ref);
  })(...(leaves.map(([, leaf]) => new InputAval(leaf.shape, leaf.type)) as unknown as Node[]));
  const program = readJaxpr(
    jaxpr.jaxpr.flatten() as unknown as JaxProgram,
    jaxpr.consts as unknown as Node[],
    leaves.map(([name]) => name || 'input'),
    outputNames.map((name) => name || 'output'),
  );
  return simplify(program);
}

function readJaxpr(
  jaxpr: JaxProgram,
  constants: readonly Node[],
  inputNames: readonly string[],
  outputNames: readonly string[],
): Program {
  const variables = new Map<JaxAtom, Variable>();
  const define = (atom: JaxAtom): Variable => {
    const variable = newVariable(atom.aval.shape, atom.aval.dtype as TensorType);
    variables.set(atom, variable);
    return variable;
  };
  const read = (atom: JaxAtom): Operand =>
    atom.value === undefined
      ? variables.get(atom)!
      : { literal: Number(atom.value), type: atom.aval.dtype as TensorType };
  return {
    constants: constants.map((node, i): Constant => {
      const variable = define(jaxpr.inBinders[i]!);
      return { variable, data: (constantData(node) ?? node.ref.dataSync()) as Constant['data'] };
    }),
    inputs: inputNames.map((name, i) => [name, define(jaxpr.inBinders[constants.length + i]!)] as const),
    equations: jaxpr.eqns.map((equation): Equation => ({
      primitive: equation.primitive,
      inputs: equation.inputs.map(read),
      params: equation.params,
      outputs: equation.outBinders.map(define),
    })),
    outputs: outputNames.map((name, i) => [name, read(jaxpr.outs[i]!)] as const),
  };
}
