import { Tensor } from '../../../src/graph/tensor.js';
import { TensorSpec, spec } from '../../../src/graph/trace.js';
import type { TensorTree } from '../../../src/graph/trace.js';

/** The element type that a case's floating-point inputs have. */
export type FloatType = 'float32' | 'float64';

/** Uniform numbers in 0…1. */
export type Random = () => number;

/** A traceable function with inputs to try it on: small, and covering one operation in one situation. */
export interface GraphCase {
  readonly name: string;
  readonly fn: (inputs: Readonly<Record<string, Tensor>>) => TensorTree;
  readonly specs: (type: FloatType) => Record<string, TensorSpec>;
  /** Row-major values of all inputs. */
  readonly inputs: (random: Random) => Record<string, number[]>;
  /** Names of the inputs to differentiate. */
  readonly differentiable: readonly string[];
  /**
   * False where the values sit on a kink: the gradient is then a convention, which finite differences do not
   * find.
   */
  readonly smooth: boolean;
  /** Relative error that finite differences may have. */
  readonly tolerance: number;
}

/** How to fill an input; a bare shape is filled with normal values and may be differentiated. */
export interface InputSource {
  readonly shape: readonly number[];
  readonly type?: 'int32';
  readonly values: (random: Random, index: number) => number;
  readonly differentiable?: false;
}

type Inputs = Readonly<Record<string, readonly number[] | InputSource>>;

/** Standard normal values (Box and Muller 1958). */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Integers 0…`below` − 1. */
export const integers = (shape: readonly number[], below: number): InputSource => ({
  shape,
  type: 'int32',
  values: (random) => Math.floor(random() * below),
  differentiable: false,
});
export const uniform = (shape: readonly number[], low: number, high: number): InputSource => ({
  shape,
  values: (random) => low + (high - low) * random(),
});
export const fixed = (shape: readonly number[], values: readonly number[]): InputSource => ({
  shape,
  values: (_, i) => values[i]!,
});
/** An input whose gradient is not asked for. */
export const held = (source: readonly number[] | InputSource): InputSource => ({
  ...sourceOf(source),
  differentiable: false,
});

const isShape = (source: readonly number[] | InputSource): source is readonly number[] =>
  Array.isArray(source);
const sourceOf = (source: readonly number[] | InputSource): InputSource =>
  isShape(source) ? { shape: source, values: normal } : source;

/** A case of a function of named inputs. */
export function graphCase(
  name: string,
  inputs: Inputs,
  fn: GraphCase['fn'],
  options: { readonly smooth?: boolean; readonly tolerance?: number } = {},
): GraphCase {
  const sources = Object.entries(inputs).map(([key, source]) => [key, sourceOf(source)] as const);
  return {
    name,
    fn,
    specs: (type) =>
      Object.fromEntries(sources.map(([key, source]) => [key, spec(source.shape, source.type ?? type)])),
    inputs: (random) =>
      Object.fromEntries(
        sources.map(([key, { shape, values }]) => [
          key,
          Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => values(random, i)),
        ]),
      ),
    differentiable: sources.filter(([, source]) => source.differentiable !== false).map(([key]) => key),
    smooth: options.smooth ?? true,
    tolerance: options.tolerance ?? 1e-7,
  };
}

/** A case of a function of one input `x`. */
export const unaryCase = (
  name: string,
  x: readonly number[] | InputSource,
  fn: (x: Tensor) => TensorTree,
  options: { readonly smooth?: boolean; readonly tolerance?: number } = {},
): GraphCase => graphCase(name, { x }, (inputs) => fn(inputs['x']!), options);
