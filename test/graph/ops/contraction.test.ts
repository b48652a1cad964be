import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { einsum } from '../../../src/graph/ops/contraction.js';
import { expectClose } from '../../math/close.js';
import { compute, shapeOf, useDoubles, wave } from './compute.js';
import type { Given } from './compute.js';

beforeAll(useDoubles);

/** The definition: a loop over all letters. */
function naiveEinsum(
  operands: readonly string[],
  result: string,
  tensors: readonly Given[],
  sizes: Readonly<Record<string, number>>,
): number[] {
  const letters = [...new Set(operands.join(''))];
  const lengths = letters.map((letter) => sizes[letter]!);
  const offset = (part: string, at: readonly number[]): number =>
    [...part].reduce((sum, letter) => sum * sizes[letter]! + at[letters.indexOf(letter)]!, 0);
  const values = new Array<number>([...result].reduce((count, letter) => count * sizes[letter]!, 1)).fill(0);
  for (let flat = 0; flat < lengths.reduce((a, b) => a * b, 1); flat++) {
    let rest = flat;
    const at = lengths.map((length) => {
      const i = rest % length;
      rest = Math.floor(rest / length);
      return i;
    });
    values[offset(result, at)]! += tensors.reduce(
      (factor, tensor, i) => factor * tensor.values[offset(operands[i]!, at)]!,
      1,
    );
  }
  return values;
}

describe('einsum', () => {
  it('agrees with its definition for any two operands', () => {
    const letters = fc.shuffledSubarray([...'ijkl'], { minLength: 1, maxLength: 3 });
    const sizes = { i: 2, j: 3, k: 1, l: 4 };
    fc.assert(
      fc.property(letters, letters, fc.shuffledSubarray([...'ijkl']), (a, b, wanted) => {
        const result = wanted.filter((letter) => a.includes(letter) || b.includes(letter)).join('');
        const operands = [a.join(''), b.join('')];
        const tensors = operands.map((part, i) =>
          wave(
            [...part].map((letter) => sizes[letter as keyof typeof sizes]),
            i,
          ),
        );
        expectClose(
          compute({ a: tensors[0]!, b: tensors[1]! }, (t) =>
            einsum(`${operands.join(', ')} -> ${result}`, t.a, t.b),
          ),
          naiveEinsum(operands, result, tensors, sizes),
          1e-12,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('contracts three operands', () => {
    const sizes = { v: 4, c: 3, k: 2, b: 5 };
    const shapes = { a: [4, 3, 2], s: [5, 2], w: [4] };
    const tensors = [wave(shapes.a), wave(shapes.s, 1), wave(shapes.w, 2)];
    expectClose(
      compute({ a: tensors[0]!, s: tensors[1]!, w: tensors[2]! }, (t) =>
        einsum('vck,bk,v->bvc', t.a, t.s, t.w),
      ),
      naiveEinsum(['vck', 'bk', 'v'], 'bvc', tensors, sizes),
      1e-12,
    );
  });

  it('names the equation and what does not fit', () => {
    const shapes = { a: [2, 3], b: [4, 5] };
    const given = (equation: string) => () => shapeOf(shapes, ({ a, b }) => einsum(equation, a, b));
    expect(given('ij,jk->ik')).toThrow(/einsum 'ij,jk->ik': \[2, 3\] and \[4, 5\]: axis j is 3 and 4/);
    expect(given('ij,kl,m->i')).toThrow(/names 3 operands, got 2/);
    expect(given('ijk,lm->i')).toThrow(/'ijk' does not name the 2 axes of operand 0/);
    expect(given('ii,jk->j')).toThrow(/'ii' repeats a letter/);
    expect(given('ij,kl->x')).toThrow(/the result 'x'/);
    expect(given('ij,kl->ii')).toThrow(/the result 'ii'/);
    expect(given('ij,kl')).toThrow(/expected letters, commas and one arrow/);
    expect(given('...j,kl->j')).toThrow(/expected letters/);
  });
});
