import { blockBytes, createKernels } from './kernels.js';
import type { Kernels } from './kernels.js';

/** Where one parameter lies in each of the store's arrays, in floats. */
export interface ParameterRange {
  readonly name: string;
  readonly start: number;
  readonly length: number;
  /** `length` and the zeros after it, up to the next parameter. */
  readonly paddedLength: number;
}

/**
 * Parameters, their gradients and the optimiser's moments: one contiguous array per kind, laid out alike, all
 * in one WebAssembly memory. The optimiser's kernels work on it, and ONNX Runtime reads parameters and writes
 * gradients in place.
 */
export interface ParameterStore {
  readonly ranges: readonly ParameterRange[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** Zero at first; how many there are and what they mean is the optimiser's affair. */
  readonly moments: readonly Float32Array[];
  readonly kernels: Kernels;
}

const pageBytes = 65_536;
const largestPages = 65_536;

/**
 * Copies initial parameters into a new store.
 * @param initial float32 values by name; their order is the store's order
 * @param momentCount moments per parameter
 * @throws Error when they need more than the 4 GiB that WebAssembly can address
 */
export function createParameterStore(
  initial: Readonly<Record<string, Float32Array>>,
  momentCount: number,
): ParameterStore {
  const block = blockBytes / Float32Array.BYTES_PER_ELEMENT;
  const ranges: ParameterRange[] = [];
  let length = 0;
  for (const [name, values] of Object.entries(initial)) {
    const paddedLength = Math.ceil(values.length / block) * block;
    ranges.push({ name, start: length, length: values.length, paddedLength });
    length += paddedLength;
  }
  const bytes = length * Float32Array.BYTES_PER_ELEMENT;
  const pages = Math.ceil((bytes * (2 + momentCount)) / pageBytes);
  if (pages > largestPages) {
    throw new Error(
      `createParameterStore: ${length} parameters with ${momentCount} moments need ${pages * pageBytes} bytes; 4 GiB is the limit.`,
    );
  }
  const memory = new WebAssembly.Memory({ initial: Math.max(1, pages) });
  const [parameters, gradients, ...moments] = Array.from(
    { length: 2 + momentCount },
    (_, k) => new Float32Array(memory.buffer, k * bytes, length),
  );
  const store: ParameterStore = {
    ranges,
    parameters: parameters!,
    gradients: gradients!,
    moments,
    kernels: createKernels(memory),
  };
  for (const range of ranges) viewOf(store.parameters, range).set(initial[range.name]!);
  return store;
}

/** One parameter's part of one of the store's arrays. */
export function viewOf(array: Float32Array, { start, length }: ParameterRange): Float32Array {
  return array.subarray(start, start + length);
}
