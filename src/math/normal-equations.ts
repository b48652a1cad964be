import { addOuterProducts } from './least-squares-kernels.js';

/** Least squares in the making: JᵀJ, −Jᵀe, and rows that wait to be added. */
export interface NormalEquations {
  /** n×n, of which the lower triangle counts. */
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
  readonly pending: { count: number; readonly rows: Float64Array };
}

/** Empty equations of so many unknowns. */
export function normalEquations(n: number): NormalEquations {
  return {
    hessian: new Float64Array(n * n),
    gradient: new Float64Array(n),
    pending: { count: 0, rows: new Float64Array(BATCH * n) },
  };
}

/** Rows are added so many at a time: the matrix is then hardly ever read and written. */
const BATCH = 256;

/** Adds a row of the Jacobian and its residual. @param active only the first so many unknowns count */
export function addRow(
  work: NormalEquations,
  row: Float32Array | Float64Array,
  residual: number,
  weight: number,
  active = row.length,
): void {
  const root = Math.sqrt(weight);
  const { gradient, pending } = work;
  const at = pending.count * gradient.length;
  for (let k = 0; k < active; k++) {
    const value = root * row[k]!;
    pending.rows[at + k] = value;
    gradient[k]! -= value * root * residual;
  }
  if (++pending.count === BATCH) flushRows(work, active);
}

/** Adds the pending rows' JᵀJ. */
export function flushRows({ hessian, gradient, pending }: NormalEquations, active = gradient.length): void {
  addOuterProducts(hessian, pending.rows, pending.count, gradient.length, active);
  pending.count = 0;
}
