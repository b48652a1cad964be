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

/**
 * Overwrites the lower triangle of a symmetric matrix with its Cholesky factor; false if not positive
 * definite.
 */
export function factorCholesky(a: Float64Array, n: number): boolean {
  // A pivot this much smaller than its diagonal element holds only rounding errors.
  const tolerance = 1e-14;
  for (let i = 0; i < n; i++) {
    const rowI = i * n;
    let j = 0;
    // Two columns at a time share the loads of row i; row-wise dot products read memory in order.
    for (; j + 1 < i; j += 2) {
      const rowJ = j * n;
      const rowK = rowJ + n;
      let sumJ = 0;
      let sumK = 0;
      let sumJ2 = 0;
      let sumK2 = 0;
      let k = 0;
      for (; k + 1 < j; k += 2) {
        const x = a[rowI + k]!;
        const y = a[rowI + k + 1]!;
        sumJ += x * a[rowJ + k]!;
        sumJ2 += y * a[rowJ + k + 1]!;
        sumK += x * a[rowK + k]!;
        sumK2 += y * a[rowK + k + 1]!;
      }
      for (; k < j; k++) {
        sumJ += a[rowI + k]! * a[rowJ + k]!;
        sumK += a[rowI + k]! * a[rowK + k]!;
      }
      const first = (a[rowI + j]! - sumJ - sumJ2) / a[rowJ + j]!;
      a[rowI + j] = first;
      a[rowI + j + 1] = (a[rowI + j + 1]! - sumK - sumK2 - first * a[rowK + j]!) / a[rowK + j + 1]!;
    }
    for (; j < i; j++) {
      const rowJ = j * n;
      let sum = a[rowI + j]!;
      for (let k = 0; k < j; k++) sum -= a[rowI + k]! * a[rowJ + k]!;
      a[rowI + j] = sum / a[rowJ + j]!;
    }
    const diagonal = a[rowI + i]!;
    let pivot = diagonal;
    for (let k = 0; k < i; k++) pivot -= a[rowI + k]! * a[rowI + k]!;
    if (!(pivot > tolerance * diagonal)) return false;
    a[rowI + i] = Math.sqrt(pivot);
  }
  return true;
}

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
