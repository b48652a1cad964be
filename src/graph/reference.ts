import { DType, jit, numpy } from './jax.js';
import type { Node } from './jax.js';
import { Tensor } from './tensor.js';
import { TensorSpec, isSpec, isTensor, tensorsOf } from './trace.js';
import type { SpecTree, TensorTree, TensorsOf } from './trace.js';
import { flattenTree } from './tree.js';

/**
 * jax-js asks `instanceof Float16Array` before it looks for Float64Array, and Node has that class only from
 * version 24 on. Nothing is ever an instance of this one.
 */
const globals = globalThis as { Float16Array?: unknown };
globals.Float16Array ??= function Float16Array() {
  throw new Error('Float16Array: only a stand-in for instanceof.');
};

/**
 * Computes a traceable function with jax-js's own backend: slow, but independent of our lowering, and able to
 * compute in float64. Tests compare with it.
 * @param inputs row-major values by input name
 * @returns values by output name
 */
export function evaluateReference<Specs extends SpecTree>(
  fn: (inputs: TensorsOf<Specs>) => TensorTree,
  specs: Specs,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, Float64Array> {
  const nodes = flattenTree<TensorSpec>(specs, isSpec).map(([name, leaf]) => hostArray(inputs[name]!, leaf));
  // Not compiled: jax-js's `jit` refuses scatters of reshaped values, and is no faster for functions called
  // once.
  const outputs = flattenTree<Tensor>(fn(tensorsOf(specs, nodes)), isTensor);
  return Object.fromEntries(
    outputs.map(([name, { node }]) => [name, Float64Array.from(node.ref.dataSync())]),
  );
}

/**
 * Like `evaluateReference` for many evaluations: compiled once, about 20 times as fast from the second on.
 * Scatters of reshaped values, such as the gradient of `x.take(…).reshape(…)`, are not possible.
 */
export function compileReference<Specs extends SpecTree>(
  fn: (inputs: TensorsOf<Specs>) => TensorTree,
  specs: Specs,
): (inputs: Readonly<Record<string, ArrayLike<number>>>) => Record<string, Float64Array> {
  let names: string[] = [];
  const compiled = jit((...nodes: Node[]) => {
    const outputs = flattenTree<Tensor>(fn(tensorsOf(specs, nodes)), isTensor);
    names = outputs.map(([name]) => name);
    return outputs.map(([, { node }]) => node.ref);
  });
  const leaves = flattenTree<TensorSpec>(specs, isSpec);
  return (inputs) => {
    const results = compiled(
      ...leaves.map(([name, leaf]) => hostArray(inputs[name]!, leaf)),
    ) as unknown as Node[];
    return Object.fromEntries(names.map((name, i) => [name, Float64Array.from(results[i]!.dataSync())]));
  };
}

function hostArray(values: ArrayLike<number>, { shape, type }: TensorSpec): Node {
  if (type === 'int32')
    return numpy.array(Int32Array.from(values), { shape: [...shape], dtype: DType.Int32 });
  if (type === 'float64')
    return numpy.array(Float64Array.from(values), { shape: [...shape], dtype: DType.Float64 });
  if (type !== 'float32')
    throw new Error(`evaluateReference: no inputs of type ${type}; use float32, float64 or int32.`);
  return numpy.array(Float32Array.from(values), { shape: [...shape], dtype: DType.Float32 });
}
