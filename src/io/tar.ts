import { ByteReader } from './byte-reader.js';

/** A member that a tar file cannot hold. The message is one line. */
export class TarError extends Error {
  override readonly name = 'TarError';
}

/** Headers, contents and the end mark are padded with zeros to whole blocks. */
const BLOCK = 512;
/** Fields of a header that are read or written: first byte and length (POSIX.1-1988, ustar). */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 6],
  version: [263, 2],
  prefix: [345, 155],
} as const;
/** Octal digits of the size field end below 8 GiB. */
const LARGEST = 8 ** 11 - 1;
/** Default limit of what is held in memory of one member. */
const LARGEST_READ = 64 * 2 ** 20;
/** Names longer than a header's fields come as members of their own: pax records and GNU's long names. */
const LONGEST_NAME = 2 ** 16;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A file in a tar file. */
export interface TarMember {
  /** Path within the archive, as it is written there. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** A part of a tar file that could not be read. */
export interface TarDamage {
  /** First byte of the part. */
  readonly at: number;
  /** One line. */
  readonly damage: string;
}

/** Two blocks of zeros end a tar file. */
export const tarEnd: Uint8Array = new Uint8Array(2 * BLOCK);

/**
 * Header, content and padding of one file; the same name and content give the same bytes (no time, no owner,
 * mode 0644).
 * @throws TarError for a name that ustar cannot hold, or a content of 8 GiB or more
 */
export function tarMember(name: string, content: Uint8Array): Uint8Array {
  if (content.length > LARGEST)
    throw new TarError(`tar: "${name}" has ${content.length} bytes; a member must be smaller than 8 GiB`);
  const bytes = new Uint8Array(BLOCK + Math.ceil(content.length / BLOCK) * BLOCK);
  const [prefix, last] = splitName(name);
  const put = (field: keyof typeof FIELDS, value: Uint8Array | string): void => {
    bytes.set(typeof value === 'string' ? encoder.encode(value) : value, FIELDS[field][0]);
  };
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  put('name', last);
  put('mode', octal(0o644, 7));
  put('uid', octal(0, 7));
  put('gid', octal(0, 7));
  put('size', octal(content.length, 11));
  put('mtime', octal(0, 11));
  put('type', '0');
  put('magic', 'ustar');
  put('version', '00');
  put('prefix', prefix);
  put('checksum', `${octal(checksums(bytes).unsigned, 6)}\0 `);
  bytes.set(content, BLOCK);
  return bytes;
}

/** Puts the first folders of a long name into the prefix field. */
function splitName(name: string): [prefix: Uint8Array, name: Uint8Array] {
  const bytes = encoder.encode(name);
  if (bytes.length === 0 || bytes.includes(0))
    throw new TarError('tar: a member needs a name without NUL characters');
  if (bytes.length <= FIELDS.name[1]) return [new Uint8Array(0), bytes];
  const slash = bytes.indexOf(0x2f, bytes.length - FIELDS.name[1] - 1);
  if (slash < 1 || slash > FIELDS.prefix[1] || slash === bytes.length - 1) {
    throw new TarError(
      `tar: the name "${name.slice(0, 40)}…" of ${bytes.length} bytes does not fit; use at most ${FIELDS.name[1]}`,
    );
  }
  return [bytes.subarray(0, slash), bytes.subarray(slash + 1)];
}

/** Sums of a header's bytes with the checksum field taken as spaces; old programs took bytes as signed. */
function checksums(header: Uint8Array): { unsigned: number; signed: number } {
  let unsigned = 0;
  let high = 0;
  const [start, length] = FIELDS.checksum;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= start && i < start + length ? 0x20 : header[i]!;
    unsigned += byte;
    if (byte > 127) high++;
  }
  return { unsigned, signed: unsigned - 256 * high };
}

interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly ustar: boolean;
}

const textAt = (block: Uint8Array, [start, length]: readonly [number, number]): string => {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
};

/** An octal number, or GNU's binary one behind a set first bit. */
function numberAt(block: Uint8Array, [start, length]: readonly [number, number]): number {
  if (block[start]! < 0x80) {
    const digits = textAt(block, [start, length]).trim();
    return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
  }
  let value = block[start]! & 0x7f;
  for (let i = start + 1; i < start + length; i++) value = value * 256 + block[i]!;
  return value;
}

/** @returns nothing when the block is no header, or a damaged one */
function parseHeader(block: Uint8Array): Header | undefined {
  const expected = numberAt(block, FIELDS.checksum);
  const { unsigned, signed } = checksums(block);
  if (expected !== unsigned && expected !== signed) return undefined;
  const type = String.fromCharCode(block[FIELDS.type[0]]!);
  const ustar = textAt(block, [FIELDS.magic[0], 5]) === 'ustar';
  // Links, devices and folders have no content, whatever some programs write as their size.
  const size = '123456'.includes(type) ? 0 : numberAt(block, FIELDS.size);
  if (!Number.isSafeInteger(size)) return undefined;
  // GNU's own format, whose magic ends in a space, uses the prefix field for other things.
  const prefix = ustar && block[FIELDS.magic[0] + 5] === 0 ? textAt(block, FIELDS.prefix) : '';
  const name = textAt(block, FIELDS.name);
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type, ustar };
}

/**
 * Reads the files of a tar archive one after the other: ustar, pax and GNU's format, as any tar program
 * writes them; folders, links and devices are passed over. Never fails on the content: what is damaged comes
 * as {@link TarDamage} in its place, and reading goes on at the next header that is whole.
 *
 * @param source chunks of any length; its own errors are passed on
 * @param options.maxBytes largest member that is read; larger ones are damage. Default 64 MiB
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  { maxBytes = LARGEST_READ }: { readonly maxBytes?: number } = {},
): AsyncGenerator<TarMember | TarDamage, void, undefined> {
  const reader = new ByteReader(source);
  // The name of the next file, when a member before it told.
  let longName: string | undefined;
  try {
    for (;;) {
      const at = reader.position;
      const next = await nextHeader(reader);
      if (next.damage !== undefined) {
        yield { at, damage: next.damage };
        longName = undefined;
      }
      if (!next.header) return;
      const { header } = next;
      const start = reader.position;
      const telling = 'xL'.includes(header.type);
      const { content, damage } = await readContent(
        reader,
        header,
        telling ? LONGEST_NAME : isFile(header) ? maxBytes : 0,
      );
      if (damage !== undefined) {
        yield { at: start, damage };
        longName = undefined;
      }
      if (!content) return;
      if (damage !== undefined) continue;
      if (telling) {
        longName =
          header.type === 'L' ? textAt(content, [0, content.length]) : (paxPath(content) ?? longName);
      } else if (header.type !== 'g' && header.type !== 'K') {
        if (isFile(header)) yield { name: longName ?? header.name, content };
        longName = undefined;
      }
    }
  } finally {
    await reader.close();
  }
}

const isFile = ({ type, name }: Header): boolean => '0\x007'.includes(type) && !name.endsWith('/');

/** The next whole header, and what is wrong with what lies before it; no header at the end of the archive. */
async function nextHeader(reader: ByteReader): Promise<{ header?: Header; damage?: string }> {
  let zeros = 0;
  let strange = 0;
  for (;;) {
    const at = reader.position;
    const block = await reader.read(BLOCK);
    if (block.length === 0) {
      if (strange > 0) return { damage: `no member header up to the end at byte ${at}` };
      return zeros >= 2 ? {} : { damage: `the end mark is missing at byte ${at}; the file is cut off` };
    }
    if (block.length < BLOCK) return { damage: `the file is cut off at byte ${at + block.length}` };
    if (block.every((byte) => byte === 0)) {
      zeros++;
      continue;
    }
    const header = parseHeader(block);
    // In the middle of damage only the strictest of formats counts, lest a content be taken for a header.
    if (header && (header.ustar || (strange === 0 && zeros === 0))) {
      if (strange > 0) return { header, damage: `no whole member header up to byte ${at}` };
      return zeros > 0 ? { header, damage: `${zeros} blocks of zeros within the file` } : { header };
    }
    strange++;
  }
}

/**
 * Reads up to `limit` bytes, passes over what is longer or of no use.
 * @returns no content where the file ends too early
 */
async function readContent(
  reader: ByteReader,
  { name, size, type }: Header,
  limit: number,
): Promise<{ content: Uint8Array; damage?: string } | { content?: never; damage: string }> {
  const kept = limit > 0 && size <= limit;
  const content = kept ? await reader.read(size) : new Uint8Array(0);
  const received = kept ? content.length : await reader.skip(size);
  if (received < size) return { damage: `"${name}" is cut off after ${received} of ${size} bytes` };
  await reader.skip((BLOCK - (size % BLOCK)) % BLOCK);
  return kept || limit === 0
    ? { content }
    : { content, damage: `"${name}" (type ${type}) has ${size} bytes, at most ${limit} are read` };
}

/**
 * The path among pax records, each `<length> <key>=<value>\n` with the length of the whole record in bytes.
 */
function paxPath(records: Uint8Array): string | undefined {
  for (let at = 0; at < records.length;) {
    const space = records.indexOf(0x20, at);
    const length = Number(decoder.decode(records.subarray(at, space)));
    if (space < 0 || !(length > space - at + 1) || at + length > records.length) return undefined;
    const record = decoder.decode(records.subarray(space + 1, at + length - 1));
    if (record.startsWith('path=')) return record.slice('path='.length);
    at += length;
  }
  return undefined;
}
