import type { ShardSource } from '../../../src/data/shards/reader.js';
import { concatenated, sampleKey, tarOfSample, type SampleMembers } from '../../../src/data/shards/sample.js';
import { tarEnd } from '../../../src/io/tar.js';

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** The bytes in chunks of so many, as a file or a network would bring them. */
export async function* chunks(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** A sample whose content tells its index. */
export function exampleSample(index: number): SampleMembers {
  return {
    jpg: new Uint8Array(700 + (index % 5) * 100).fill(index % 251),
    json: text(JSON.stringify({ index })),
  };
}

/** The tar file of samples `first` to `first + count − 1`. */
export function exampleShard(first: number, count: number): Uint8Array {
  return concatenated([
    ...Array.from({ length: count }, (_, k) => tarOfSample(sampleKey(first + k), exampleSample(first + k))),
    tarEnd,
  ]);
}

export function memoryShard(name: string, bytes: Uint8Array): ShardSource {
  return { name, open: () => chunks(bytes) };
}
