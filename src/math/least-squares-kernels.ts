import { kernelModule } from './kernel-module.js';
import { kernelBytes } from './least-squares-bytes.js';

/**
 * Inner loops of least squares in WebAssembly, two numbers at a time; their text stands in
 * tools/build-kernels/least-squares.wat. Rows are padded to multiples of four numbers. Arrays are copied
 * there and back, which costs little beside work that grows with one power of n more.
 */
interface Kernels {
  readonly memory: WebAssembly.Memory;
  addOuterProducts(rows: number, count: number, stride: number, matrix: number): void;
  factorCholesky(matrix: number, stride: number, tolerance: number): number;
}

let kernels: Kernels | undefined;

const PAGE = 65_536;
const DOUBLE = 8;

/** Room for so many numbers, from the memory's beginning on. */
function room(count: number): { readonly kernels: Kernels; readonly numbers: Float64Array } {
  kernels ??= new WebAssembly.Instance(kernelModule(kernelBytes)).exports as unknown as Kernels;
  const missing = count * DOUBLE - kernels.memory.buffer.byteLength;
  if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE));
  return { kernels, numbers: new Float64Array(kernels.memory.buffer, 0, count) };
}

const padded = (n: number): number => Math.ceil(n / 4) * 4;

/**
 * Adds Σ row·rowᵀ to the lower triangle of a matrix; what stands above it is left as it is.
 * @param matrix n×n
 * @param rows `count` rows of n
 * @param active only the first so many of a row's numbers count
 */
export function addOuterProducts(
  matrix: Float64Array,
  rows: Float64Array,
  count: number,
  n: number,
  active = n,
): void {
  const stride = padded(active);
  const from = stride * stride;
  const { kernels, numbers } = room(from + count * stride);
  for (let a = 0; a < active; a++) numbers.set(matrix.subarray(a * n, a * n + a + 1), a * stride);
  for (let row = 0; row < count; row++) {
    const at = from + row * stride;
    numbers.set(rows.subarray(row * n, row * n + active), at);
    numbers.fill(0, at + active, at + stride);
  }
  kernels.addOuterProducts(from * DOUBLE, count, stride * DOUBLE, 0);
  for (let a = 0; a < active; a++) matrix.set(numbers.subarray(a * stride, a * stride + a + 1), a * n);
}

/**
 * Overwrites the lower triangle of a symmetric n×n matrix with its Cholesky factor.
 * @param tolerance a pivot this much smaller than its diagonal element holds only rounding errors
 * @returns false if the matrix is not positive definite
 */
export function factorInPlace(matrix: Float64Array, n: number, tolerance: number): boolean {
  const stride = padded(n);
  const { kernels, numbers } = room(stride * stride);
  for (let a = 0; a < n; a++) numbers.set(matrix.subarray(a * n, a * n + a + 1), a * stride);
  for (let a = n; a < stride; a++) {
    numbers.fill(0, a * stride, a * stride + a);
    numbers[a * stride + a] = 1;
  }
  const definite = kernels.factorCholesky(0, stride * DOUBLE, tolerance) !== 0;
  for (let a = 0; a < n; a++) matrix.set(numbers.subarray(a * stride, a * stride + a + 1), a * n);
  return definite;
}
