import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { astronaut } from '../fit/example-reconstruction.js';
import { filesBelow, rogue, temporaryFolder } from './run.js';

const linesOf = async (list: string): Promise<Record<string, unknown>[]> =>
  (await readFile(list, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

let small: Buffer;
beforeAll(async () => {
  small = await sharp(astronaut).resize(256).jpeg().toBuffer();
});

describe('rogue corrupt', () => {
  it.each(['reachocc', 'synchocc', 'boxes', 'noise'])(
    '%s: writes pictures, masks and a manifest, the same bytes each time',
    async (protocol) => {
      const folder = await temporaryFolder();
      const outs = [join(folder, 'a'), join(folder, 'b')] as const;
      for (const out of outs)
        expect(
          (
            await rogue(
              'corrupt',
              astronaut,
              '--protocol',
              protocol,
              '--per-image',
              '2',
              '--seed',
              '5',
              '-o',
              out,
            )
          ).code,
        ).toBe(0);
      const files = await filesBelow(outs[0]);
      const masks = protocol === 'noise' ? [] : [1, 2].map((k) => `astronaut-${protocol}-${k}-mask.png`);
      expect(files).toEqual(
        [...masks, `astronaut-${protocol}-1.png`, `astronaut-${protocol}-2.png`, 'manifest.jsonl'].sort(),
      );
      for (const file of files)
        expect(Buffer.compare(await readFile(join(outs[0], file)), await readFile(join(outs[1], file)))).toBe(
          0,
        );
      const [line] = String(await readFile(join(outs[0], 'manifest.jsonl')))
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as Record<string, unknown>);
      expect(line).toMatchObject({
        source: astronaut,
        file: `astronaut-${protocol}-1.png`,
        protocol,
        seed: '5/astronaut/1',
      });
      expect(line!['landmarks68']).toHaveLength(136);
      if (protocol !== 'noise') expect(line!['coverage']).toBeGreaterThan(0.03);
    },
  );

  it('goes on past bad files and lists them', async () => {
    const folder = await temporaryFolder();
    const album = join(folder, 'album');
    const out = join(folder, 'out');
    await mkdir(album);
    await copyFile(astronaut, join(album, 'a.jpg'));
    await writeFile(join(album, 'broken.png'), 'no picture');
    const { code, err } = await rogue(
      'corrupt',
      album,
      '--protocol',
      'boxes',
      '--per-image',
      '1',
      '--format',
      'jpg',
      '-o',
      out,
    );
    expect(code).toBe(1);
    expect(err.join('\n')).toMatch(/broken\.png/);
    expect(await filesBelow(out)).toEqual(['a-boxes-1-mask.png', 'a-boxes-1.jpg', 'manifest.jsonl']);
  });

  it('goes on where it has stopped, makes changed settings anew, and leaves nothing of the old ones', async () => {
    const folder = await temporaryFolder();
    const out = join(folder, 'out');
    for (const name of ['a.jpg', 'b.jpg']) await writeFile(join(folder, name), small);
    const manifest = join(out, 'manifest.jsonl');
    const run = (...more: readonly string[]) =>
      rogue('corrupt', folder, '-o', out, '--protocol', 'boxes', '--format', 'jpg', ...more);
    expect((await run('--per-image', '2')).out[0]).toMatch(/^4 pictures from 2 of 2 photos in /);
    const first = await readFile(manifest, 'utf8');
    const files = await filesBelow(out);
    const picture = await readFile(join(out, 'b-boxes-2.jpg'));
    // As a kill leaves it: the last lines torn, one of their files there.
    await writeFile(manifest, first.slice(0, -100));
    const pending = files.filter((name) => name.startsWith('b-'));
    await writeFile(join(out, '.rogue-unlisted-manifest.jsonl'), JSON.stringify(pending));
    await rm(join(out, 'b-boxes-2.jpg'));
    const second = await run('--per-image', '2');
    expect(second.err[0]).toBe('1 of 2 pictures were done before; --again does them anew');
    expect(second.out[0]).toMatch(/^4 pictures from 2 of 2 photos in /);
    expect(await readFile(manifest, 'utf8')).toBe(first);
    expect(await filesBelow(out)).toEqual(files);
    expect((await readFile(join(out, 'b-boxes-2.jpg'))).equals(picture)).toBe(true);
    expect((await run('--per-image', '2', '--again')).err[0]).toMatch(/^\[1\/2\] .*a\.jpg: 2 pictures$/);
    expect(await readFile(manifest, 'utf8')).toBe(first);
    await run('--per-image', '1');
    expect((await filesBelow(out)).filter((name) => name.includes('-2'))).toEqual([]);
    // What another protocol makes comes beside it.
    await rogue('corrupt', folder, '-o', out, '--protocol', 'noise', '--per-image', '1');
    expect(await filesBelow(out)).toEqual([
      'a-boxes-1-mask.png',
      'a-boxes-1.jpg',
      'a-noise-1.png',
      'b-boxes-1-mask.png',
      'b-boxes-1.jpg',
      'b-noise-1.png',
      'manifest.jsonl',
    ]);
    expect((await linesOf(manifest)).map(({ file }) => file)).toEqual([
      'a-boxes-1.jpg',
      'b-boxes-1.jpg',
      'a-noise-1.png',
      'b-noise-1.png',
    ]);
  });

  it('takes no picture of its own for a photo, and replaces none of others', async () => {
    const folder = await temporaryFolder();
    await copyFile(astronaut, join(folder, 'a.jpg'));
    const run = () => rogue('corrupt', folder, '-o', folder, '--protocol', 'boxes', '--per-image', '1');
    expect((await run()).code).toBe(0);
    const files = await filesBelow(folder);
    const again = await run();
    expect(again.err).toEqual(['1 of 1 pictures were done before; --again does them anew']);
    expect(await filesBelow(folder)).toEqual(files);
    const others = join(folder, 'others');
    await mkdir(others);
    await writeFile(join(others, 'a-boxes-1-mask.png'), 'mine');
    const { code, err } = await rogue('corrupt', join(folder, 'a.jpg'), '-o', others, '--protocol', 'boxes');
    expect(code).toBe(1);
    expect(err).toEqual([
      expect.stringMatching(
        /^rogue: cannot replace .*mask\.png: it is not of an earlier run; choose another/,
      ),
    ]);
    expect(await filesBelow(others)).toEqual(['a-boxes-1-mask.png']);
  });

  it('works in parts, which merge joins, and on several photos at a time', async () => {
    const folder = await temporaryFolder();
    const album = join(folder, 'album');
    await mkdir(album);
    for (const name of ['a.jpg', 'a.jpeg', 'b.jpg', 'c.jpg']) await writeFile(join(album, name), small);
    const [parts, whole] = [join(folder, 'parts'), join(folder, 'whole')];
    const run = (out: string, ...more: readonly string[]) =>
      rogue('corrupt', album, '-o', out, '--protocol', 'boxes', '--per-image', '1', ...more);
    for (const shard of ['1/2', '2/2']) expect((await run(parts, '--shard', shard)).code).toBe(0);
    const merged = await rogue('merge', parts);
    expect(merged).toMatchObject({ code: 0, err: [] });
    expect(merged.out).toEqual([expect.stringMatching(/^4 pictures from 4 photos in .*manifest\.jsonl$/)]);
    await rm(join(parts, 'manifest-1-of-2.jsonl'));
    await rm(join(parts, 'manifest-2-of-2.jsonl'));
    await run(whole, '--jobs', '2');
    const sorted = async (out: string) =>
      (await readFile(join(out, 'manifest.jsonl'), 'utf8')).trimEnd().split('\n').sort();
    expect(await sorted(parts)).toEqual(await sorted(whole));
    const files = await filesBelow(whole);
    expect(files).toContain('a-2-boxes-1.png');
    expect(await filesBelow(parts)).toEqual(files);
    for (const file of files.filter((name) => name.endsWith('.png')))
      expect((await readFile(join(parts, file))).equals(await readFile(join(whole, file))), file).toBe(true);
  });

  it('replaces no list that is not its own', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'manifest.jsonl'), '{"file_name": "a.jpg"}\n');
    const { code, err } = await rogue('corrupt', astronaut, '--protocol', 'boxes', '-o', folder);
    expect(code).toBe(1);
    expect(err.join('')).toMatch(/^rogue: cannot replace .*manifest\.jsonl: it is not of an earlier run/);
    expect(await filesBelow(folder)).toEqual(['manifest.jsonl']);
  });

  it('refuses wrong usage', async () => {
    expect((await rogue('corrupt', astronaut)).code).toBe(2);
    expect((await rogue('corrupt', astronaut, '--protocol', 'fog')).code).toBe(2);
    expect((await rogue('corrupt', astronaut, '--protocol', 'noise', '--per-image', '0')).code).toBe(2);
  });
});
