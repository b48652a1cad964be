import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { astronaut } from '../fit/example-reconstruction.js';
import { filesBelow, rogue, temporaryFolder } from './run.js';

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
