import { factorInPlace } from './least-squares-kernels.js';

/**
 * Solves `A x = b` for a symmetric positive definite A, in place (Cholesky, A = L Lᵀ).
 *
 * Nothing is allocated. Meant for the normal equations of fits, n up to a few hundred.
 *
 * @param a Row-major n×n; only the lower triangle is read, and it is overwritten by L.
 * @param b Right-hand side of length n, overwritten by the solution.
 * @param n Size; `a.length / b.length` by default.
 * @returns Whether A is positive definite to working precision. If not, `a` and `b` hold no useful values:
 *   add to the diagonal (damping) and try again on fresh copies.
 */
export function solveCholesky(a: Float64Array, b: Float64Array, n = b.length): boolean {
  if (!factorCholesky(a, n)) return false;
  substituteCholesky(a, b, n);
  return true;
}

/** A pivot this much smaller than its diagonal element holds only rounding errors. */
const TOLERANCE = 1e-14;

/**
 * Overwrites the lower triangle of a symmetric matrix with its Cholesky factor; false if not positive
 * definite.
 */
export const factorCholesky = (a: Float64Array, n: number): boolean => factorInPlace(a, n, TOLERANCE);

/**
 * Solves `L Lᵀ x = b` for a factor from {@link factorCholesky}, overwriting `b`; reusable for many right-hand
 * sides.
 */
export function substituteCholesky(l: Float64Array, b: Float64Array, n = b.length): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = b[i]! / l[i * n + i]!;
    b[i] = value;
    for (let k = 0; k < i; k++) b[k]! -= l[i * n + k]! * value;
  }
}
