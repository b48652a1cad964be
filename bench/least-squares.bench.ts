import { factorCholesky } from '../src/math/linear-solve.js';
import { addRow, flushRows, normalEquations } from '../src/math/normal-equations.js';
import { atLeast, medianTime, type Benchmark, type Measure } from './benchmark.js';

/** About as many as in a fit of a head to dense landmarks; two or three rows a point. */
const unknowns = 190;
const equations = 1300;

/** The same sums as loops in JavaScript, four rows at a time, so that the matrix is read less often. */
function sumsInJavaScript(rows: readonly Float64Array[], matrix: Float64Array): void {
  const n = unknowns;
  for (let i = 0; i < rows.length; i += 4) {
    const [r0, r1, r2, r3] = rows.slice(i, i + 4) as [Float64Array, Float64Array, Float64Array, Float64Array];
    for (let a = 0; a < n; a++) {
      const a0 = r0[a]!;
      const a1 = r1[a]!;
      const a2 = r2[a]!;
      const a3 = r3[a]!;
      for (let b = 0, at = a * n; b <= a; b++, at++)
        matrix[at]! += a0 * r0[b]! + a1 * r1[b]! + a2 * r2[b]! + a3 * r3[b]!;
    }
  }
}

/** Row by row, as textbooks have it. */
function choleskyInJavaScript(a: Float64Array): void {
  const n = unknowns;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
    }
}

async function* run(): AsyncGenerator<Measure> {
  const rows = Array.from({ length: equations }, (_, i) =>
    Float64Array.from({ length: unknowns }, (__, k) => Math.sin(1.1 * i + k * k)),
  );
  const ours = await medianTime(() => {
    const work = normalEquations(unknowns);
    for (const row of rows) addRow(work, row, 1, 1);
    flushRows(work);
  });
  const matrix = new Float64Array(unknowns ** 2);
  const loops = await medianTime(() => {
    matrix.fill(0);
    sumsInJavaScript(rows, matrix);
  });
  yield atLeast(
    'normal equations in JavaScript / ours',
    loops / ours,
    '×',
    2,
    `${ours.toFixed(1)} ms, JavaScript ${loops.toFixed(1)} ms`,
  );
  for (let k = 0; k < unknowns; k++) matrix[k * unknowns + k]! += 1;
  const factor = await medianTime(() => factorCholesky(matrix.slice(), unknowns));
  const textbook = await medianTime(() => {
    choleskyInJavaScript(matrix.slice());
  });
  yield atLeast(
    'Cholesky in JavaScript / ours',
    textbook / factor,
    '×',
    2,
    `${factor.toFixed(2)} ms, JavaScript ${textbook.toFixed(2)} ms`,
  );
}

const leastSquares: Benchmark = {
  name: 'least squares',
  run,
};

export default leastSquares;
