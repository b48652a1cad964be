import { valueAndGrad as jaxValueAndGrad, vjp as jaxVjp } from './jax.js';
import type { Node } from './jax.js';
import { Tensor } from './tensor.js';
import { isTensor } from './trace.js';
import type { TensorTree } from './trace.js';
import { fillTree, flattenTree } from './tree.js';

/** A scalar to differentiate, alone or with further outputs that are handed through. */
export type Scored<Extra extends TensorTree> = Tensor | { readonly value: Tensor; readonly extra: Extra };

/**
 * Reverse-mode derivative of a scalar function of a tree of tensors, for use inside traced functions.
 * @returns a function with the value, the gradient in the shape of its argument, and the extra outputs
 * @throws Error when the value is not a scalar
 */
export function valueAndGrad<Params extends TensorTree, Extra extends TensorTree = Record<string, never>>(
  fn: (params: Params) => Scored<Extra>,
): (params: Params) => { value: Tensor; grad: Params; extra: Extra } {
  return (params) => {
    const leaves = flattenTree<Tensor>(params, isTensor).map(([, tensor]) => tensor);
    let extraTree: TensorTree = {};
    let extraNodes: Node[] = [];
    let level = 0;
    const flat = (...nodes: Node[]): Node => {
      level = levelOf(nodes[0]!);
      const result = fn(tensorsLike(params, nodes));
      const { value, extra } = result instanceof Tensor ? { value: result, extra: {} as Extra } : result;
      if (value.rank !== 0)
        throw new Error(
          `valueAndGrad: the value must be a scalar, its shape is [${value.shape.join(', ')}].`,
        );
      extraTree = extra;
      extraNodes = flattenTree<Tensor>(extra, isTensor).map(([, tensor]) => tensor.node.ref);
      return value.node.ref;
    };
    const transformed = jaxValueAndGrad(flat as never, { argnums: leaves.map((_, i) => i) }) as unknown as (
      ...nodes: Node[]
    ) => [Node, Node[]];
    const [value, grads] = transformed(...leaves.map((leaf) => leaf.node.ref));
    return {
      value: new Tensor(value),
      grad: tensorsLike(params, grads),
      extra: tensorsLike(
        extraTree as Extra,
        extraNodes.map((node) => withoutDerivative(node, level)),
      ),
    };
  };
}

/** Nodes as tensors in the records of a tree. */
const tensorsLike = <Records extends TensorTree>(tree: Records, nodes: readonly Node[]): Records =>
  fillTree<Tensor, Tensor>(
    tree,
    isTensor,
    nodes.map((node) => new Tensor(node)),
  ) as Records;

/**
 * What differentiation wraps around a value: the value itself and how it changes (jax-js's JVP and partial
 * evaluation).
 */
interface Wrapped {
  readonly _trace: { readonly main: { readonly level: number } };
  readonly primal?: Node;
  readonly pval?: { readonly val: Node };
}
const levelOf = (node: Node): number => (node as unknown as Wrapped)._trace.main.level;

/**
 * The plain value of an extra output. jax-js can hand such outputs out itself (`hasAux`), but fails on those
 * that are an unchanged input and on functions that differentiate inside, because one of its two levels stays
 * on its stack.
 */
function withoutDerivative(node: Node, level: number): Node {
  let plain = node;
  while (levelOf(plain) >= level - 1) {
    const { primal, pval } = plain as unknown as Wrapped;
    plain = primal ?? pval!.val;
  }
  return plain;
}

/**
 * The outputs of a function and its pullback: cotangents of the outputs to cotangents of the inputs, both as
 * trees. The pullback may be called once.
 */
export function vjp<Inputs extends TensorTree, Outputs extends TensorTree>(
  fn: (inputs: Inputs) => Outputs,
  inputs: Inputs,
): { outputs: Outputs; pullback: (cotangents: Outputs) => Inputs } {
  const leaves = flattenTree<Tensor>(inputs, isTensor).map(([, tensor]) => tensor);
  let outputTree: TensorTree = {};
  const flat = (...nodes: Node[]): Node[] => {
    outputTree = fn(tensorsLike(inputs, nodes));
    return flattenTree<Tensor>(outputTree, isTensor).map(([, tensor]) => tensor.node.ref);
  };
  const [values, pull] = jaxVjp(flat as never, leaves.map((leaf) => leaf.node.ref) as never) as unknown as [
    Node[],
    (cotangents: Node[]) => Node[],
  ];
  return {
    outputs: tensorsLike(outputTree as Outputs, values),
    pullback: (cotangents) =>
      tensorsLike(
        inputs,
        pull(flattenTree<Tensor>(cotangents, isTensor).map(([, tensor]) => tensor.node.ref)),
      ),
  };
}

/**
 * The identity whose gradient is multiplied by −`strength` (Ganin and Lempitsky 2015): what follows it learns
 * to minimise a loss that everything before it learns to maximise.
 */
export function gradientReversal(x: Tensor, strength = 1): Tensor {
  const value = x.stopGradient();
  return value.sub(x.sub(value).mul(strength));
}
