import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix';
import type { Random } from './random.js';

/** Rows of a data matrix, one sample each. */
export interface Samples {
  readonly count: number;
  readonly width: number;
  readonly data: Float32Array;
}

export interface PrincipalComponents {
  /** Sample scores of unit variance, samples×components. */
  readonly scores: Float32Array;
  /** Variance of the data along each component, summed over the row's entries. */
  readonly variances: Float64Array;
  readonly totalVariance: number;
}

/** Y = X·B for row-major X (count×width) and B (width×k). */
function timesRight(x: Samples, b: Float32Array, k: number): Float64Array {
  const y = new Float64Array(x.count * k);
  for (let row = 0; row < x.count; row++) {
    for (let i = 0; i < x.width; i++) {
      const value = x.data[row * x.width + i]!;
      for (let j = 0; j < k; j++) y[row * k + j]! += value * b[i * k + j]!;
    }
  }
  return y;
}

/** B = Xᵀ·Y for Y (count×k). */
function timesLeft(x: Samples, y: Float64Array, k: number): Float32Array {
  const b = new Float32Array(x.width * k);
  for (let row = 0; row < x.count; row++) {
    for (let i = 0; i < x.width; i++) {
      const value = x.data[row * x.width + i]!;
      for (let j = 0; j < k; j++) b[i * k + j]! += value * y[row * k + j]!;
    }
  }
  return b;
}

function orthonormalColumns(y: Float64Array, rows: number, k: number): Float64Array {
  const q = new QrDecomposition(Matrix.from1DArray(rows, k, y)).orthogonalMatrix;
  return Float64Array.from(q.to1DArray());
}

/**
 * Leading principal components by subspace iteration (Halko, Martinsson & Tropp 2011, algorithm 4.4).
 * @param centred samples whose columns have zero mean
 */
export function principalComponents(
  centred: Samples,
  components: number,
  random: Random,
): PrincipalComponents {
  const k = Math.min(components + 20, centred.count);
  const n = centred.count;
  let y: Float64Array = Float64Array.from({ length: n * k }, () => random.normal());
  for (let iteration = 0; iteration < 5; iteration++) {
    y = timesRight(centred, timesLeft(centred, orthonormalColumns(y, n, k), k), k);
  }
  const q = orthonormalColumns(y, n, k);
  const b = timesLeft(centred, q, k);
  const gram = new Matrix(k, k);
  for (let i = 0; i < centred.width; i++) {
    for (let a = 0; a < k; a++) {
      for (let c = 0; c <= a; c++) gram.set(a, c, gram.get(a, c) + b[i * k + a]! * b[i * k + c]!);
    }
  }
  for (let a = 0; a < k; a++) for (let c = 0; c < a; c++) gram.set(c, a, gram.get(a, c));
  const eigen = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const order = eigen.realEigenvalues
    .map((value, index) => ({ value, index }))
    .sort((p, r) => r.value - p.value)
    .slice(0, components);
  const scores = new Float32Array(n * components);
  for (let row = 0; row < n; row++) {
    order.forEach(({ index }, column) => {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += q[row * k + j]! * eigen.eigenvectorMatrix.get(j, index);
      scores[row * components + column] = sum * Math.sqrt(n);
    });
  }
  let total = 0;
  for (const value of centred.data) total += value * value;
  return { scores, variances: Float64Array.from(order, ({ value }) => value / n), totalVariance: total / n };
}
