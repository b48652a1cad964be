import type { HostTensor, TensorData } from '../runtime/session.js';
import type { StepValues } from './gradient-computer.js';
import type { Batch } from './step-graph.js';

/**
 * Cuts every tensor of a batch into equal parts along its first axis; scalars go to every part. The parts are
 * copies.
 * @throws Error of one line naming a tensor whose first axis is not a multiple of `count`
 */
export function splitBatch(batch: Batch, count: number): Record<string, HostTensor>[] {
  const shares: Record<string, HostTensor>[] = Array.from({ length: count }, () => ({}));
  for (const [name, tensor] of Object.entries(batch)) {
    const [length, ...rest] = tensor.dims;
    if (length !== undefined && length % count !== 0) {
      throw new Error(
        `splitBatch: "${name}" [${tensor.dims.join(', ')}] cannot be shared equally among ${count} workers; choose a batch size that is a multiple.`,
      );
    }
    const size = tensor.data.length / count;
    shares.forEach((share, k) => {
      share[name] =
        length === undefined
          ? { ...tensor, data: tensor.data.slice() }
          : { ...tensor, dims: [length / count, ...rest], data: tensor.data.slice(k * size, (k + 1) * size) };
    });
  }
  return shares;
}

/**
 * What equal shares of a batch tell, as if it had been one: the value and float scalars averaged, the rest
 * joined along the first axis.
 */
export function joinValues(shares: readonly StepValues[]): StepValues {
  const [first] = shares;
  if (!first || shares.length === 1) return first!;
  const extra = Object.fromEntries(
    Object.keys(first.extra).map((name) => [name, joinTensors(shares.map((share) => share.extra[name]!))]),
  );
  return { value: mean(shares.map(({ value }) => value)), extra };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function joinTensors(parts: readonly HostTensor[]): HostTensor {
  const first = parts[0]!;
  const [length, ...rest] = first.dims;
  if (length === undefined && first.data instanceof Float32Array) {
    return { dims: [], data: Float32Array.of(mean(parts.map(({ data }) => data[0] as number))) };
  }
  const size = first.data.length;
  const data = new (first.data.constructor as new (length: number) => TensorData)(size * parts.length);
  // All parts come from the same output, so that their arrays are of one class.
  parts.forEach((part, k) => {
    (data as Uint8Array).set(part.data as Uint8Array, k * size);
  });
  return { ...first, dims: [(length ?? 1) * parts.length, ...rest], data };
}
