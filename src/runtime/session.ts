/** The element types that cross a session's boundary. */
export type HostType = 'float32' | 'int32' | 'int64' | 'uint8' | 'bool';

/**
 * Arrays that hold them; the array's class names the type, and bytes are `uint8` unless a tensor says `bool`.
 */
export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** Values in row-major order, in the memory of JavaScript. `dims` multiply to the length of `data`. */
export interface HostTensor<Data extends TensorData = TensorData> {
  readonly dims: readonly number[];
  readonly data: Data;
  /** Marks bytes as truth values, 0 or 1. */
  readonly type?: 'bool';
}

/** One loaded network. Overlapping calls to `run` are queued. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The shape of each input, as the file says; a name stands for a length that is free. */
  readonly inputDims: Readonly<Record<string, readonly (number | string)[]>>;
  /**
   * Computes outputs.
   *
   * Pass the same tensor objects again and again where the data change in place: describing a tensor to ONNX
   * Runtime costs some 10 µs, and is done once per object.
   *
   * @param feeds one tensor per input name; their data must stay unchanged until the promise settles
   * @param outputs the outputs to compute, all when left out; a tensor is written in place and returned,
   *   `null` asks for a new one
   * @throws Error of one line, naming the input or output that is missing, unknown or of the wrong type or
   *   size
   */
  run(
    feeds: Readonly<Record<string, HostTensor>>,
    outputs?: Readonly<Record<string, HostTensor | null>>,
  ): Promise<Record<string, HostTensor>>;
  /** Frees the network's memory after the runs under way; the session cannot be used afterwards. */
  release(): Promise<void>;
}

/** Runs ONNX graphs. Two of them exist: `nodeRuntime` and `webRuntime`. */
export interface Runtime {
  /**
   * @param model the bytes of an ONNX file
   * @throws Error of one line when the bytes are no network that this runtime can run
   */
  createSession(model: Uint8Array): Promise<Session>;
}

/** The element type of a tensor. */
export function hostTypeOf({ data, type }: HostTensor): HostType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  return type ?? 'uint8';
}

/** A tensor of zeros. */
export function createHostTensor(type: HostType, dims: readonly number[]): HostTensor {
  const length = dims.reduce((product, size) => product * size, 1);
  if (type === 'float32') return { dims, data: new Float32Array(length) };
  if (type === 'int32') return { dims, data: new Int32Array(length) };
  if (type === 'int64') return { dims, data: new BigInt64Array(length) };
  return type === 'bool'
    ? { dims, data: new Uint8Array(length), type }
    : { dims, data: new Uint8Array(length) };
}

/**
 * A float32 output by name.
 * @throws Error when the network has no such output or it has another type
 */
export function floatOutput(outputs: Readonly<Record<string, HostTensor>>, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) {
    throw new Error(
      `floatOutput: expected a float32 output "${name}", the network has ${Object.keys(outputs).join(', ')}; is it the right file?`,
    );
  }
  return data;
}
