import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../src/data/random.js';
import { readShards } from '../src/data/shards/reader.js';
import type { SampleMembers } from '../src/data/shards/sample.js';
import { findShards } from '../src/node/files/shard-reader.js';
import { writeShards } from '../src/node/files/shard-writer.js';
import { atLeast, type Benchmark } from './benchmark.js';

/** As many samples, and as large, as some minutes of `rogue synth` at 224 px give. */
const count = 10_000;
const samplesPerShard = 1000;
const jpgBytes = 20_000;
const tensorBytes = 30_000;

/** Writing shards to the disk and streaming them back, shuffled. */
const shards: Benchmark = {
  name: 'shards',
  async *run() {
    const folder = await mkdtemp(join(tmpdir(), 'rogue-bench-'));
    try {
      const bytes = Uint8Array.from(
        { length: tensorBytes },
        (
          (random) => () =>
            random.integer(0, 255)
        )(createRandom(1)),
      );
      const members: SampleMembers = {
        jpg: bytes.subarray(0, jpgBytes),
        json: bytes.subarray(0, 700),
        safetensors: bytes,
      };
      const note = `${((jpgBytes + tensorBytes) / 1000).toFixed(0)} kB each, ${samplesPerShard} per shard`;
      let start = performance.now();
      await writeShards(() => members, { folder, count, samplesPerShard });
      yield atLeast(
        'write, flushed to the disk',
        (1000 * count) / (performance.now() - start),
        'samples/s',
        1000,
        note,
      );
      start = performance.now();
      const heapBefore = process.memoryUsage().rss;
      let most = 0;
      const stream = readShards(await findShards(folder), {
        required: ['jpg'],
        decode: ({ members: { size } }) => size,
        shuffle: { buffer: 500, seed: 1 },
      });
      for await (const size of stream)
        if (stream.counts.samples % 100 === size) most = Math.max(most, process.memoryUsage().rss);
      yield atLeast(
        'read, shuffled with a buffer of 500',
        (1000 * count) / (performance.now() - start),
        'samples/s',
        2000,
      );
      yield {
        name: 'memory that reading added',
        value: Math.max(0, most - heapBefore) / 2 ** 20,
        unit: 'MiB',
        ok: true,
        note: 'the buffer itself holds 24 MiB',
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default shards;
