import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../onnx/encode.js';
import type { ElementType } from '../onnx/schema.js';
import { product } from '../tensor.js';
import type { TensorType } from '../tensor.js';

/** What the generated graph may use. */
export interface LoweringTarget {
  /**
   * Channels per block of the CPU's blocked convolutions (`com.microsoft.nchwc`, an internal domain of ONNX
   * Runtime): 8 or 16, see `probeBlockSize`. 0 keeps to standard operators, which every device and runtime
   * accepts.
   */
  readonly block: number;
  /**
   * Whether convolutions with huge kernels are fast: true on CPUs, where they are matrix products in
   * disguise.
   */
  readonly hugeKernels: boolean;
  /**
   * Whether ScatterND adds rows that come several times without losing any, as on GPUs; ONNX Runtime's CPU
   * loses some when it has several threads. Default false: many small ones, each of which one thread does.
   */
  readonly atomicScatter?: boolean;
}

export const portableTarget: LoweringTarget = { block: 0, hugeKernels: false };

/** A value in the ONNX graph. */
export interface Stored {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: TensorType;
}

export const nchwcDomain = 'com.microsoft.nchwc';

export const onnxTypes: Record<TensorType, ElementType | undefined> = {
  float32: 'float32',
  float16: 'float16',
  int32: 'int32',
  bool: 'bool',
  float64: undefined,
  uint32: undefined,
};

/** The ONNX element type. @throws Error for the types that only the reference backend has */
export function onnxType(type: TensorType): ElementType {
  const found = onnxTypes[type];
  if (found === undefined)
    throw new Error(`lower: ${type} has no place in a lowered graph; use float32 or int32.`);
  return found;
}

/** Collects the nodes and constants of a graph; equal nodes are emitted once. */
export class Emitter {
  readonly nodes: OnnxNode[] = [];
  private readonly tensors = new Map<string, OnnxTensor>();
  private readonly known = new Map<string, Stored>();
  private readonly dimsOf = new Map<string, Stored>();
  /** What each reshape was made of. */
  private readonly reshaped = new Map<string, Stored>();
  private count = 0;

  constructor(readonly target: LoweringTarget) {}

  /** Adds a node with one output, unless the same node is there already. */
  emit(
    opType: string,
    inputs: readonly (Stored | undefined)[],
    dims: readonly number[],
    type: TensorType,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = '',
  ): Stored {
    const names = inputs.map((input) => input?.name ?? '');
    while (names.at(-1) === '') names.pop();
    const key = `${domain}.${opType}(${names.join()})${JSON.stringify(attributes)}`;
    const same = this.known.get(key);
    if (same !== undefined) return same;
    const output = this.register({ name: `${opType}_${++this.count}`, dims, type });
    this.known.set(key, output);
    this.nodes.push({
      opType,
      inputs: names,
      outputs: [output.name],
      ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
      ...(domain === '' ? {} : { domain }),
    });
    return output;
  }

  /** Adds a node with several outputs. */
  emitAll(
    opType: string,
    inputs: readonly Stored[],
    outputs: readonly Omit<Stored, 'name'>[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): Stored[] {
    const stored = outputs.map((output) => this.register({ ...output, name: `${opType}_${++this.count}` }));
    this.nodes.push({
      opType,
      inputs: inputs.map(({ name }) => name),
      outputs: stored.map(({ name }) => name),
      attributes,
    });
    return stored;
  }

  register(value: Stored): Stored {
    this.dimsOf.set(value.name, value);
    return value;
  }

  /** A value by name, with its shape. */
  lookup(name: string): Stored | undefined {
    return this.dimsOf.get(name);
  }

  /** A one-dimensional int64 constant, as shapes and axes are given. */
  int64(values: readonly number[]): Stored {
    const name = `i64_${values.join('_').replaceAll('-', 'm')}`;
    if (!this.tensors.has(name)) {
      const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      this.tensors.set(name, { name, type: 'int64', dims: [values.length], data });
    }
    return { name, dims: [values.length], type: 'int32' };
  }

  /** A scalar constant. */
  scalar(value: number, type: TensorType): Stored {
    const name = `${type}_${Object.is(value, -0) ? 'm0' : value}`.replaceAll(/[^\w.]/g, 'm');
    return this.tensors.has(name)
      ? { name, dims: [], type }
      : this.constant(name, bytesOf([value], type), [], type);
  }

  constant(name: string, data: Uint8Array, dims: readonly number[], type: TensorType): Stored {
    this.tensors.set(name, { name, type: onnxType(type), dims, data });
    return this.register({ name, dims, type });
  }

  reshape(value: Stored, dims: readonly number[]): Stored {
    if (dims.join() === value.dims.join()) return value;
    const fixed = this.tensors.get(value.name);
    if (fixed !== undefined)
      return this.derived(`${value.name}_as_${dims.join('x')}`, dims, value.type, () => fixed.data);
    // A reshape of a reshape only needs the last one.
    const source = this.reshaped.get(value.name) ?? value;
    if (source !== value) return this.reshape(source, dims);
    const result = this.emit('Reshape', [value, this.int64(dims)], dims, value.type);
    this.reshaped.set(result.name, value);
    return result;
  }

  /**
   * Reorders axes; `order` lists the source axis of each result axis. Runs of axes that stay together move as
   * one. ONNX Runtime is fast at swapping two neighbouring runs and at moving whole innermost runs, and slow
   * at all else, so that other permutations are done as one of the first and one of the second (measured: up
   * to 5 times faster than at once).
   */
  transpose(value: Stored, order: readonly number[]): Stored {
    const groups = consecutiveRuns(order);
    if (groups.length <= 1) return value;
    const sorted = groups.toSorted((a, b) => a[0]! - b[0]!);
    const permutation = groups.map((group) => sorted.indexOf(group));
    const rank = permutation.length;
    const inner = permutation.at(-1)!;
    const swap = permutation.every((axis, i) => axis === i || i >= rank - 2);
    const grouped = this.reshape(
      value,
      sorted.map((group) => product(group.map((axis) => value.dims[axis]!))),
    );
    const finish = (result: Stored): Stored =>
      this.reshape(
        result,
        order.map((axis) => value.dims[axis]!),
      );
    if (permutation.join() === '2,1,0')
      return finish(this.permute(this.permute(grouped, [0, 2, 1]), [1, 2, 0]));
    if (inner !== rank - 1 && !swap) {
      // First bring the innermost run of the result to the end, then move it whole.
      const first = [...sorted.keys()].filter((i) => i !== inner);
      first.push(inner);
      return finish(
        this.permute(
          this.permute(grouped, first),
          permutation.map((axis) => first.indexOf(axis)),
        ),
      );
    }
    return finish(this.permute(grouped, permutation));
  }

  private permute(value: Stored, perm: readonly number[]): Stored {
    if (perm.every((axis, i) => axis === i)) return value;
    // Neighbours that stay neighbours are merged again: after the first of two steps there are more of them.
    const groups = consecutiveRuns(perm);
    const sorted = groups.toSorted((a, b) => a[0]! - b[0]!);
    const size = (group: readonly number[]): number => product(group.map((axis) => value.dims[axis]!));
    const fixed = this.tensors.get(value.name);
    if (fixed?.type === 'float32') {
      const dims = perm.map((axis) => value.dims[axis]!);
      return this.derived(
        `${value.name}_${value.dims.join('x')}_by_${perm.join('_')}`,
        dims,
        value.type,
        () => permuteData(fixed.data, value.dims, perm),
      );
    }
    const merged = this.reshape(value, sorted.map(size));
    const result = this.emit('Transpose', [merged], groups.map(size), value.type, {
      perm: { ints: groups.map((group) => sorted.indexOf(group)) },
    });
    return this.reshape(
      result,
      perm.map((axis) => value.dims[axis]!),
    );
  }

  /** Reverses one axis. */
  reverse(value: Stored, axis: number): Stored {
    const fixed = this.tensors.get(value.name);
    const size = value.dims[axis]!;
    if (fixed?.type === 'float32') {
      return this.derived(
        `${value.name}_${value.dims.join('x')}_turned_${axis}`,
        value.dims,
        value.type,
        () => reverseData(fixed.data, value.dims, axis),
      );
    }
    const indices = this.int64([...Array(size).keys()].reverse());
    return this.emit('Gather', [value, indices], value.dims, value.type, { axis: { int: axis } });
  }

  /**
   * A constant made of another, such as frozen weights in the order that a convolution wants: done once,
   * here.
   */
  private derived(name: string, dims: readonly number[], type: TensorType, make: () => Uint8Array): Stored {
    return this.tensors.has(name) ? { name, dims, type } : this.constant(name, make(), dims, type);
  }

  cast(value: Stored, type: TensorType): Stored {
    if (value.type === type) return value;
    return this.emit('Cast', [value], value.dims, type, { to: { int: castNumbers[onnxType(type)]! } });
  }

  /** int64 form of int32 indices, for operators that take no other. */
  toInt64(value: Stored): Stored {
    return this.emit('Cast', [value], value.dims, value.type, { to: { int: 7 } });
  }

  /** The model of what was emitted, without nodes and constants that no output needs. */
  finish(
    name: string,
    inputs: readonly Stored[],
    outputs: readonly Stored[],
    description?: string,
  ): OnnxModel {
    const used = new Set(outputs.map((output) => output.name));
    const nodes: OnnxNode[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((output) => used.has(output))) continue;
      nodes.push(node);
      for (const input of node.inputs) used.add(input);
    }
    const blocked = nodes.some((node) => node.domain === nchwcDomain);
    return {
      name,
      ...(description === undefined ? {} : { description }),
      opsets: { '': 17, ...(blocked ? { [nchwcDomain]: 1 } : {}) },
      nodes: nodes.reverse(),
      constants: [...this.tensors.values()].filter((tensor) => used.has(tensor.name)),
      inputs: inputs.map((value) => ({ name: value.name, type: onnxType(value.type), dims: value.dims })),
      outputs: outputs.map((value) => ({ name: value.name, type: onnxType(value.type), dims: value.dims })),
    };
  }
}

const castNumbers: Partial<Record<ElementType, number>> = { float32: 1, int32: 6, bool: 9, float16: 10 };

/** Axes in the given order, neighbours that follow each other by one together. */
export function consecutiveRuns(axes: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const axis of axes) {
    if (runs.at(-1)?.at(-1) === axis - 1) runs.at(-1)!.push(axis);
    else runs.push([axis]);
  }
  return runs;
}

/** float32 values with their axes reordered. */
function permuteData(data: Uint8Array, dims: readonly number[], perm: readonly number[]): Uint8Array {
  const source = new Float32Array(data.slice().buffer);
  const result = new Float32Array(source.length);
  const strides = dims.map((_, axis) => product(dims.slice(axis + 1)));
  const position = new Array<number>(perm.length).fill(0);
  let from = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = source[from]!;
    for (let axis = perm.length - 1; axis >= 0; axis--) {
      const size = dims[perm[axis]!]!;
      const stride = strides[perm[axis]!]!;
      from += stride;
      if (++position[axis]! < size) break;
      position[axis] = 0;
      from -= size * stride;
    }
  }
  return new Uint8Array(result.buffer);
}

/** float32 values with one axis reversed. */
function reverseData(data: Uint8Array, dims: readonly number[], axis: number): Uint8Array {
  const run = 4 * product(dims.slice(axis + 1));
  const size = dims[axis]!;
  const result = new Uint8Array(data.length);
  for (let i = 0; i * run < data.length; i++) {
    const at = i - (i % size) + (size - 1 - (i % size));
    result.set(data.subarray(i * run, (i + 1) * run), at * run);
  }
  return result;
}

/** Little-endian bytes of numbers as an element type. */
export function bytesOf(values: ArrayLike<number>, type: TensorType): Uint8Array {
  switch (type) {
    case 'float32':
      return new Uint8Array(Float32Array.from(values).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(values).buffer);
    case 'bool':
      return Uint8Array.from(values, (value) => (value === 0 ? 0 : 1));
    default:
      throw new Error(`lower: no constants of type ${type}; use float32, int32 or bool.`);
  }
}
