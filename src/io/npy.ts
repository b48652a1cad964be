/** A file that is no NumPy array of numbers. The message is one line. */
export class NpyError extends Error {
  override readonly name = 'NpyError';
}

export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float64Array;
}

/** Bytes of a header and axes of an array that are read: NumPy's own limits. */
const LONGEST_HEADER = 10_000;
const MOST_AXES = 32;

const readers: Readonly<
  Record<string, readonly [size: number, read: (view: DataView, at: number) => number]>
> = {
  '<f8': [8, (view, at) => view.getFloat64(at, true)],
  '<f4': [4, (view, at) => view.getFloat32(at, true)],
  '<i8': [8, (view, at) => Number(view.getBigInt64(at, true))],
  '<i4': [4, (view, at) => view.getInt32(at, true)],
  '<i2': [2, (view, at) => view.getInt16(at, true)],
  '|u1': [1, (view, at) => view.getUint8(at)],
};

/**
 * Reads a NumPy array file (`.npy`, versions 1 to 3).
 * @throws NpyError for another file, or an array of anything but finite little-endian numbers
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    bytes.length < 12 ||
    bytes[0] !== 0x93 ||
    new TextDecoder('latin1').decode(bytes.subarray(1, 6)) !== 'NUMPY'
  )
    throw new NpyError('it is no .npy file');
  const long = bytes[6]! > 1;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > LONGEST_HEADER) throw new NpyError('its header is damaged; save the array again');
  const start = (long ? 12 : 10) + length;
  const header = new TextDecoder('latin1').decode(bytes.subarray(long ? 12 : 10, start));
  const kind = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? '?';
  const reader = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  const shape = /'shape':\s*\(([^)]*)\)/
    .exec(header)?.[1]
    ?.split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  if (!reader) {
    // A damaged header holds anything, line breaks among it.
    const shown = kind.slice(0, 20).replace(/[^ -~]/g, '?');
    throw new NpyError(`it holds "${shown}"; save the array as float64 or float32`);
  }
  if (!shape || shape.length > MOST_AXES || !shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw new NpyError('its shape cannot be read; save the array again');
  const count = shape.reduce((product, size) => product * size, 1);
  const [size, read] = reader;
  if (bytes.length < start + count * size)
    throw new NpyError(`it ends after ${bytes.length} of ${start + count * size} bytes; copy it again`);
  const stored = new Float64Array(count);
  for (let i = 0; i < count; i++) stored[i] = read(view, start + i * size);
  if (!stored.every(Number.isFinite))
    throw new NpyError('it holds numbers that are not finite; save the array without them');
  return { shape, data: /'fortran_order':\s*True/.test(header) ? rowMajor(stored, shape) : stored };
}

/** From column-major order: the first index runs fastest. */
export function rowMajor(values: Float64Array, shape: readonly number[]): Float64Array {
  const out = new Float64Array(values.length);
  const index = shape.map(() => 0);
  for (const value of values) {
    out[index.reduce((at, i, axis) => at * shape[axis]! + i, 0)] = value;
    for (let axis = 0; axis < shape.length && ++index[axis]! === shape[axis]; axis++) index[axis] = 0;
  }
  return out;
}
