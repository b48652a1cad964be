import { MeshFileError, meshOf, type TriangleMesh } from './read-obj.js';

/** Bytes in which a header must end; those of scanners have some hundred. */
const LONGEST_HEADER = 2 ** 16;

/** Bytes of a binary number, and how to read it. */
type Reader = readonly [size: number, read: (view: DataView, at: number, little: boolean) => number];
const int8: Reader = [1, (view, at) => view.getInt8(at)];
const uint8: Reader = [1, (view, at) => view.getUint8(at)];
const int16: Reader = [2, (view, at, little) => view.getInt16(at, little)];
const uint16: Reader = [2, (view, at, little) => view.getUint16(at, little)];
const int32: Reader = [4, (view, at, little) => view.getInt32(at, little)];
const uint32: Reader = [4, (view, at, little) => view.getUint32(at, little)];
const float32: Reader = [4, (view, at, little) => view.getFloat32(at, little)];
const float64: Reader = [8, (view, at, little) => view.getFloat64(at, little)];
const readers = new Map<string, Reader>(
  Object.entries({
    ...{ int8, uint8, int16, uint16, int32, uint32, float32, float64 },
    ...{ char: int8, uchar: uint8, short: int16, ushort: uint16 },
    ...{ int: int32, uint: uint32, float: float32, double: float64 },
  }),
);

interface Property {
  readonly name: string;
  /** Of lists: the type of their length. */
  readonly count?: Reader;
  readonly type: Reader;
}

interface PlyElement {
  readonly name: string;
  readonly count: number;
  readonly properties: Property[];
}

/** Gives the next number of the body. @throws MeshFileError where the file ends */
type Next = (type: Reader) => number;

/**
 * Vertices and faces of a PLY file, as text or binary (G. Turk, The PLY Polygon File Format, 1994), in the
 * file's order; polygons become fans, other elements and properties are passed over.
 *
 * No count is believed: what is not there ends the reading, whatever the header says.
 * @throws MeshFileError for another file, a damaged or a cut one
 */
export function readPly(bytes: Uint8Array): TriangleMesh {
  const { format, elements, body } = readHeader(bytes);
  const next = format === 'ascii' ? wordsOf(body) : numbersOf(body, format === 'binary_little_endian');
  const positions: number[] = [];
  const triangles: number[] = [];
  for (const element of elements) {
    const { name, count, properties } = element;
    if (count > 0 && properties.length === 0)
      throw new MeshFileError(`its element ${name.slice(0, 20)} has no properties; export it again`);
    const [x, y, z] = ['x', 'y', 'z'].map((axis) => properties.findIndex((one) => one.name === axis));
    const corners = properties.findIndex((one) => one.count && /^vertex_ind(ex|ices)$/.test(one.name));
    if (name === 'vertex' && Math.min(x!, y!, z!) < 0)
      throw new MeshFileError('its vertices have no x, y and z; export it again');
    for (let k = 0; k < count; k++) {
      const values = properties.map((property) => valuesOf(property, next));
      if (name === 'vertex') positions.push(values[x!]![0]!, values[y!]![0]!, values[z!]![0]!);
      if (name === 'face' && corners >= 0) {
        const face = values[corners]!;
        for (let c = 2; c < face.length; c++) triangles.push(face[0]!, face[c - 1]!, face[c]!);
      }
    }
  }
  if (positions.length === 0) throw new MeshFileError('it has no vertices; is it a PLY file?');
  return meshOf(positions, triangles);
}

function valuesOf({ count, type }: Property, next: Next): number[] {
  if (!count) return [next(type)];
  const length = next(count);
  if (!Number.isSafeInteger(length) || length < 0)
    throw new MeshFileError('a list in it has no length; export it again');
  const values: number[] = [];
  for (let k = 0; k < length; k++) values.push(next(type));
  return values;
}

const cut = (): MeshFileError => new MeshFileError('it ends before what its header promises; copy it again');

function wordsOf(body: Uint8Array): Next {
  const words = new TextDecoder()
    .decode(body)
    .split(/\s+/)
    .filter((word) => word !== '');
  let at = 0;
  return () => {
    if (at >= words.length) throw cut();
    return Number(words[at++]);
  };
}

function numbersOf(body: Uint8Array, little: boolean): Next {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let at = 0;
  return ([size, read]) => {
    if (at + size > view.byteLength) throw cut();
    at += size;
    return read(view, at - size, little);
  };
}

interface Header {
  readonly format: string;
  readonly elements: readonly PlyElement[];
  readonly body: Uint8Array;
}

function readHeader(bytes: Uint8Array): Header {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, LONGEST_HEADER));
  const newline = /^ply[ \t]*(\r\n|\r|\n)/.exec(text)?.[1];
  const end = newline === undefined ? -1 : text.indexOf(`${newline}end_header`);
  if (newline === undefined || end < 0) throw new MeshFileError('it is no PLY file');
  const after = text.indexOf(newline, end + newline.length);
  const elements: PlyElement[] = [];
  let format = '';
  for (const line of text.slice(0, end).split(newline).slice(1)) {
    const [kind, ...words] = line.trim().split(/\s+/);
    if (kind === 'format') format = words[0] ?? '';
    else if (kind === 'element') elements.push(elementOf(words));
    else if (kind === 'property') elements.at(-1)?.properties.push(propertyOf(words));
  }
  if (!['ascii', 'binary_little_endian', 'binary_big_endian'].includes(format))
    throw new MeshFileError('its format is none of PLY; export it again');
  return { format, elements, body: bytes.subarray(after < 0 ? bytes.length : after + newline.length) };
}

function elementOf([name = '', count = '']: readonly string[]): PlyElement {
  if (!/^\d+$/.test(count))
    throw new MeshFileError(`its element ${name.slice(0, 20)} has no count; export it again`);
  return { name, count: Number(count), properties: [] };
}

function propertyOf(words: readonly string[]): Property {
  const isList = words[0] === 'list';
  const count = isList ? readers.get(words[1] ?? '') : undefined;
  const type = readers.get(words[isList ? 2 : 0] ?? '');
  const name = words[isList ? 3 : 1];
  if (!type || (isList && !count) || name === undefined)
    throw new MeshFileError(`its property ${(name ?? '').slice(0, 20)} is of no known type; export it again`);
  return { name, type, ...(count && { count }) };
}
