import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { isInShard, shardOf } from '../../src/cli/shard.js';
import { astronaut } from '../fit/example-reconstruction.js';
import { filesBelow, rogue, temporaryFolder } from './run.js';

const quick = ['--format', 'json', '--texture', 'none', '--hair', 'none', '--max-faces', '1'];
let small: Buffer;
beforeAll(async () => {
  small = await sharp(astronaut).resize(256).jpeg().toBuffer();
});

async function album(...names: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), small);
  }
  return folder;
}

async function foldersOf(list: string): Promise<string[]> {
  const text = await readFile(list, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { folder: string }).folder);
}

describe('a second run of rogue reconstruct', () => {
  it('goes on where the first has stopped, with the same settings and photos', async () => {
    const folder = await album('a.jpg', 'b.jpg');
    const out = join(folder, 'out');
    const list = join(out, 'results.jsonl');
    const run = (...more: readonly string[]) => rogue('reconstruct', folder, '-o', out, ...quick, ...more);
    await run();
    const first = await readFile(list, 'utf8');
    // As a kill leaves it while the second photo's line is written.
    await writeFile(list, first.slice(0, -100));
    const second = await run();
    expect(second.code).toBe(0);
    expect(second.err[0]).toBe('1 of 2 pictures were done before; --again does them anew');
    expect(second.out).toEqual([expect.stringContaining('2 heads from 2 of 2 pictures')]);
    expect(await readFile(list, 'utf8')).toBe(first);
    expect((await run()).err[0]).toMatch(/^2 of 2 pictures were done before/);
    // Nothing of these stays as it is: other settings, another file, a folder that is gone, --again.
    expect((await run('--focal-35mm', '50')).err[0]).toMatch(/^\[1\/2\] .*a\.jpg: 1 face$/);
    await run();
    await utimes(join(folder, 'a.jpg'), 1, 1);
    await rm(join(out, 'b'), { recursive: true });
    expect((await run()).err[0]).toMatch(/^\[1\/2\] .*a\.jpg: 1 face$/);
    expect((await run('--again')).err[0]).toMatch(/^\[1\/2\] .*a\.jpg: 1 face$/);
    expect(await foldersOf(list)).toEqual(['a/face-1', 'b/face-1']);
  });

  it('keeps the names of pictures, also where others of the same name come before them', async () => {
    const folder = await album('b/photo.jpg', 'c/photo.png');
    const out = join(folder, 'out');
    const list = join(out, 'results.jsonl');
    await rogue('reconstruct', folder, '-o', out, ...quick);
    expect(await foldersOf(list)).toEqual(['photo/face-1', 'photo-2/face-1']);
    await mkdir(join(folder, 'a'));
    await writeFile(join(folder, 'a', 'Photo.jpg'), small);
    const done = await rogue('reconstruct', folder, '-o', out, ...quick);
    expect(done.err[0]).toBe('2 of 3 pictures were done before; --again does them anew');
    expect(await foldersOf(list)).toEqual(['photo/face-1', 'photo-2/face-1', 'Photo-3/face-1']);
  });

  it('works with photos and heads in one folder', async () => {
    const folder = await album('me.jpg');
    for (let run = 0; run < 2; run++) {
      const { code, out } = await rogue(
        'reconstruct',
        folder,
        '-o',
        folder,
        ...['--format', 'png', '--max-faces', '1'],
      );
      expect({ code, out }).toEqual({ code: 0, out: [join(folder, 'me/face-1')] });
    }
    expect(await filesBelow(folder)).toEqual([
      'me.jpg',
      'me/face-1/overlay.png',
      'me/face-1/skin-delit.png',
      'me/face-1/skin-sources.png',
      'results.jsonl',
    ]);
  });
});

describe('rogue reconstruct in parts', () => {
  it('makes each head in one part, and merge joins the lists', async () => {
    const folder = await album('a.jpg', 'a.png', 'b.jpg', 'sub/a.jpg');
    const [parts, whole] = [join(folder, 'parts'), join(folder, 'whole')];
    for (const shard of ['1/2', '2/2'])
      expect((await rogue('reconstruct', folder, '-o', parts, ...quick, '--shard', shard)).code).toBe(0);
    const merged = await rogue('merge', parts);
    expect(merged).toMatchObject({ code: 0, err: [] });
    expect(merged.out[0]).toMatch(/^4 heads from 4 pictures in /);
    await rogue('reconstruct', folder, '-o', whole, ...quick, '--jobs', '2');
    const facts = async (list: string) => (await readFile(list, 'utf8')).trimEnd().split('\n').sort();
    expect(await facts(join(parts, 'results.jsonl'))).toEqual(await facts(join(whole, 'results.jsonl')));
    expect((await rogue('merge', await temporaryFolder())).code).toBe(2);
  });

  it('puts each picture into one part, always the same', () => {
    const names = Array.from({ length: 400 }, (_, k) => `folder/${k}.jpg`);
    const parts = names.map((name) => [1, 2, 3, 4].filter((part) => isInShard(name, { part, of: 4 })));
    expect(parts.every((found) => found.length === 1)).toBe(true);
    for (const part of [1, 2, 3, 4])
      expect(parts.flat().filter((found) => found === part).length).toBeGreaterThan(70);
    expect(isInShard('a\\b.jpg', { part: 1, of: 4 })).toBe(isInShard('a/b.jpg', { part: 1, of: 4 }));
  });

  it.each(['0/2', '3/2', '1', '1/0', '-1/2', '1.5/2', ' 1/2', '1/1000000'])(
    'refuses the part %s',
    (value) => {
      expect(() => shardOf(value)).toThrow('Expected a part');
    },
  );
});
