import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRogue, type Rogue } from '../../src/node.js';
import { hardFaceMaker, isOnFace, type HardCase } from './hard-faces.js';

const cases = JSON.parse(await readFile(new URL('hard-faces.json', import.meta.url), 'utf8')) as HardCase[];

let rogue: Rogue;
let make: Awaited<ReturnType<typeof hardFaceMaker>>;
beforeAll(async () => {
  rogue = await loadRogue();
  make = await hardFaceMaker();
});
afterAll(() => rogue.release());

describe('covered faces that the published detector loses', () => {
  it('are at least sixty', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  it.each(cases)('seed $seed, $cover', async (hard) => {
    const { image, landmarks } = make(hard);
    expect((await rogue.findFaces(image)).some((face) => isOnFace(face, landmarks))).toBe(true);
  });
});
