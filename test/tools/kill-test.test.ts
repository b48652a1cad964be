import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  let data: string;
  beforeAll(async () => {
    data = join(await mkdtemp(join(tmpdir(), 'rogue-album-')), 'album');
    await mkdir(data);
    const small = await sharp(astronaut).resize(200).jpeg().toBuffer();
    for (let k = 0; k < 2; k++) await writeFile(join(data, `${k}.jpg`), small);
  });
  afterAll(() => rm(dirname(data), { recursive: true }));

  it('corrupt: comes to what an undisturbed run gives', { timeout: 240_000 }, async () => {
    const folder = await temporaryFolder();
    const random = createRandom(3);
    const outcome = await disturb(corrupt, {
      ...{ data, folder, kills: 1 },
      random: () => random.uniform(0.4, 1),
    });
    expect(outcome).toMatchObject({ kills: 1, files: 5, differences: [] });
  });

  it('tells what differs', async () => {
    const folder = await temporaryFolder();
    let run = 0;
    const unsteady: Disturbed = {
      ...corrupt,
      args: (out, album) => [...corrupt.args(out, album), '--seed', `${run++}`],
    };
    const { differences } = await disturb(unsteady, { data, folder, kills: 1, random: () => 0 });
    expect(differences.join()).toMatch(/\.png differs/);
  });
});
