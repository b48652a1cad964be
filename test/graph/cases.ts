import { valueAndGrad } from '../../src/graph/gradient.js';
import { constantLike } from '../../src/graph/ops/constants.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { isTensor } from '../../src/graph/trace.js';
import type { TensorTree } from '../../src/graph/trace.js';
import { flattenTree } from '../../src/graph/tree.js';
import type { GraphCase, Random } from './ops/graph-case.js';
import { imageCases } from './ops/image.cases.js';
import { lossCases } from './ops/loss.cases.js';
import { tensorCases } from './ops/tensor.cases.js';
import { vectorCases } from './ops/vector.cases.js';
import { faceCases } from '../network/face.cases.js';

export type { FloatType, GraphCase, Random } from './ops/graph-case.js';

/**
 * What the engine must compute alike on every backend: each operation in several situations, and small
 * compositions.
 */
export const cases: readonly GraphCase[] = [
  ...tensorCases,
  ...imageCases,
  ...vectorCases,
  ...lossCases,
  ...faceCases,
];

/** The values a case is tried on, always the same. */
export const inputsOf = (graphCase: GraphCase): Record<string, number[]> =>
  graphCase.inputs(randomFrom(graphCase.name));

/**
 * The case as a function that returns the values and, under `grad`, the derivatives of their sum, weighted by
 * fixed numbers so that no two outputs can stand in for each other. Without inputs to differentiate only the
 * values.
 */
export function withGradients({ fn, differentiable }: GraphCase): (
  inputs: Readonly<Record<string, Tensor>>,
) => {
  value: TensorTree;
  grad: Record<string, Tensor>;
} {
  return (inputs) => {
    const value = fn(inputs);
    if (differentiable.length === 0) return { value, grad: {} };
    const { grad } = valueAndGrad((params: Record<string, Tensor>) =>
      weightedSum(fn({ ...inputs, ...params })),
    )(Object.fromEntries(differentiable.map((name) => [name, inputs[name]!])));
    return { value, grad };
  };
}

/** Σ weight · output over all floating-point outputs, a scalar. */
export function weightedSum(outputs: TensorTree): Tensor {
  return flattenTree<Tensor>(outputs, isTensor)
    .map(([, output]) => output)
    .filter((output) => output.type.startsWith('float'))
    .map((output, i) => output.mul(constantLike(output, cotangent(output.size, i), output.shape)).sum())
    .reduce((a, b) => a.add(b));
}

/** Weights of either sign and of sizes 0.3…1.3 that repeat nowhere. */
const cotangent = (size: number, output: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => {
    const phase = 1 + 2.4 * i + 0.7 * output;
    return Math.cos(phase) + 0.3 * Math.sign(Math.cos(phase));
  });

/** A generator of uniform numbers that a text seeds (mulberry32). */
function randomFrom(seed: string): Random {
  let state = [...seed].reduce(
    (hash, letter) => Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193),
    0x811c9dc5,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
