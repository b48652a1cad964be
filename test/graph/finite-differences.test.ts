import { DType, defaultDevice, init, jit, numpy } from '@jax-js/jax';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Node } from '../../src/graph/jax.js';
import { evaluateReference } from '../../src/graph/reference.js';
import { Tensor } from '../../src/graph/tensor.js';
import { cases, inputsOf, weightedSum, withGradients } from './cases.js';
import type { GraphCase } from './cases.js';

// The interpreting backend computes in double precision throughout; the one in WebAssembly takes sines,
// exponentials and logarithms in single precision even of float64 numbers.
beforeAll(async () => {
  await init('cpu');
  defaultDevice('cpu');
});

/** The weighted sum of a case's outputs, as a host function of its inputs' values that is compiled once. */
function scalarOf({ fn, specs }: GraphCase): (values: Readonly<Record<string, readonly number[]>>) => number {
  const entries = Object.entries(specs('float64'));
  const compiled = jit(
    (...nodes: Node[]) =>
      weightedSum(fn(Object.fromEntries(entries.map(([name], i) => [name, new Tensor(nodes[i]!)])))).node.ref,
  );
  return (values) => {
    const nodes = entries.map(([name, { shape, type }]) =>
      type === 'int32'
        ? numpy.array(Int32Array.from(values[name]!), { shape: [...shape], dtype: DType.Int32 })
        : numpy.array(Float64Array.from(values[name]!), { shape: [...shape], dtype: DType.Float64 }),
    );
    return (compiled(...nodes) as unknown as Node).dataSync()[0]!;
  };
}

/** The derivative of `f` along a direction in one input, by central differences. */
function difference(
  f: ReturnType<typeof scalarOf>,
  values: Record<string, number[]>,
  name: string,
  direction: readonly number[],
): number {
  const step = 1e-5;
  const at = (t: number): number =>
    f({ ...values, [name]: values[name]!.map((value, i) => value + t * direction[i]!) });
  return (at(step) - at(-step)) / (2 * step);
}

/**
 * Single elements, all or a few, and one direction in which every element takes part: interpreting is slow.
 */
function directionsOf(size: number): number[][] {
  const few = 6;
  const chosen = Array.from({ length: Math.min(size, few) }, (_, k) =>
    Math.floor((k * size) / Math.min(size, few)),
  );
  const single = chosen.map((k) => Array.from({ length: size }, (_, i) => (i === k ? 1 : 0)));
  return size <= few ? single : [...single, Array.from({ length: size }, (_, i) => Math.cos(1 + 1.7 * i))];
}

describe('gradients agree with central differences in double precision', () => {
  it.each(cases.filter((graphCase) => graphCase.smooth && graphCase.differentiable.length > 0))(
    '$name',
    (graphCase) => {
      const values = inputsOf(graphCase);
      const f = scalarOf(graphCase);
      const results = evaluateReference(withGradients(graphCase), graphCase.specs('float64'), values);
      for (const name of graphCase.differentiable) {
        const gradient = [...results[`grad.${name}`]!];
        expect(gradient.length).toBe(values[name]!.length);
        // Errors count in proportion to the largest derivative: small ones are differences of large terms.
        const scale = Math.max(1e-3, ...gradient.map(Math.abs));
        for (const direction of directionsOf(gradient.length)) {
          const expected = difference(f, values, name, direction);
          const actual = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
          const error = Math.abs(actual - expected) / Math.max(scale, Math.abs(expected));
          expect(
            error,
            `${name}: ${actual}, differences say ${expected}, towards [${direction.join(', ')}]`,
          ).toBeLessThan(graphCase.tolerance);
        }
      }
    },
  );
});

describe('the cases', () => {
  it('have names of their own', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });
});
