import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorCholesky, solveCholesky, substituteCholesky } from '../../src/math/linear-solve.js';
import { expectClose } from './close.js';

/** B Bᵀ + I for random B: positive definite with moderate condition. */
function randomSystem(n: number, seed: number): Float64Array {
  let state = seed | 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) / 2 ** 31;
  const b = Float64Array.from({ length: n * n }, random);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < n; k++) sum += b[i * n + k]! * b[j * n + k]!;
      a[i * n + j] = sum;
    }
  return a;
}

function times(a: Float64Array, x: Float64Array): Float64Array {
  return x.map((_, i) => x.reduce((sum, value, k) => sum + a[i * x.length + k]! * value, 0));
}

describe('solveCholesky', () => {
  it('solves a known system', () => {
    const b = Float64Array.of(8, 18);
    expect(solveCholesky(Float64Array.of(4, NaN, 2, 10), b)).toBe(true);
    expectClose(b, [44 / 36, 56 / 36]);
  });

  it('solves random systems of every size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (n, seed) => {
        const a = randomSystem(n, seed);
        const x = Float64Array.from({ length: n }, (_, i) => Math.cos(i));
        const b = times(a, x);
        expect(solveCholesky(a.slice(), b)).toBe(true);
        expectClose(b, x, 1e-9);
      }),
    );
  });

  it('reuses a factor, and works at n = 300', () => {
    const n = 300;
    const a = randomSystem(n, 7);
    const l = a.slice();
    expect(factorCholesky(l, n)).toBe(true);
    for (const phase of [0, 1]) {
      const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i + phase));
      const b = times(a, x);
      substituteCholesky(l, b);
      expectClose(b, x, 1e-8);
    }
  });

  it('says when a matrix is not positive definite', () => {
    expect(solveCholesky(Float64Array.of(1, 2, 2, 1), new Float64Array(2))).toBe(false);
    expect(solveCholesky(Float64Array.of(1, 1, 1, 1), new Float64Array(2))).toBe(false);
    expect(solveCholesky(Float64Array.of(0), new Float64Array(1))).toBe(false);
    expect(solveCholesky(Float64Array.of(NaN), new Float64Array(1))).toBe(false);
  });
});
