import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRow, flushRows, normalEquations } from '../../src/math/normal-equations.js';

describe('normal equations', () => {
  it('are JᵀWJ and −JᵀWe of any number of rows and unknowns', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 23 }),
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: 0, max: 5 }),
        (active, count, beyond) => {
          const n = active + beyond;
          const work = normalEquations(n);
          const hessian = new Float64Array(n * n);
          const gradient = new Float64Array(n);
          const row = new Float64Array(n);
          for (let i = 0; i < count; i++) {
            for (let k = 0; k < n; k++) row[k] = Math.sin(1.3 * i + 2.1 * k * k);
            const residual = Math.cos(i);
            const weight = 1 + Math.sin(i);
            addRow(work, row, residual, weight, active);
            for (let a = 0; a < active; a++) {
              gradient[a]! -= weight * residual * row[a]!;
              for (let b = 0; b <= a; b++) hessian[a * n + b]! += weight * row[a]! * row[b]!;
            }
          }
          flushRows(work, active);
          const far = (found: Float64Array, wanted: Float64Array): number =>
            wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
          expect(far(work.hessian, hessian)).toBeLessThan(1e-9);
          expect(far(work.gradient, gradient)).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 60 },
    );
  });
});
