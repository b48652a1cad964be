import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadRogue } from '../../../src/node.js';
import {
  readPhotoFolder,
  type FaceCrop,
  type PhotoFolderOptions,
} from '../../../src/node/files/photo-folder.js';
import sharp from 'sharp';

const example = fileURLToPath(new URL('../../../examples/astronaut.jpg', import.meta.url));
let folder: string;
let rogue: Awaited<ReturnType<typeof loadRogue>>;
beforeAll(async () => {
  rogue = await loadRogue();
  folder = await mkdtemp(join(tmpdir(), 'rogue-photos-'));
  await mkdir(join(folder, 'deep/er'), { recursive: true });
  await copyFile(example, join(folder, 'deep/er/astronaut.jpg'));
  await writeFile(join(folder, 'broken.jpg'), 'not a picture');
  await writeFile(join(folder, 'notes.txt'), 'no picture either');
  await sharp({ create: { width: 64, height: 64, channels: 3, background: '#456' } })
    .png()
    .toFile(join(folder, 'wall.png'));
});
afterAll(async () => {
  await rogue.release();
  await rm(folder, { recursive: true });
});

async function read(
  options: Partial<PhotoFolderOptions> = {},
): Promise<{ crops: FaceCrop[]; skipped: string[]; detections: number }> {
  const crops: FaceCrop[] = [];
  const skipped: string[] = [];
  let detections = 0;
  const findFaces = (image: FaceCrop['image']) => {
    detections++;
    return rogue.findFaces(image);
  };
  for await (const crop of readPhotoFolder([folder], {
    findFaces,
    onSkip: (path, reason) => skipped.push(`${path.slice(folder.length + 1)}: ${reason}`),
    ...options,
  }))
    crops.push(crop);
  return { crops, skipped, detections };
}

it('crops the faces of all photos and tells of those that give none', async () => {
  const { crops, skipped } = await read({ size: 200 });
  expect(skipped).toEqual([
    expect.stringMatching(/^broken.jpg: not a picture of a known format; use JPEG/),
    'wall.png: no face found',
  ]);
  expect(crops).toHaveLength(1);
  const [{ image, box, source }] = crops as [FaceCrop];
  expect([image.width, image.height, image.channels]).toEqual([200, 200, 3]);
  expect(source).toBe(join(folder, 'deep/er/astronaut.jpg'));
  // The face is in the middle, and a detector finds it there again.
  expect(box.x + box.width / 2).toBeCloseTo(100, 0);
  const [again] = await rogue.findFaces(image);
  expect(Math.abs(again!.box.x - box.x)).toBeLessThan(0.1 * box.width);
  expect(Math.abs(again!.box.width - box.width)).toBeLessThan(0.15 * box.width);
});

it('detects once where there is a cache, and again when the photo or the options change', async () => {
  const cache = join(folder, 'cache');
  const first = await read({ cache });
  const second = await read({ cache });
  expect(first.detections).toBe(2);
  expect(second.detections).toBe(0);
  expect(second.crops.map(({ box, region, source }) => ({ box, region, source }))).toEqual(
    first.crops.map(({ box, region, source }) => ({ box, region, source })),
  );
  expect((await read({ cache, size: 96 })).detections).toBe(2);
  expect((await readdir(cache)).some((name) => name.endsWith('.part'))).toBe(false);
  // A damaged cache is made anew.
  for (const name of await readdir(cache)) await writeFile(join(cache, name), '{');
  expect((await read({ cache })).detections).toBe(2);
});
