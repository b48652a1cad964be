import { defaultDevice, init } from '@jax-js/jax';
import { evaluateReference } from '../../../src/graph/reference.js';
import { spec, trace } from '../../../src/graph/trace.js';
import type { TensorSpec, TensorTree } from '../../../src/graph/trace.js';
import type { Tensor } from '../../../src/graph/tensor.js';

/** The reference backend that computes in double precision throughout. */
export async function useDoubles(): Promise<void> {
  await init('cpu');
  defaultDevice('cpu');
}

/** Values and their shape; int32 when `integer`. */
export interface Given {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  readonly integer?: true;
}

export const given = (shape: readonly number[], values: ArrayLike<number>): Given => ({ shape, values });
export const integers = (shape: readonly number[], values: ArrayLike<number>): Given => ({
  shape,
  values,
  integer: true,
});

/** 0, 1, 2, … scrambled into numbers of either sign between −1 and 1. */
export const wave = (shape: readonly number[], phase = 0): Given =>
  given(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
      Math.sin(12.9898 * (i + 1) + 4.1 * phase),
    ),
  );

type Traceable<Names extends string> = (inputs: Record<Names, Tensor>) => TensorTree;

/** The values of a traceable function in double precision, by output name; '' when it returns one tensor. */
export function computeAll<Names extends string>(
  inputs: Record<Names, Given>,
  fn: Traceable<Names>,
): Record<string, number[]> {
  const entries = Object.entries<Given>(inputs);
  const specs = Object.fromEntries(
    entries.map(([name, { shape, integer }]) => [name, spec(shape, integer === true ? 'int32' : 'float64')]),
  );
  const values = Object.fromEntries(entries.map(([name, { values }]) => [name, values]));
  const results = evaluateReference(fn as (tensors: Record<string, Tensor>) => TensorTree, specs, values);
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, [...result]]));
}

/** The values of a traceable function that returns one tensor. */
export const compute = <Names extends string>(inputs: Record<Names, Given>, fn: Traceable<Names>): number[] =>
  computeAll(inputs, fn)['']!;

/**
 * The shape of a traceable function's result. Nothing is computed, so wrong arguments show in what is thrown.
 */
export function shapeOf<Names extends string>(
  shapes: Record<Names, readonly number[] | TensorSpec>,
  fn: Traceable<Names>,
): number[] {
  const specs = Object.fromEntries(
    Object.entries<readonly number[] | TensorSpec>(shapes).map(([name, shape]) => [
      name,
      Array.isArray(shape) ? spec(shape as number[]) : (shape as TensorSpec),
    ]),
  );
  const operand = trace(fn as (tensors: Record<string, Tensor>) => TensorTree, specs).outputs[0]![1];
  return 'shape' in operand ? [...operand.shape] : [];
}
