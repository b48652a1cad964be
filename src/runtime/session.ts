/** The element types that cross a session's boundary; the array's class names the type. */
export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** Values in row-major order. `dims` multiply to the length of `data`. */
export interface Tensor<Data extends TensorData = TensorData> {
  readonly dims: readonly number[];
  readonly data: Data;
}

/** One loaded network. Overlapping calls to `run` are queued. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Computes all outputs.
   * @param feeds one tensor per input name; their data must stay unchanged until the promise settles
   * @throws Error naming the input that is missing, unknown or of the wrong type
   */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  /** Frees the network's memory; the session cannot be used afterwards. */
  release(): Promise<void>;
}

/** Runs ONNX graphs. Two of them exist: `nodeRuntime` and `webRuntime`. */
export interface Runtime {
  /** @param model the bytes of an ONNX file */
  createSession(model: Uint8Array): Promise<Session>;
}

/**
 * A float32 output by name.
 * @throws Error when the network has no such output or it has another type
 */
export function floatOutput(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) {
    throw new Error(`floatOutput: expected a float32 output "${name}", the network has ${Object.keys(outputs).join(', ')}; is it the right file?`);
  }
  return data;
}
