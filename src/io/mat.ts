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

interface Element {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/**
 * The matrices of numbers in a MATLAB file of version 5 (MAT-File Format, MathWorks, chapter 1), such as the
 * annotations of AFLW2000-3D; what is no matrix of real numbers is left out.
 *
 * @param inflate decompresses zlib streams
 * @throws MatError for another file or a damaged one
 */
export function readMat(
  bytes: Uint8Array,
  inflate: (bytes: Uint8Array) => Uint8Array,
): Map<string, MatMatrix> {
  const mark = bytes.length >= HEADER ? String.fromCharCode(bytes[126]!, bytes[127]!) : '';
  if (mark !== 'IM' && mark !== 'MI')
    throw new MatError('it is no MATLAB file of version 5; save it with -v7 or -v6');
  const little = mark === 'IM';
  const matrices = new Map<string, MatMatrix>();
  try {
    for (const element of elements(bytes.subarray(HEADER), little)) {
      const [matrix] =
        element.type === COMPRESSED ? elements(Uint8Array.from(inflate(element.bytes)), little) : [element];
      const read = matrix?.type === MATRIX ? matrixOf(matrix.bytes, little) : undefined;
      if (read) matrices.set(read.name, read);
    }
  } catch (error) {
    throw new MatError('it is damaged; copy it again', { cause: error });
  }
  return matrices;
}

function matrixOf(bytes: Uint8Array, little: boolean): (MatMatrix & { readonly name: string }) | undefined {
  const [flags, dimensions, name, real] = elements(bytes, little);
  if (!flags || !dimensions || !name || !real || !numbers[real.type]) return undefined;
  const shape = values(dimensions, little);
  const data = Float64Array.from(values(real, little));
  if (data.length !== shape.reduce((product, size) => product * size, 1)) return undefined;
  return { name: new TextDecoder('latin1').decode(name.bytes), shape, data: rowMajor(data, shape) };
}

function values({ type, bytes }: Element, little: boolean): number[] {
  const [size, read] = numbers[type]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size, little));
}

/** Elements one after the other; short ones hold their data in the tag. @throws RangeError at a cut end */
function elements(bytes: Uint8Array, little: boolean): Element[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Element[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const tag = view.getUint32(at, little);
    const short = tag >>> 16 !== 0;
    const type = short ? tag & 0xffff : tag;
    const length = short ? tag >>> 16 : view.getUint32(at + 4, little);
    const from = at + (short ? 4 : 8);
    if (from + length > bytes.length) throw new RangeError('cut');
    found.push({ type, bytes: bytes.slice(from, from + length) });
    // All but compressed elements end at a multiple of eight bytes.
    at = short ? at + 8 : type === COMPRESSED ? from + length : from + Math.ceil(length / 8) * 8;
  }
  return found;
}
