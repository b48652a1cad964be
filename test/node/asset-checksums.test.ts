import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksumsFile, readChecksums, sha256 } from '../../src/io/asset-checksums.js';
import { loadRogue } from '../../src/node.js';
import { assetFiles, assetPath, checksumsOf, readAsset } from '../../src/node/files/assets.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rogue-assets-'));
  await cp(assetPath('.'), folder, { recursive: true });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('checksums of the assets', () => {
  it('are those of the files that ship: run "npx tsx tools/write-checksums.ts" after a change', async () => {
    const sums = await checksumsOf();
    for (const file of Object.values(assetFiles))
      expect(sums[file]).toBe(await sha256(await readAsset(file)));
  });

  it.each([assetFiles.model, assetFiles.regressor, assetFiles.parser])(
    'tell that one byte of %s is another, which networks and models hardly notice',
    async (file) => {
      const path = join(folder, file);
      const whole = await readFile(path);
      const damaged = Buffer.from(whole);
      // Among the weights, where any byte makes some number.
      damaged[Math.floor(0.7 * damaged.length)]! ^= 0x10;
      await writeFile(path, damaged);
      await expect(loadRogue({ assets: pathToFileURL(folder) })).rejects.toThrow(
        new RegExp(`${file} is damaged.*install the package again`),
      );
      await writeFile(path, whole);
    },
  );

  it('need not be there in a folder of one’s own', async () => {
    await rm(join(folder, checksumsFile));
    await (await loadRogue({ assets: pathToFileURL(folder) })).release();
  });

  it.each(['', '[', '{"a":1}', '{"a":"00"}', 'null'])('are refused in one line when damaged: %s', (text) => {
    expect(() => readChecksums(new TextEncoder().encode(text))).toThrow(
      /^checksums.json of the assets is damaged/,
    );
  });
});
