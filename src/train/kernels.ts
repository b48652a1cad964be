import { kernelModule } from '../math/kernel-module.js';
import { kernelBytes } from './kernel-bytes.js';

/**
 * The optimisers' inner loops, over arrays in one WebAssembly memory. Positions and lengths are in bytes;
 * lengths are multiples of `blockBytes`, padded with zeros. The formulas stand in
 * tools/build-kernels/optimizer.wat.
 *
 * Four floats at a time they take a fifth of the time of the same loop in JavaScript
 * (bench/optimizer.bench.ts).
 */
export interface Kernels {
  /** Sum of squares, in double precision: finite exactly when all values are. */
  squaredNorm(at: number, length: number): number;
  /**
   * `g = scale·g; m = beta1·m + rest1·g; v = beta2·v + rest2·g²; p = keep·p − size·m / (root·√v + epsilon)`
   */
  adam(
    parameters: number,
    gradients: number,
    first: number,
    second: number,
    length: number,
    scale: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    keep: number,
    size: number,
    root: number,
    epsilon: number,
  ): void;
  /** `g = scale·g + decay·p; m = momentum·m + g; p = p − (direct·g + carried·m)` */
  momentum(
    parameters: number,
    gradients: number,
    velocity: number,
    length: number,
    scale: number,
    decay: number,
    momentum: number,
    direct: number,
    carried: number,
  ): void;
}

/** Arrays start at multiples of this: one cache line, four steps of the kernels. */
export const blockBytes = 64;

/** A `WebAssembly.Memory`; not every project has a type of that name. */
export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
}

let compiled: WebAssembly.Module | undefined;

/** @throws Error on an engine without WebAssembly SIMD, as `kernelModule` */
export function createKernels(memory: KernelMemory): Kernels {
  compiled ??= kernelModule(kernelBytes);
  return new WebAssembly.Instance(compiled, { host: { memory: memory as WebAssembly.Memory } })
    .exports as unknown as Kernels;
}
