import type { NamedTensors, Tensor } from '../model/tensor-reader.js';

/** A safetensors file is damaged or is not one. The message is one line. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

/** Names of element types in the file, with the arrays that hold them. */
const TYPES = {
  F32: Float32Array,
  F64: Float64Array,
  I8: Int8Array,
  U8: Uint8Array,
  I16: Int16Array,
  U16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
} as const;
type TypeName = keyof typeof TYPES;

/** The header's own limit in the reference implementation (100 MB). */
const LARGEST_HEADER = 100_000_000;
const LENGTH_BYTES = 8;
const ALIGNMENT = 8;

interface Entry {
  readonly dtype: TypeName;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function typeOf(data: Tensor['data']): TypeName {
  for (const [name, type] of Object.entries(TYPES)) if (data instanceof type) return name as TypeName;
  throw new SafetensorsError('safetensors: unsupported array type');
}

/**
 * Writes named tensors as one safetensors file (https://huggingface.co/docs/safetensors, format section).
 *
 * The order is that of the element size, largest first, then of the map, so that every tensor is aligned and
 * the same content gives the same bytes.
 *
 * @param metadata free text entries, stored under `__metadata__` in the given order
 */
export function writeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of ordered) {
    if (shape.reduce((product, size) => product * size, 1) !== data.length) {
      throw new SafetensorsError(
        `safetensors: tensor "${name}" of shape [${shape.join(', ')}] holds ${data.length} values`,
      );
    }
    header[name] = { dtype: typeOf(data), shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(LENGTH_BYTES + headerLength + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  file.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerLength;
  for (const [, { data }] of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads a safetensors file. The arrays are views into `bytes` where alignment allows, copies elsewhere.
 * @throws SafetensorsError naming what is wrong: too short, bad header, bad or overlapping extents, wrong
 *   sizes
 */
export function readSafetensors(bytes: Uint8Array): {
  tensors: NamedTensors;
  metadata: Record<string, string>;
} {
  const { header, start } = readHeader(bytes);
  const { __metadata__: rawMetadata, ...entries } = header;
  const tensors = new Map<string, Tensor>();
  const extents: [number, number][] = [];
  for (const [name, raw] of Object.entries(entries)) {
    const entry = checkEntry(name, raw, bytes.length - start);
    extents.push([...entry.data_offsets]);
    tensors.set(name, { shape: entry.shape, data: view(bytes, start, entry) });
  }
  checkExtents(extents, bytes.length - start);
  return { tensors, metadata: checkMetadata(rawMetadata) };
}

/** The format wants every byte of data to belong to exactly one tensor. */
function checkExtents(extents: [number, number][], available: number): void {
  // Empty tensors come before the one that starts at the same byte.
  extents.sort(([a, b], [c, d]) => a - c || b - d);
  let end = 0;
  for (const [from, to] of extents) {
    if (from < end) throw new SafetensorsError('safetensors: tensors overlap; the file is damaged');
    if (from > end)
      throw new SafetensorsError(
        `safetensors: bytes ${end} to ${from} of the data belong to no tensor; the file is damaged`,
      );
    end = to;
  }
  if (end !== available)
    throw new SafetensorsError(
      `safetensors: expected ${end} bytes of data, received ${available}; the file is damaged`,
    );
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < LENGTH_BYTES)
    throw new SafetensorsError(
      `safetensors: expected at least ${LENGTH_BYTES} bytes, received ${bytes.length}`,
    );
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > LARGEST_HEADER)
    throw new SafetensorsError('safetensors: not a safetensors file (impossible header length)');
  if (LENGTH_BYTES + length > bytes.length)
    throw new SafetensorsError(
      `safetensors: the file is truncated (header of ${length} bytes, file of ${bytes.length})`,
    );
  let header: unknown;
  try {
    header = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length)),
    );
  } catch {
    throw new SafetensorsError('safetensors: not a safetensors file (the header is not JSON)');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new SafetensorsError('safetensors: the header is not an object');
  return { header: header as Record<string, unknown>, start: LENGTH_BYTES + length };
}

function checkEntry(name: string, raw: unknown, available: number): Entry {
  const entry = raw as Partial<Entry> | null;
  const [from, to] = entry?.data_offsets ?? [];
  const shape = entry?.shape;
  const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (
    !entry?.dtype ||
    !Object.hasOwn(TYPES, entry.dtype) ||
    !Array.isArray(shape) ||
    !shape.every(isIndex) ||
    !isIndex(from) ||
    !isIndex(to)
  ) {
    throw new SafetensorsError(
      `safetensors: tensor ${JSON.stringify(name)} has a malformed or unsupported entry`,
    );
  }
  const bytes = shape.reduce((product: number, size) => product * size, TYPES[entry.dtype].BYTES_PER_ELEMENT);
  if (to - from !== bytes)
    throw new SafetensorsError(
      `safetensors: tensor ${JSON.stringify(name)} needs ${bytes} bytes, its extent holds ${to - from}`,
    );
  if (to > available)
    throw new SafetensorsError(
      `safetensors: the file is truncated (tensor ${JSON.stringify(name)} ends at ${to}, data at ${available})`,
    );
  return entry as Entry;
}

function checkMetadata(raw: unknown): Record<string, string> {
  if (raw === undefined) return {};
  if (
    typeof raw !== 'object' ||
    raw === null ||
    !Object.values(raw).every((value) => typeof value === 'string')
  ) {
    throw new SafetensorsError('safetensors: the metadata is not a table of texts');
  }
  return raw as Record<string, string>;
}

function view(bytes: Uint8Array, start: number, { dtype, data_offsets: [from, to] }: Entry): Tensor['data'] {
  const type = TYPES[dtype];
  const offset = bytes.byteOffset + start + from;
  const length = (to - from) / type.BYTES_PER_ELEMENT;
  if (offset % type.BYTES_PER_ELEMENT === 0) return new type(bytes.buffer as ArrayBuffer, offset, length);
  // A copy: the slice of a Node buffer is none.
  return new type(new Uint8Array(bytes.subarray(start + from, start + to)).buffer, 0, length);
}
