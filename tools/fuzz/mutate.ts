/** Numbers in 0…1 from a seed (mulberry32): the same seed gives the same cases on every machine. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values at which readers go wrong: counts, sizes, offsets, signs. */
const edges = [0, 1, 2, 3, 4, 7, 8, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 2 ** 24, 2 ** 31 - 1];
const furtherEdges = [2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1];
const words = [
  ...['-1', '0', '1e308', '1e-320', 'NaN', 'Infinity', '-Infinity', '99999999999999999999', '4294967296'],
  ...['null', '[]', '{}', '""', 'true', '../../x', '\u0000', '\u2028', '-0', '1.5', '0x10', '2147483648'],
];

type Mutator = (bytes: Uint8Array, random: () => number, other: Uint8Array) => Uint8Array;

const below = (random: () => number, most: number): number => Math.floor(random() * most);

/** An old piece of a file, as long as it likes. */
function piece(bytes: Uint8Array, random: () => number): [from: number, to: number] {
  const from = below(random, bytes.length + 1);
  const longest = random() < 0.5 ? 16 : bytes.length;
  return [from, Math.min(bytes.length, from + 1 + below(random, longest))];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

const mutators: readonly Mutator[] = [
  // A bit.
  (bytes, random) => {
    const out = bytes.slice();
    if (out.length > 0) out[below(random, out.length)]! ^= 1 << below(random, 8);
    return out;
  },
  // Some bytes.
  (bytes, random) => {
    const out = bytes.slice();
    const [from, to] = piece(out, random);
    for (let at = from; at < Math.min(to, from + 16); at++) out[at] = below(random, 256);
    return out;
  },
  // A number of one to eight bytes, of either order.
  (bytes, random) => {
    const out = bytes.slice();
    const size = [1, 2, 4, 8][below(random, 4)]!;
    if (out.length < size) return out;
    const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
    const at = below(random, out.length - size + 1);
    const all = [...edges, ...furtherEdges, out.length, out.length + 1];
    const value = all[below(random, all.length)]!;
    const little = random() < 0.5;
    if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value, little);
    else if (size === 4)
      if (random() < 0.2) view.setFloat32(at, random() < 0.5 ? NaN : Infinity, little);
      else view.setUint32(at, value, little);
    else if (random() < 0.3) view.setFloat64(at, random() < 0.5 ? NaN : -Infinity, little);
    else view.setBigUint64(at, random() < 0.5 ? BigInt(value) : 2n ** 63n - BigInt(value), little);
    return out;
  },
  // The end is missing.
  (bytes, random) => bytes.slice(0, below(random, bytes.length + 1)),
  // A piece is missing, or there twice, or many times, or of another file.
  (bytes, random) => {
    const [from, to] = piece(bytes, random);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, random) => {
    const [from, to] = piece(bytes, random);
    const times = random() < 0.1 ? 64 : 1;
    const copies = Array.from({ length: times }, () => bytes.subarray(from, Math.min(to, from + 4096)));
    return joined(bytes.subarray(0, to), ...copies, bytes.subarray(to));
  },
  (bytes, random, other) => {
    const [from, to] = piece(bytes, random);
    const [start, end] = piece(other, random);
    return joined(bytes.subarray(0, from), other.subarray(start, end), bytes.subarray(to));
  },
  // A word of a text.
  (bytes, random) => {
    const text = Buffer.from(bytes).toString('latin1');
    const found = [...text.slice(0, 1 << 16).matchAll(/"[^"\n]{0,40}"|-?\d[\d.eE+-]*|[a-z_]{2,}/g)];
    const one = found[below(random, found.length)];
    if (!one) return bytes.slice();
    const word = words[below(random, words.length)]!;
    return Uint8Array.from(
      Buffer.from(text.slice(0, one.index) + word + text.slice(one.index + one[0].length), 'latin1'),
    );
  },
];

/** One to four changes of a file. @param other another seed, pieces of which may get into it */
export function mutated(bytes: Uint8Array, random: () => number, other: Uint8Array): Uint8Array {
  let out = bytes;
  const changes = 1 + below(random, 4);
  for (let k = 0; k < changes; k++) out = mutators[below(random, mutators.length)]!(out, random, other);
  return out;
}

/**
 * A smaller file that still fails: pieces are left out as long as it does, halves first, then quarters, …
 * @param fails whether a file still fails in the same way
 * @param most tries
 */
export async function minimised(
  bytes: Uint8Array,
  fails: (bytes: Uint8Array) => Promise<boolean>,
  most = 200,
): Promise<Uint8Array> {
  let best = bytes;
  let tries = 0;
  for (let size = best.length >> 1; size >= 1 && tries < most; size >>= 1) {
    for (let from = 0; from < best.length && tries < most;) {
      const shorter = joined(best.subarray(0, from), best.subarray(from + size));
      tries++;
      if (await fails(shorter)) best = shorter;
      else from += size;
    }
  }
  return best;
}
