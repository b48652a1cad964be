import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readShards } from '../../src/data/shards/reader.js';
import { memberBytes } from '../../src/data/shards/sample.js';
import { decodeSample } from '../../src/data/synthetic/sample.js';
import { decodeImage } from '../../src/node/files/image-codec.js';
import { findShards } from '../../src/node/files/shard-reader.js';
import { rogue, temporaryFolder } from './run.js';

it('makes shards of photos and their truth, and continues where it ended', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'shards');
  const args = ['synth', '--size', '64', '--per-shard', '2', '--seed', 'test', '-o', out];
  expect((await rogue(...args, '--count', '3')).code).toBe(0);
  const first = await readFile(join(out, 'shard-000000.tar'));
  expect((await rogue(...args, '--count', '4')).code).toBe(0);
  expect((await readdir(out)).sort()).toEqual(['index.json', 'shard-000000.tar', 'shard-000001.tar']);
  expect(Buffer.compare(await readFile(join(out, 'shard-000000.tar')), first)).toBe(0);

  const seeds: unknown[] = [];
  const stream = readShards(await findShards(out), {
    required: ['jpg', 'json', 'safetensors'],
    decode: async (sample) => {
      const { truth, vertices } = decodeSample({
        json: memberBytes(sample, 'json'),
        safetensors: memberBytes(sample, 'safetensors'),
      });
      return { truth, vertices, image: (await decodeImage(memberBytes(sample, 'jpg'))).image };
    },
  });
  for await (const { truth, vertices, image } of stream) {
    seeds.push(truth.seed);
    expect([image.width, image.height]).toEqual([64, 64]);
    expect(vertices.length).toBe(3 * 9692);
  }
  expect(seeds.sort()).toEqual(['test/0', 'test/1', 'test/2', 'test/3']);

  // The same command elsewhere gives the same bytes.
  const again = join(folder, 'again');
  expect(
    (await rogue('synth', '--size', '64', '--per-shard', '2', '--seed', 'test', '-o', again, '--count', '2'))
      .code,
  ).toBe(0);
  expect(Buffer.compare(await readFile(join(again, 'shard-000000.tar')), first)).toBe(0);

  // Shards of another seed are not mixed in.
  const other = await rogue(
    'synth',
    '--count',
    '4',
    '--size',
    '64',
    '--per-shard',
    '2',
    '--seed',
    'another',
    '-o',
    out,
  );
  expect(other.code).toBe(1);
  expect(other.err.join('\n')).toContain('choose another folder');
});
