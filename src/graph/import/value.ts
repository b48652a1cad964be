import type { OnnxTensor } from '../onnx/encode.js';
import type { ElementType } from '../onnx/schema.js';
import { Tensor, broadcastShapes, constant, product } from '../tensor.js';

/** What the element types of ONNX become: floats are computed in float32, integers in int32. */
export type ImportType = 'float32' | 'int32' | 'bool';

/** The type that values of an ONNX element type have once imported. */
export function importType(type: ElementType): ImportType {
  if (type === 'bool') return 'bool';
  return type.includes('float') ? 'float32' : 'int32';
}

/** Larger arrays of floats are weights: they stay in the graph, where they are stored once. */
const smallArray = 1024;

const traced = new WeakMap<HostValue, Tensor>();

/**
 * A value that is known when tracing: shapes, axes, small tables and stored weights. Integers are held in
 * doubles, so that int64 values that mean "to the end" keep their meaning.
 */
export class HostValue {
  constructor(
    readonly type: ImportType,
    readonly shape: readonly number[],
    /** Row-major; Float32Array for float32, else Float64Array. */
    readonly data: Float32Array | Float64Array,
  ) {}

  get size(): number {
    return this.data.length;
  }
  get rank(): number {
    return this.shape.length;
  }

  /** Whether to compute with it when tracing instead of in the graph. */
  get foldable(): boolean {
    return this.type !== 'float32' || this.size <= smallArray;
  }

  /** The same constant at each call. @throws Error when an integer is beyond int32 */
  toTensor(): Tensor {
    if (this.data instanceof Float32Array) return constant(this.data, this.shape);
    let tensor = traced.get(this);
    if (tensor === undefined) {
      const large = this.data.find((value) => value !== (value | 0));
      if (large !== undefined)
        throw new Error(`the integer ${large} is beyond int32, in which graphs compute`);
      // Only the array is kept: a constant's node is safe to use again, a cast of it belongs to one trace.
      tensor = constant(Int32Array.from(this.data), this.shape);
      traced.set(this, tensor);
    }
    return this.type === 'bool' ? tensor.cast('bool') : tensor;
  }
}

/** A value of the imported network: known when tracing, or traced. */
export type Value = HostValue | Tensor;

export const isHost = (value: Value): value is HostValue => value instanceof HostValue;
export const toTensor = (value: Value): Tensor => (isHost(value) ? value.toTensor() : value);

export function hostValue(type: ImportType, shape: readonly number[], values: ArrayLike<number>): HostValue {
  return new HostValue(
    type,
    shape,
    type === 'float32' ? Float32Array.from(values) : Float64Array.from(values),
  );
}
/** A list of integers, as shapes are. */
export const hostInts = (values: readonly number[]): HostValue => hostValue('int32', [values.length], values);

/** An elementwise function of host values, which broadcast. */
export function mapHost(
  type: ImportType,
  values: readonly HostValue[],
  fn: (...items: number[]) => number,
): HostValue {
  const shape = values
    .map((value) => value.shape)
    .reduce<readonly number[]>((a, b) => broadcastShapes('operands', a, b), []);
  const sources = values.map((value) => expandHost(value, shape).data);
  return hostValue(
    type,
    shape,
    Array.from({ length: product(shape) }, (_, i) => fn(...sources.map((data) => data[i]!))),
  );
}

/** The values at `source(position)` for each position of a new shape. */
export function selectHost(
  x: HostValue,
  shape: readonly number[],
  source: (position: readonly number[]) => readonly number[],
): HostValue {
  const values = new Array<number>(product(shape));
  const position = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    values[i] = x.data[source(position).reduce((index, at, axis) => index * x.shape[axis]! + at, 0)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis]! === shape[axis]; axis--)
      position[axis] = 0;
  }
  return hostValue(x.type, shape, values);
}

export function expandHost(x: HostValue, shape: readonly number[]): HostValue {
  if (x.shape.join() === shape.join()) return x;
  const lead = shape.length - x.rank;
  return selectHost(x, shape, (position) =>
    x.shape.map((size, axis) => (size === 1 ? 0 : position[lead + axis]!)),
  );
}

/** The values of a stored tensor; half and double precision become float32. */
export function readHost({ type, dims, data }: OnnxTensor): HostValue {
  return new HostValue(importType(type), dims, readers[type](new Uint8Array(data).buffer));
}

const readers: Record<ElementType, (buffer: ArrayBuffer) => Float32Array | Float64Array> = {
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => Float32Array.from(new Float64Array(buffer)),
  float16: (buffer) => halfValues(new Uint16Array(buffer)),
  bfloat16: (buffer) =>
    new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer),
  int64: (buffer) => Float64Array.from(new BigInt64Array(buffer), Number),
  uint64: (buffer) => Float64Array.from(new BigUint64Array(buffer), Number),
  int32: (buffer) => Float64Array.from(new Int32Array(buffer)),
  uint32: (buffer) => Float64Array.from(new Uint32Array(buffer)),
  int16: (buffer) => Float64Array.from(new Int16Array(buffer)),
  uint16: (buffer) => Float64Array.from(new Uint16Array(buffer)),
  int8: (buffer) => Float64Array.from(new Int8Array(buffer)),
  uint8: (buffer) => Float64Array.from(new Uint8Array(buffer)),
  bool: (buffer) => Float64Array.from(new Uint8Array(buffer), (byte) => (byte === 0 ? 0 : 1)),
};

let halves: Float32Array | undefined;

/** The numbers of many float16: looked up, as there are only so many. */
function halfValues(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, pattern) => halfValue(pattern));
  const out = new Float32Array(bits.length);
  for (let i = 0; i < out.length; i++) out[i] = halves[bits[i]!]!;
  return out;
}

/** The number that a float16's bits stand for (IEEE 754). */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}
