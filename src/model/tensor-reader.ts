/** A named array of a model file. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data:
    | Float32Array
    | Int8Array
    | Uint8Array
    | Int16Array
    | Uint16Array
    | Int32Array
    | Uint32Array
    | Float64Array
    | BigInt64Array
    | BigUint64Array;
}

export type NamedTensors = ReadonlyMap<string, Tensor>;

/** Expected shape: a number must match, `undefined` is free. */
type ShapePattern = readonly (number | undefined)[];

/** Takes tensors out of a file and checks presence, type, shape and range; every problem goes to `fail`. */
export class TensorReader {
  private readonly read = new Set<string>();

  constructor(
    private readonly tensors: NamedTensors,
    readonly fail: (problem: string) => never,
  ) {}

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  shape(name: string): readonly number[] {
    return this.get(name).shape;
  }

  /** A 32-bit float tensor without NaN or infinity. */
  floats(name: string, shape: ShapePattern): Float32Array {
    const { data } = this.checked(name, shape);
    if (!(data instanceof Float32Array)) this.fail(`tensor "${name}" should hold 32-bit floats`);
    const floats = data as Float32Array;
    for (let i = 0; i < floats.length; i++)
      if (!Number.isFinite(floats[i]!)) this.fail(`tensor "${name}" holds a value that is not finite`);
    return floats;
  }

  /** Signed 8- or 16-bit steps of a quantised basis. */
  steps(name: string, shape: ShapePattern): Int8Array | Int16Array {
    const { data } = this.checked(name, shape);
    if (data instanceof Int16Array || data instanceof Int8Array) return data;
    return this.fail(`tensor "${name}" should hold 8- or 16-bit steps`);
  }

  /** Unsigned integers below `limit`. */
  integers(name: string, shape: ShapePattern, limit: number): Uint8Array | Uint16Array | Uint32Array {
    const { data } = this.checked(name, shape);
    if (!(data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Uint32Array))
      return this.fail(`tensor "${name}" should hold unsigned integers`);
    for (let i = 0; i < data.length; i++)
      if (data[i]! >= limit) this.fail(`tensor "${name}" holds ${data[i]}, expected less than ${limit}`);
    return data;
  }

  /** A metadata entry that holds JSON. */
  json<T>(metadata: Readonly<Record<string, string>>, key: string, check: (value: unknown) => value is T): T {
    let value: unknown;
    try {
      value = JSON.parse(metadata[key] ?? 'null');
    } catch {
      value = undefined;
    }
    return check(value) ? value : this.fail(`metadata entry "${key}" is missing or malformed`);
  }

  /** Names of tensors that nobody asked for, in the file's order. */
  unread(): string[] {
    return [...this.tensors.keys()].filter((name) => !this.read.has(name));
  }

  private get(name: string): Tensor {
    this.read.add(name);
    return this.tensors.get(name) ?? this.fail(`tensor "${name}" is missing`);
  }

  private checked(name: string, pattern: ShapePattern): Tensor {
    const tensor = this.get(name);
    const fits =
      tensor.shape.length === pattern.length &&
      pattern.every((size, i) => size === undefined || size === tensor.shape[i]);
    if (!fits)
      this.fail(
        `tensor "${name}" has shape [${tensor.shape.join(', ')}], expected [${pattern.map((size) => size ?? '*').join(', ')}]`,
      );
    return tensor;
  }
}
