import sharp from 'sharp';
import { expect, it } from 'vitest';
import { Photographer } from '../../../src/data/synthetic/photographer.js';
import { loadModel, loadPeople } from '../../../src/node/files/assets.js';
import { createSampleMaker } from '../../../src/node/workers/synthetic-samples.js';

it('makes members of a photo, its labels among them as they are', async () => {
  const maker = await createSampleMaker({ size: 64, seed: 'test', effects: true, covered: 1 }, 1);
  try {
    const members = await maker.make(2);
    expect(Object.keys(members).sort()).toEqual([
      'covered.jpg',
      'jpg',
      'json',
      'labels.png',
      'mask.png',
      'safetensors',
    ]);
    const { labels } = new Photographer(await loadModel(), await loadPeople(), 64).take('test/2');
    const png = sharp(members['labels.png']);
    expect(await png.metadata()).toMatchObject({ format: 'png', width: 64, height: 64, channels: 1 });
    const stored = await png.greyscale().raw().toBuffer();
    expect(Array.from(stored)).toEqual(Array.from(labels.data));
    expect(new Set(stored).size).toBeGreaterThan(2);
  } finally {
    await maker.release();
  }
});
