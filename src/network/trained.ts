import { constant, type Tensor } from '../graph/tensor.js';
import { isSpec, type TensorSpec } from '../graph/trace.js';
import { fillTree, flattenTree } from '../graph/tree.js';
import type { LayerTree } from './resnet.js';

/**
 * Trained parameters as constants of whatever graph is traced.
 * @param parameters values by path, as a trainer gives them
 * @throws Error when one is missing
 */
export function trained(
  specs: LayerTree<TensorSpec>,
  parameters: Readonly<Record<string, Float32Array>>,
): () => LayerTree<Tensor> {
  const leaves = flattenTree<TensorSpec>(specs, isSpec).map(([path, { shape }]) => {
    const values = parameters[path];
    if (!values) throw new Error(`parameter "${path}" is missing; is it a checkpoint of this network?`);
    return [values, shape] as const;
  });
  return () =>
    fillTree<TensorSpec, Tensor>(
      specs,
      isSpec,
      leaves.map(([values, shape]) => constant(values, shape)),
    ) as LayerTree<Tensor>;
}
