import { jit, numpy, DType } from '@jax-js/jax';
import type { Node } from './jax.js';
import { Tensor } from './tensor.js';
import { TensorSpec, isSpec, isTensor } from './trace.js';
import type { SpecTree, TensorTree, TensorsOf } from './trace.js';
import { flattenTree, mapTree } from './tree.js';

/**
 * Computes a traceable function with jax-js's own backend: slow, but independent of our lowering, and able to compute in
 * float64. Tests compare with it.
 * @param inputs row-major values by input name
 * @returns values by output name
 */
export function evaluateReference<Specs extends SpecTree>(
  fn: (inputs: TensorsOf<Specs>) => TensorTree, specs: Specs, inputs: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, Float64Array> {
  let names: string[] = [];
  const compiled = jit((...nodes: Node[]) => {
    let next = 0;
    const tree = mapTree<TensorSpec, Tensor>(specs, isSpec, () => new Tensor(nodes[next++]!));
    const outputs = flattenTree<Tensor>(fn(tree as TensorsOf<Specs>), isTensor);
    names = outputs.map(([name]) => name);
    return outputs.map(([, tensor]) => tensor.node.ref);
  });
  const results = compiled(...flattenTree<TensorSpec>(specs, isSpec).map(([name, leaf]) => hostArray(inputs[name]!, leaf))) as unknown as Node[];
  const values = Object.fromEntries(names.map((name, i) => [name, Float64Array.from(results[i]!.dataSync())]));
  compiled.dispose();
  return values;
}

function hostArray(values: ArrayLike<number>, { shape, type }: TensorSpec): Node {
  if (type === 'int32') return numpy.array(Int32Array.from(values), { shape: [...shape], dtype: DType.Int32 });
  if (type === 'float64') return numpy.array(Float64Array.from(values), { shape: [...shape], dtype: DType.Float64 });
  if (type !== 'float32') throw new Error(`evaluateReference: no inputs of type ${type}; use float32, float64 or int32.`);
  return numpy.array(Float32Array.from(values), { shape: [...shape], dtype: DType.Float32 });
}
