import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readShards,
  ShardReadError,
  type ReadShardsOptions,
  type ShardSource,
  type ShardWarning,
} from '../../../src/data/shards/reader.js';
import {
  memberBytes,
  memberJson,
  sampleKey,
  tarOfSample,
  type ShardSample,
} from '../../../src/data/shards/sample.js';
import { tarEnd, tarMember } from '../../../src/io/tar.js';
import { concatenated } from '../../../src/data/shards/sample.js';
import { exampleSample, exampleShard, memoryShard, text } from './memory-shards.js';

/** Checks a sample's picture against its number. */
function indexOf(sample: ShardSample): number {
  const { index } = memberJson(sample) as { index: number };
  if (memberBytes(sample, 'jpg').some((byte) => byte !== index % 251))
    throw new Error('the picture is damaged');
  return index;
}

async function read(shards: readonly ShardSource[], options: Partial<ReadShardsOptions<number>> = {}) {
  const warnings: ShardWarning[] = [];
  const indices: number[] = [];
  const stream = readShards(shards, {
    required: ['jpg', 'json'],
    decode: indexOf,
    onWarning: (warning) => {
      warnings.push(warning);
    },
    ...options,
  });
  for await (const index of stream) indices.push(index);
  for (const { message } of warnings) expect(message).not.toContain('\n');
  return { indices, warnings: warnings.map(({ message }) => message), ...stream.counts };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);
const inOrder = (indices: readonly number[]): number[] => [...indices].sort((a, b) => a - b);
const shardsOf = (count: number, size: number): ShardSource[] =>
  range(0, count).map((k) => memoryShard(`shard-${k}`, exampleShard(k * size, size)));

describe('readShards', () => {
  it('gives all samples in order', async () => {
    expect(await read(shardsOf(3, 4))).toEqual({
      indices: range(0, 12),
      warnings: [],
      samples: 12,
      skipped: 0,
      failedShards: 0,
    });
  });

  it('gives back any sample that was written', async () => {
    const ending = fc.constantFrom('jpg', 'json', 'seg.png', 'safetensors');
    const members = fc.dictionary(ending, fc.uint8Array({ maxLength: 900 }), {
      minKeys: 1,
      noNullPrototype: true,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(members, { minLength: 1, maxLength: 6 }), async (samples) => {
        const shard = memoryShard(
          'any',
          concatenated([...samples.map((sample, k) => tarOfSample(sampleKey(k), sample)), tarEnd]),
        );
        const found: ShardSample[] = [];
        for await (const sample of readShards([shard], { required: [], decode: (whole) => whole }))
          found.push(sample);
        expect(found.map(({ key }) => key)).toEqual(samples.map((_, k) => sampleKey(k)));
        expect(found.map((sample) => Object.fromEntries(sample.members))).toEqual(samples);
      }),
    );
  });

  it('shuffles by the seed, differently in each epoch', async () => {
    const shards = shardsOf(5, 20);
    const shuffle = { buffer: 16, seed: 3 };
    const first = await read(shards, { shuffle, epochs: 3 });
    expect((await read(shards, { shuffle, epochs: 3 })).indices).toEqual(first.indices);
    expect((await read(shards, { shuffle: { ...shuffle, seed: 4 }, epochs: 3 })).indices).not.toEqual(
      first.indices,
    );
    const epochs = [0, 1, 2].map((epoch) => first.indices.slice(100 * epoch, 100 * (epoch + 1)));
    for (const epoch of epochs) expect(inOrder(epoch)).toEqual(range(0, 100));
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[1]).not.toEqual(epochs[2]);
  });

  it('splits the shards among workers without gaps and repeats, in every epoch', async () => {
    const shards = shardsOf(7, 5);
    const shuffle = { buffer: 10, seed: 'split' };
    for (const count of [1, 2, 3, 7]) {
      const parts = await Promise.all(
        range(0, count).map((index) => read(shards, { shuffle, epochs: 2, worker: { index, count } })),
      );
      expect(inOrder(parts.flatMap(({ indices }) => indices))).toEqual(
        inOrder([...range(0, 35), ...range(0, 35)]),
      );
    }
  });

  it('can repeat for ever and be left at any time', async () => {
    let opened = 0;
    let closed = 0;
    const shard: ShardSource = {
      name: 'counted',
      async *open() {
        opened++;
        try {
          yield* memoryShard('inner', exampleShard(0, 10)).open();
        } finally {
          closed++;
        }
      },
    };
    let seen = 0;
    for await (const index of readShards([shard], {
      required: ['json'],
      decode: indexOf,
      epochs: Infinity,
      shuffle: { buffer: 3, seed: 1 },
    })) {
      expect(index).toBeLessThan(10);
      if (++seen === 95) break;
    }
    expect(opened).toBeGreaterThanOrEqual(10);
    expect(closed).toBe(opened);
  });

  it('holds no more undecoded samples than the buffer and one', async () => {
    let made = 0;
    let decoded = 0;
    let most = 0;
    const endless: ShardSource = {
      name: 'endless',
      async *open() {
        for (let index = 0; index < 2000; index++) {
          made++;
          most = Math.max(most, made - decoded);
          yield await Promise.resolve(tarOfSample(sampleKey(index), exampleSample(index)));
        }
        yield tarEnd;
      },
    };
    const count = (sample: ShardSample) => {
      decoded++;
      return indexOf(sample);
    };
    expect((await read([endless], { shuffle: { buffer: 50, seed: 1 }, decode: count })).samples).toBe(2000);
    // One is being read while the one before it is complete.
    expect(most).toBeLessThanOrEqual(50 + 3);
  });
});

describe('damage in shards', () => {
  const whole = exampleShard(0, 5);
  const sampleBytes = tarOfSample(sampleKey(0), exampleSample(0)).length;
  const damagedAt = (...positions: number[]): ShardSource => {
    const bytes = whole.slice();
    for (const at of positions) bytes[at]! ^= 0xff;
    return memoryShard('damaged', bytes);
  };

  it('passes over the sample of a damaged header', async () => {
    for (const at of [0, 512 + 1024]) {
      const { indices, skipped, warnings } = await read([
        damagedAt(at),
        memoryShard('next', exampleShard(5, 2)),
      ]);
      expect(indices).toEqual([1, 2, 3, 4, 5, 6]);
      expect(skipped).toBe(1);
      expect(warnings[0]).toMatch(/^damaged: byte \d+: no whole member header/);
      expect(warnings[1]).toMatch(/^damaged: sample 000000: no member/);
    }
  });

  it('passes over a sample that the decoder refuses', async () => {
    const { indices, skipped, warnings } = await read([damagedAt(512 + 10)]);
    expect(indices).toEqual([1, 2, 3, 4]);
    expect(skipped).toBe(1);
    expect(warnings).toEqual(['damaged: sample 000000: the picture is damaged']);
  });

  it('passes over what is no JSON, incomplete or there twice', async () => {
    const shard = concatenated([
      tarOfSample('a', { jpg: text('x'), json: text('{"index": 120') }),
      tarOfSample('b', { jpg: text('x') }),
      tarOfSample('c', { jpg: text('x'), json: text('{"index":120}') }),
      tarMember('d.jpg', text('x')),
      tarMember('d.json', text('{"index":120}')),
      tarMember('d.jpg', text('y')),
      tarMember('README', text('belongs to no sample')),
      tarOfSample('folder/e', { jpg: text('xx'), json: text('{"index":120}') }),
      tarEnd,
    ]);
    const { indices, skipped, warnings } = await read([memoryShard('odd', shard)]);
    expect(indices).toEqual([120, 120]);
    expect(skipped).toBe(3);
    expect(warnings).toEqual([
      'odd: sample a: member json of sample a is not JSON',
      'odd: sample b: no member json',
      'odd: sample d: member jpg comes twice',
    ]);
  });

  it('passes over samples that are too large', async () => {
    const { indices, skipped, warnings } = await read(shardsOf(1, 5), { maxBytes: 1000 });
    expect(indices).toEqual([0, 1, 2]);
    expect(skipped).toBe(2);
    expect(warnings.join('\n')).toContain('sample 000003: more than 1000 bytes');
  });

  it('counts one sample for a file that is cut off anywhere', async () => {
    for (let length = sampleBytes + 1; length < whole.length - 512; length += 211) {
      const { indices, skipped, warnings } = await read([
        memoryShard('cut', whole.slice(0, length)),
        memoryShard('next', exampleShard(5, 1)),
      ]);
      expect(indices).toEqual([...range(0, indices.length - 1), 5]);
      expect(skipped).toBe(1);
      expect(warnings[0]).toMatch(/^cut: byte \d+: .*cut off/);
    }
  });

  it('goes on after a shard that cannot be read', async () => {
    const missing: ShardSource = {
      name: 'missing',
      open: () => {
        throw new Error('not found\nat all');
      },
    };
    const breaking: ShardSource = {
      name: 'breaking',
      async *open() {
        yield await Promise.resolve(exampleShard(0, 3).subarray(0, 2 * sampleBytes + 600));
        throw new Error('input/output error');
      },
    };
    const { indices, failedShards, warnings } = await read([
      missing,
      breaking,
      memoryShard('good', exampleShard(3, 2)),
    ]);
    expect(indices).toEqual([0, 3, 4]);
    expect(failedShards).toBe(2);
    expect(warnings).toEqual([
      'missing: not readable further: not found',
      'breaking: not readable further: input/output error',
    ]);
  });

  it('says so when nothing could be read, instead of repeating for ever', async () => {
    await expect(
      read([memoryShard('noise', new Uint8Array(5000).fill(7))], { epochs: Infinity }),
    ).rejects.toThrow(ShardReadError);
    await expect(read(shardsOf(2, 2), { required: ['png'] })).rejects.toThrow(
      /no sample could be read from 2 shards .* png/,
    );
  });

  it('never fails on random damage', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }),
        async (changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const { indices, samples } = await read([
            memoryShard('damaged', bytes),
            memoryShard('good', exampleShard(5, 1)),
          ]);
          expect(samples).toBe(indices.length);
          expect(indices.at(-1)).toBe(5);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses what cannot work', () => {
    const options = { required: [], decode: () => 0 };
    expect(() => readShards(shardsOf(2, 1), { ...options, worker: { index: 0, count: 3 } })).toThrow(
      /3 workers need at least as many shards, received 2/,
    );
    expect(() => readShards(shardsOf(2, 1), { ...options, worker: { index: 2, count: 2 } })).toThrow(
      /worker from 0 to 1, received 2/,
    );
    expect(() => readShards(shardsOf(2, 1), { ...options, epochs: 0 })).toThrow(/epoch/);
    expect(() => readShards(shardsOf(2, 1), { ...options, shuffle: { buffer: 1.5, seed: 0 } })).toThrow(
      /buffer/,
    );
  });
});
