import { rowMajor } from './npy.js';

/** A file that is no MATLAB file of version 5. The message is one line. */
export class MatError extends Error {
  override readonly name = 'MatError';
}

export interface MatMatrix {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float64Array;
}

const HEADER = 128;
const COMPRESSED = 15;
const MATRIX = 14;
/** Element types: bytes of a number, and how to read it. */
const numbers: Readonly<
  Record<number, readonly [size: number, read: (view: DataView, at: number, little: boolean) => number]>
> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  9: [8, (view, at, little) => view.getFloat64(at, little)],
};

/** What a file may hold after decompression, bytes in all: AFLW2000-3D's take less than one million. */
const LARGEST_CONTENT = 32 * 2 ** 20;
/** Axes of a matrix that are read. */
const MOST_AXES = 32;

interface Element {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/**
 * The matrices of numbers in a MATLAB file of version 5 (MAT-File Format, MathWorks, chapter 1), such as the
 * annotations of AFLW2000-3D; what is no matrix of real numbers is left out.
 *
 * @param inflate decompresses a zlib stream to `most` bytes, and throws where it holds more
 * @throws MatError for another file, a damaged one, or one that holds more than 32 MiB
 */
export function readMat(
  bytes: Uint8Array,
  inflate: (bytes: Uint8Array, most: number) => Uint8Array,
): Map<string, MatMatrix> {
  const mark = bytes.length >= HEADER ? String.fromCharCode(bytes[126]!, bytes[127]!) : '';
  if (mark !== 'IM' && mark !== 'MI')
    throw new MatError('it is no MATLAB file of version 5; save it with -v7 or -v6');
  const little = mark === 'IM';
  const matrices = new Map<string, MatMatrix>();
  let left = LARGEST_CONTENT;
  try {
    for (const element of elements(bytes.subarray(HEADER), little)) {
      const compressed = element.type === COMPRESSED;
      // No stream is asked for less than a byte: to zlib that would be no limit.
      const content = compressed ? inflate(element.bytes, Math.max(1, left)) : element.bytes;
      if ((left -= content.length) < 0) throw new RangeError('too large');
      const [matrix] = compressed ? elements(content, little) : [element];
      const read = matrix?.type === MATRIX ? matrixOf(matrix.bytes, little) : undefined;
      if (read) matrices.set(read.name, read);
    }
  } catch (error) {
    throw new MatError('it is damaged, copy it again, or it holds more than 32 MiB', { cause: error });
  }
  return matrices;
}

function matrixOf(bytes: Uint8Array, little: boolean): (MatMatrix & { readonly name: string }) | undefined {
  const [flags, dimensions, name, real] = elements(bytes, little);
  if (!flags || !dimensions || !name || !real || !numbers[real.type]) return undefined;
  const shape = Array.from(values(dimensions, little));
  const data = values(real, little);
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.length > MOST_AXES || data.length !== count) return undefined;
  return { name: new TextDecoder('latin1').decode(name.bytes), shape, data: rowMajor(data, shape) };
}

function values({ type, bytes }: Element, little: boolean): Float64Array {
  const [size, read] = numbers[type]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read64 = new Float64Array(Math.floor(bytes.length / size));
  for (let i = 0; i < read64.length; i++) read64[i] = read(view, i * size, little);
  return read64;
}

/**
 * Elements one after the other, as they are asked for; short ones hold their data in the tag.
 * @throws RangeError at a cut end
 */
function* elements(bytes: Uint8Array, little: boolean): Generator<Element> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length;) {
    const tag = view.getUint32(at, little);
    const short = tag >>> 16 !== 0;
    const type = short ? tag & 0xffff : tag;
    const length = short ? tag >>> 16 : view.getUint32(at + 4, little);
    const from = at + (short ? 4 : 8);
    if (from + length > bytes.length) throw new RangeError('cut');
    yield { type, bytes: bytes.subarray(from, from + length) };
    // All but compressed elements end at a multiple of eight bytes.
    at = short ? at + 8 : type === COMPRESSED ? from + length : from + Math.ceil(length / 8) * 8;
  }
}
