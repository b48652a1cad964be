import { DType, jit, lax, makeJaxpr, numpy, valueAndGrad, vjp } from '@jax-js/jax';

/**
 * The one door to jax-js. Its arrays count references and its functions consume their arguments; `Node`
 * values must therefore be passed as `node.ref`, which `Tensor` does. Its internal program form (jaxpr) is
 * typed here by what we read.
 */
export { DType, jit, lax, makeJaxpr, numpy, valueAndGrad, vjp };

/** A value of jax-js, traced or concrete. */
export type Node = numpy.Array;

/** Shape and element type of a value of a jaxpr. */
export interface JaxAval {
  readonly shape: number[];
  readonly dtype: string;
}

/** An operand: a variable, or a scalar literal when it has a `value`. */
export interface JaxAtom {
  readonly aval: JaxAval;
  readonly value?: number | boolean;
}

export interface JaxEquation {
  readonly primitive: string;
  readonly inputs: readonly JaxAtom[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly outBinders: readonly JaxAtom[];
}

export interface JaxProgram {
  readonly inBinders: readonly JaxAtom[];
  readonly eqns: readonly JaxEquation[];
  readonly outs: readonly JaxAtom[];
}

/** The argument that `makeJaxpr` takes for an input; a plain object would be read as a tree of inputs. */
export class InputAval {
  readonly weakType = false;
  constructor(
    readonly shape: readonly number[],
    readonly dtype: string,
  ) {}
}
