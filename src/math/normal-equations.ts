/** Least squares in the making: JᵀJ, −Jᵀe, and rows that wait to be added. */
export interface NormalEquations {
  /** n×n, of which the lower triangle counts. */
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
  readonly pending: {
    count: number;
    readonly rows: readonly Float64Array[];
    readonly residuals: Float64Array;
  };
}

/** Empty equations of so many unknowns. */
export function normalEquations(n: number): NormalEquations {
  return {
    hessian: new Float64Array(n * n),
    gradient: new Float64Array(n),
    pending: {
      count: 0,
      rows: Array.from({ length: BATCH }, () => new Float64Array(n)),
      residuals: new Float64Array(BATCH),
    },
  };
}

/**
 * Rows are added four at a time: the matrix is then read and written a quarter as often, which is what adding
 * rows costs.
 */
const BATCH = 4;

/** Adds a row of the Jacobian and its residual. @param active only the first so many unknowns count */
export function addRow(
  work: NormalEquations,
  row: Float32Array | Float64Array,
  residual: number,
  weight: number,
  active = row.length,
): void {
  const root = Math.sqrt(weight);
  const { pending } = work;
  const target = pending.rows[pending.count]!;
  for (let k = 0; k < active; k++) target[k] = root * row[k]!;
  pending.residuals[pending.count] = root * residual;
  if (++pending.count === BATCH) flushRows(work, active);
}

/** Adds the pending rows JᵀJ and −Jᵀe. */
export function flushRows(work: NormalEquations, active = work.gradient.length): void {
  const { hessian, gradient, pending } = work;
  const n = gradient.length;
  const [r0, r1, r2, r3] = pending.rows as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let k = pending.count; k < BATCH; k++) {
    pending.rows[k]!.fill(0);
    pending.residuals[k] = 0;
  }
  const [e0, e1, e2, e3] = pending.residuals as unknown as [number, number, number, number];
  for (let a = 0; a < active; a++) gradient[a]! -= r0[a]! * e0 + r1[a]! * e1 + r2[a]! * e2 + r3[a]! * e3;
  // Two rows of the matrix at a time read what both need once; the number of parameters may be odd.
  let a = 0;
  for (; a + 1 < active; a += 2) {
    const a0 = r0[a]!;
    const a1 = r1[a]!;
    const a2 = r2[a]!;
    const a3 = r3[a]!;
    const b0 = r0[a + 1]!;
    const b1 = r1[a + 1]!;
    const b2 = r2[a + 1]!;
    const b3 = r3[a + 1]!;
    let at = a * n;
    let below = at + n;
    for (let b = 0; b <= a; b++, at++, below++) {
      const c0 = r0[b]!;
      const c1 = r1[b]!;
      const c2 = r2[b]!;
      const c3 = r3[b]!;
      hessian[at]! += a0 * c0 + a1 * c1 + a2 * c2 + a3 * c3;
      hessian[below]! += b0 * c0 + b1 * c1 + b2 * c2 + b3 * c3;
    }
    hessian[below]! += b0 * b0 + b1 * b1 + b2 * b2 + b3 * b3;
  }
  for (let b = 0, at = a * n; a < active && b <= a; b++, at++)
    hessian[at]! += r0[a]! * r0[b]! + r1[a]! * r1[b]! + r2[a]! * r2[b]! + r3[a]! * r3[b]!;
  pending.count = 0;
}
