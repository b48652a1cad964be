import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { disturb, type Disturbed } from '../../tools/kill-test/disturb.js';
import { astronaut } from '../fit/example-reconstruction.js';
import { temporaryFolder } from '../node/temporary-folder.js';

const corrupt: Disturbed = {
  name: 'corrupt',
  settled: (_, content) => content,
  args: (out, data) => ['corrupt', data, '-o', out, '--protocol', 'boxes', '--per-image', '1'],
};

describe.skipIf(process.platform === 'win32')('a batch that is killed', () => {
  it('corrupt: comes to what an undisturbed run gives', { timeout: 120_000 }, async () => {
    const folder = await temporaryFolder();
    const data = join(folder, 'album');
    await mkdir(data);
    const small = await sharp(astronaut).resize(200).jpeg().toBuffer();
    for (let k = 0; k < 4; k++) await writeFile(join(data, `${k}.jpg`), small);
    const random = createRandom(3);
    const outcome = await disturb(corrupt, {
      ...{ data, folder, kills: 2 },
      random: () => random.uniform(0.4, 1),
    });
    expect(outcome).toMatchObject({ kills: 2, files: 9, differences: [] });
  });

  it('tells what differs', async () => {
    const folder = await temporaryFolder();
    let run = 0;
    const unsteady: Disturbed = {
      ...corrupt,
      args: (out) => ['synth', '--count', '1', '--size', '64', '--seed', `${run++}`, '-o', out],
    };
    const { differences } = await disturb(unsteady, { data: '', folder, kills: 1, random: () => 0 });
    expect(differences).toContain('shard-000000.tar differs');
  });
});
