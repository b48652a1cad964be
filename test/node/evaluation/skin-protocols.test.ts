import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rogue } from '../../../src/fit/rogue.js';
import { createFaceParser, type FaceParser } from '../../../src/network/parsing/face-parser.js';
import { loadRogue, nodeRuntime } from '../../../src/node.js';
import { leakCovers, leakEvaluation, leakFaces } from '../../../src/node/evaluation/leak-run.js';
import { parsingEvaluation, parsingFaces } from '../../../src/node/evaluation/parsing-run.js';
import { assetFiles, loadHand, readAsset } from '../../../src/node/files/assets.js';
import { temporaryFolder } from '../temporary-folder.js';

const example = 'examples/astronaut.jpg';
const created = '2020-01-01T00:00:00.000Z';
let rogue: Rogue;
let parser: FaceParser;
beforeAll(async () => {
  rogue = await loadRogue();
  parser = await createFaceParser(nodeRuntime({ threads: 1 }), await readAsset(assetFiles.parser));
});
afterAll(async () => {
  await Promise.all([rogue.release(), parser.release()]);
});

async function folderWithExample(): Promise<string> {
  const folder = await temporaryFolder();
  await copyFile(example, join(folder, 'astronaut.jpg'));
  return folder;
}

describe('leakFaces', () => {
  it('measures each cover on each photo with landmarks', async () => {
    const folder = await folderWithExample();
    const [head] = await rogue.reconstruct(example, { texture: 'none' });
    const landmarks68 = Array.from({ length: 68 }, (_, k) => [
      head!.landmarks68[2 * k],
      head!.landmarks68[2 * k + 1],
    ]);
    await writeFile(
      join(folder, 'index.json'),
      JSON.stringify([{ file: 'astronaut.jpg', landmarks68 }, { file: 'unmarked.jpg' }]),
    );
    const [face] = await leakFaces(folder, rogue);
    const about = { path: folder, sha256: '', created };
    const { items, data } = leakEvaluation(await face!.measure(), about);
    expect(data.items).toBe(1);
    expect(items.map(({ condition }) => condition)).toEqual([...leakCovers]);
    for (const { outcomes } of items) {
      const { values } = outcomes['refine'] as { values: Record<string, number> };
      expect(values['leak']).toBeLessThan(1);
      expect(values['seen']).toBeLessThan(85);
    }
  });

  it('needs photos with landmarks', async () => {
    await expect(leakFaces(await folderWithExample(), rogue)).rejects.toThrow(
      /no photos with landmarks in .*index\.json/,
    );
  });
});

describe('parsingFaces', () => {
  const about = { path: 'photos', seed: '3', sha256: '', created };

  it('covers photos by something whose mask is known', async () => {
    const tools = { rogue, parser, hand: await loadHand() };
    const [face] = await parsingFaces(await folderWithExample(), tools, '3');
    const { items, data } = parsingEvaluation(await face!.measure(), about);
    const { values } = items[0]!.outcomes['parser'] as { values: Record<string, number> };
    expect(items).toHaveLength(1);
    expect(data.items).toBe(1);
    expect(items[0]!.id).toBe('astronaut.jpg');
    // The fringe is taken for a cover as well; under the covers of seeds 1 and 2 skin has 65 and 66.
    expect(values['cover']).toBeGreaterThan(40);
    expect(values['skin']).toBeGreaterThan(70);
  });

  it('needs faces', async () => {
    const tools = { rogue, parser, hand: await loadHand() };
    await expect(parsingFaces(await temporaryFolder(), tools, '1')).rejects.toThrow(/^no faces in [^\n]+$/);
    expect(() => parsingEvaluation([], about)).toThrow(/^no faces found in photos; [^\n]+$/);
  });
});
