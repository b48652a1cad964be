import { spawn, spawnSync } from 'node:child_process';
import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/data/random.js';
import { readShardIndex } from '../../../src/data/shards/index-file.js';
import { readShards } from '../../../src/data/shards/reader.js';
import { memberBytes, memberJson, type SampleMembers } from '../../../src/data/shards/sample.js';
import { findShards } from '../../../src/node/files/shard-reader.js';
import { writeShards, type WriteShardsOptions } from '../../../src/node/files/shard-writer.js';
import { WriteError } from '../../../src/node/files/write-error.js';
import { exampleSample } from '../../data/shards/memory-shards.js';
import { temporaryFolder } from '../temporary-folder.js';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);

/** Numbers of the samples in a folder, each compared with what was meant. */
async function readNumbers(path: string): Promise<number[]> {
  const numbers: number[] = [];
  const stream = readShards(await findShards(path), {
    required: ['jpg', 'json'],
    decode: (sample) => {
      const { index } = memberJson(sample) as { index: number };
      expect(memberBytes(sample, 'jpg')).toEqual(exampleSample(index)['jpg']);
      return index;
    },
    onWarning: ({ message }) => {
      throw new Error(message);
    },
  });
  for await (const index of stream) numbers.push(index);
  expect(stream.counts).toEqual({ samples: numbers.length, skipped: 0, failedShards: 0 });
  return numbers;
}

/** Writes example samples and notes which ones were made. */
async function write(options: Partial<WriteShardsOptions> & { folder: string }) {
  const made: number[] = [];
  const make = (index: number): SampleMembers => {
    made.push(index);
    return exampleSample(index);
  };
  const result = await writeShards(make, {
    count: 25,
    samplesPerShard: 10,
    settings: { seed: 1 },
    ...options,
  });
  return { ...result, made };
}

async function expectRefused(writing: Promise<unknown>, message: RegExp): Promise<void> {
  const thrown = await writing.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(WriteError);
  expect((thrown as Error).message).toMatch(message);
  expect((thrown as Error).message).not.toContain('\n');
}

const shardFiles = ['shard-000000.tar', 'shard-000001.tar', 'shard-000002.tar'];

describe('writeShards', () => {
  it('lets one at a time write, and harms nothing of the first', async () => {
    const folder = await temporaryFolder();
    let refused: Promise<void> | undefined;
    const { written } = await write({
      folder,
      onSample: () => {
        refused ??= expectRefused(write({ folder }), /process \d+ writes there; wait for it/);
      },
    });
    await refused;
    expect([written, refused]).toEqual([25, expect.any(Promise)]);
    expect((await readdir(folder)).sort()).toEqual(['index.json', ...shardFiles]);
  });

  it('writes every sample once, in whole shards with an index', async () => {
    const folder = join(await temporaryFolder(), 'new/folders');
    const { shards, kept, written, made } = await write({ folder });
    expect([kept, written]).toEqual([0, 25]);
    expect(made).toEqual(range(0, 25));
    expect((await readdir(folder)).sort()).toEqual(['index.json', ...shardFiles]);
    expect(shards.map(({ first, samples }) => [first, samples])).toEqual([
      [0, 10],
      [10, 10],
      [20, 5],
    ]);
    expect(readShardIndex(await readFile(join(folder, 'index.json'), 'utf8'))).toMatchObject({
      samplesPerShard: 10,
      settings: { seed: 1 },
      shards,
    });
    for (const { file, bytes } of shards) expect((await stat(join(folder, file))).size).toBe(bytes);
    expect(await readNumbers(folder)).toEqual(range(0, 25));
    expect(await readNumbers(join(folder, 'index.json'))).toEqual(range(0, 25));
    expect(await readNumbers(join(folder, shardFiles[1]!))).toEqual(range(10, 20));
  });

  it('writes the same bytes in every run, however many samples are in the making', async () => {
    const [one, other] = [await temporaryFolder(), await temporaryFolder()];
    await write({ folder: one });
    const random = createRandom(1);
    await writeShards(
      async (index) => {
        await new Promise((resolve) => {
          setTimeout(resolve, random.uniform(0, 5));
        });
        return exampleSample(index);
      },
      { folder: other, count: 25, samplesPerShard: 10, settings: { seed: 1 }, ahead: 7 },
    );
    for (const file of ['index.json', ...shardFiles])
      expect(await readFile(join(other, file))).toEqual(await readFile(join(one, file)));
  });

  it('makes only what is missing, damaged in length or not whole yet', async () => {
    const folder = await temporaryFolder();
    await write({ folder });
    expect((await write({ folder })).made).toEqual([]);
    await rm(join(folder, shardFiles[0]!));
    await truncate(join(folder, shardFiles[1]!), 2048);
    expect((await write({ folder })).made).toEqual(range(0, 20));
    const more = await write({ folder, count: 32 });
    expect(more.made).toEqual(range(20, 32));
    expect(more.kept).toBe(20);
    expect(await readNumbers(folder)).toEqual(range(0, 32));
  });

  it('makes parts on several machines whose files together are those of one run', async () => {
    const [whole, joined] = [await temporaryFolder(), await temporaryFolder()];
    await write({ folder: whole });
    for (const [part, samples] of [
      [1, [...range(0, 10), ...range(20, 25)]],
      [2, range(10, 20)],
    ] as const) {
      const folder = await temporaryFolder();
      expect((await write({ folder, only: { part, of: 2 } })).made).toEqual(samples);
      expect((await write({ folder, only: { part, of: 2 } })).made).toEqual([]);
      expect(await readNumbers(folder)).toEqual(samples);
      for (const file of await readdir(folder)) await copyFile(join(folder, file), join(joined, file));
    }
    expect((await write({ folder: joined })).made).toEqual([]);
    for (const file of ['index.json', ...shardFiles])
      expect(await readFile(join(joined, file))).toEqual(await readFile(join(whole, file)));
  });

  it('adopts a shard that was finished just before its entry was written', async () => {
    const folder = await temporaryFolder();
    await write({ folder, count: 10 });
    const before = await readFile(join(folder, 'index.json'));
    await write({ folder });
    await writeFile(join(folder, 'index.json'), before);
    // A foreign file under a shard's name is not adopted.
    await copyFile(join(folder, shardFiles[0]!), join(folder, shardFiles[1]!));
    expect((await write({ folder })).made).toEqual(range(10, 20));
    expect(await readNumbers(folder)).toEqual(range(0, 25));
  });

  it('removes what a killed run left unfinished, and nothing else', async () => {
    const folder = await temporaryFolder();
    for (const name of [
      '.shard-000001.tar.77-0badcafe.partial',
      '.index.json.77-0badcafe.partial',
      '.other-000001.tar.77-0badcafe.partial',
      'notes.txt',
    ]) {
      await writeFile(join(folder, name), 'unfinished');
    }
    await write({ folder });
    expect((await readdir(folder)).sort()).toEqual([
      '.other-000001.tar.77-0badcafe.partial',
      'index.json',
      'notes.txt',
      ...shardFiles,
    ]);
  });

  it('leaves whole shards only when it is interrupted or a sample fails', async () => {
    for (const how of ['abort', 'fail'] as const) {
      const folder = await temporaryFolder();
      const controller = new AbortController();
      const writing = writeShards(
        (index) => {
          if (index === 17 && how === 'abort') controller.abort(new Error('interrupted by the user'));
          if (index === 17 && how === 'fail') throw new Error('interrupted by the user');
          return exampleSample(index);
        },
        {
          folder,
          count: 25,
          samplesPerShard: 10,
          settings: { seed: 1 },
          signal: controller.signal,
          ahead: 2,
        },
      );
      await expect(writing).rejects.toThrow('interrupted by the user');
      expect((await readdir(folder)).sort()).toEqual(['index.json', shardFiles[0]]);
      expect((await write({ folder })).made).toEqual(range(10, 25));
      expect(await readNumbers(folder)).toEqual(range(0, 25));
    }
    await expect(
      write({ folder: '/nowhere', signal: AbortSignal.abort(new Error('too late')) }),
    ).rejects.toThrow('too late');
  });

  it('refuses folders with other shards', async () => {
    const folder = await temporaryFolder();
    await write({ folder });
    await expectRefused(
      write({ folder, settings: { seed: 2 } }),
      /made with settings \{"seed":1\}, not \{"seed":2\}; choose another folder$/,
    );
    await expectRefused(write({ folder, samplesPerShard: 5 }), /samplesPerShard 10, not 5/);
    await expectRefused(write({ folder, count: 20 }), /holds 25 samples already, more than 20/);
    await rename(join(folder, 'index.json'), join(folder, 'index.old'));
    await expectRefused(write({ folder }), /holds shard-000000\.tar but no index\.json/);
    await writeFile(join(folder, 'index.json'), '{');
    await expectRefused(write({ folder }), /index\.json is not JSON; choose another folder/);
    await expect(write({ folder, samplesPerShard: 0 })).rejects.toThrow(RangeError);
    await expect(write({ folder, prefix: '../x' })).rejects.toThrow(RangeError);
  });

  it('says in one line why it cannot write', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await expectRefused(
      write({ folder: join(folder, 'file/below') }),
      /^cannot write .*below: a part of the path is a file, not a folder; choose another folder$/,
    );
    await mkdir(join(folder, 'shards/shard-000001.tar/full'), { recursive: true });
    await expectRefused(write({ folder: join(folder, 'shards') }), /holds shard-000001\.tar but no index/);
  });

  it.skipIf(process.platform === 'win32')('keeps whole shards when the disk is full', async () => {
    const folder = await temporaryFolder();
    // Files of at most 15 kB, as on a disk that is nearly full: the index fits, a shard does not.
    const { status, stderr } = spawnSync(
      'bash',
      [
        '-c',
        'ulimit -f 15 && exec "$@"',
        '-',
        process.execPath,
        '--import',
        'tsx',
        'test/node/files/write-shards.ts',
        folder,
        '25',
        '10',
        '0',
      ],
      { encoding: 'utf8' },
    );
    expect(status, stderr).toBe(1);
    expect(stderr).toMatch(
      /^cannot write .*shard-000000\.tar: .*; finished shards are kept: .*, and run again\n$/,
    );
    expect(await readdir(folder)).toEqual(['index.json']);
  });

  it('loses and repeats nothing when it is killed at any moment', async () => {
    const folder = await temporaryFolder();
    const count = 240;
    const random = createRandom('kill');
    const started = (pause: number) =>
      spawn(
        process.execPath,
        ['--import', 'tsx', 'test/node/files/write-shards.ts', folder, String(count), '12', String(pause)],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
    let kills = 0;
    for (let round = 0; round < 8; round++) {
      const child = started(4);
      const closed = new Promise<string | null>((resolve) => {
        child.on('close', (_, signal) => {
          resolve(signal);
        });
      });
      // From the first sample on, so that each round gets somewhere; the start of the process says nothing.
      await new Promise((resolve) => {
        child.stdout.once('data', resolve);
        child.once('close', resolve);
      });
      setTimeout(
        () => {
          child.kill('SIGKILL');
        },
        random.uniform(0, 120),
      );
      if ((await closed) === 'SIGKILL') kills++;
      // Whatever lies under a shard's name is whole, at every moment.
      const files = (await readdir(folder)).filter((name) => name.endsWith('.tar')).sort();
      for (const file of files) {
        const first = Number(/\d+/.exec(file)![0]) * 12;
        expect(await readNumbers(join(folder, file))).toEqual(range(first, first + 12));
      }
    }
    expect(kills).toBeGreaterThanOrEqual(4);
    const last = started(0);
    let out = '';
    last.stdout.on('data', (data) => {
      out += String(data);
    });
    expect(
      await new Promise((resolve) => {
        last.on('close', resolve);
      }),
    ).toBe(0);
    const [, kept, written] = /kept (\d+), wrote (\d+)/.exec(out)!;
    expect(Number(kept)).toBeGreaterThan(0);
    expect(Number(kept) + Number(written)).toBe(count);
    expect(await readNumbers(folder)).toEqual(range(0, count));
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('findShards', () => {
  it('finds tar files without an index', async () => {
    const folder = await temporaryFolder();
    await write({ folder });
    await rm(join(folder, 'index.json'));
    expect(await readNumbers(folder)).toEqual(range(0, 25));
  });

  it('says in one line what is wrong', async () => {
    const folder = await temporaryFolder();
    await expect(findShards(folder)).rejects.toThrow(/^no shards in /);
    await expect(findShards(join(folder, 'none'))).rejects.toThrow(/^cannot read shards from .*: not found$/);
    await write({ folder });
    await appendFile(join(folder, 'index.json'), 'x');
    await expect(findShards(folder)).rejects.toThrow(
      /index\.json is not JSON; remove it to read all files \*\.tar$/,
    );
  });

  it('reads past a shard that the index lists but that is gone', async () => {
    const folder = await temporaryFolder();
    const warnings: string[] = [];
    await write({ folder });
    await rm(join(folder, shardFiles[1]!));
    const stream = readShards(await findShards(folder), {
      required: ['json'],
      decode: (sample) => sample.key,
      onWarning: ({ message }) => {
        warnings.push(message);
      },
    });
    const keys: string[] = [];
    for await (const key of stream) keys.push(key);
    expect(keys).toHaveLength(15);
    expect(stream.counts.failedShards).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/shard-000001\.tar: not readable further: ENOENT/)]);
  });
});
