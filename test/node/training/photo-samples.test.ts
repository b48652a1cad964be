import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readShards } from '../../../src/data/shards/reader.js';
import { loadRogue } from '../../../src/node.js';
import { findShards } from '../../../src/node/files/shard-reader.js';
import { readParsePhoto } from '../../../src/node/training/parse-data.js';
import { writePhotoShards } from '../../../src/node/training/photo-samples.js';

const rogue = await loadRogue();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rogue-photo-samples-'));
  await copyFile('examples/astronaut.jpg', join(folder, 'a.jpg'));
});
afterAll(async () => {
  await rogue.release();
  await rm(folder, { recursive: true });
});

describe('writePhotoShards', () => {
  it('hands on what somebody has seen in a photo, in pixels of the crop, and names slips of the pen', async () => {
    const hat = [
      [0.2, 0],
      [0.7, 0],
      [0.45, 0.15],
    ];
    const worn = { 'a.jpg': { wears: ['hat'], outlines: [hat] }, 'b.jpg': [] };
    await writeFile(join(folder, 'worn.json'), JSON.stringify(worn));
    const skipped: string[] = [];
    const shards = join(folder, 'shards');
    const onSkip = (path: string, reason: string) => skipped.push(`${path}: ${reason}`);
    expect(await writePhotoShards(rogue, [folder], { folder: shards, covers: 1, onSkip })).toBe(1);
    expect(skipped).toEqual([`${join(folder, 'b.jpg')}: not there, but named in worn.json`]);
    for await (const photo of readShards(await findShards(shards), {
      required: ['jpg'],
      decode: (sample) => readParsePhoto(sample, false),
    })) {
      const { wears, outlines } = photo!.worn!;
      expect(wears).toEqual(['hat']);
      const [[left, top], [right], [middle, low]] = outlines![0]! as [number, number][] as [
        [number, number],
        [number, number],
        [number, number],
      ];
      // The photo is square; so are crops.
      expect((low - top) / (right - left)).toBeCloseTo(0.15 / 0.5, 2);
      expect((middle - left) / (right - left)).toBeCloseTo(0.5, 2);
      expect(low).toBeLessThan(photo!.box.y + photo!.box.height / 2);
      expect(middle).toBeGreaterThan(photo!.box.x);
      expect(middle).toBeLessThan(photo!.box.x + photo!.box.width);
    }
  });

  it('says in one line which file is wrong', async () => {
    await writeFile(join(folder, 'worn.json'), '{"a.jpg": ["helmet"]}');
    await expect(
      writePhotoShards(rogue, [folder], { folder: join(folder, 'none'), covers: 1 }),
    ).rejects.toThrow(/^[^\n]*worn\.json: expected lists of shades[^\n]*$/);
  });
});
