import { nme } from '../src/evaluate/landmark-error.js';
import { lostBeyond, plainCover, plainCovers, type PlainCover } from '../src/evaluate/plain-covers.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { annotatedPhotos, withoutPhotos } from './annotated-photos.js';
import { atMost, type Benchmark } from './benchmark.js';

const goals: Readonly<Record<PlainCover, { readonly lost: number; readonly error: number }>> = {
  clean: { lost: 0, error: 2.3 },
  half: { lost: 1, error: 3.7 },
  lower: { lost: 1, error: 3.6 },
  eyes: { lost: 0.5, error: 2.8 },
  rand40: { lost: 3, error: 4.6 },
  noise25: { lost: 0, error: 2.4 },
  'half+noise': { lost: 2, error: 4.2 },
};

/** Which covered faces our own detection still finds, and how well heads lie on them: inner-51 NME. */
const found: Benchmark = {
  name: 'found',
  async *run() {
    const photos = await annotatedPhotos();
    if (photos.length === 0) {
      yield withoutPhotos;
      return;
    }
    const rogue = await loadRogue();
    for (const cover of plainCovers) {
      const errors: number[] = [];
      for (const { file, path, truth } of photos) {
        const { image } = await decodeImage(path);
        const heads = await rogue.reconstruct(plainCover(image, truth, cover, file), { texture: 'none' });
        errors.push(Math.min(lostBeyond, ...heads.map((head) => nme(head.landmarks68, truth, 17, 68))));
      }
      const lost = errors.filter((error) => error >= lostBeyond).length;
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      yield atMost(`${cover}: lost`, (100 * lost) / errors.length, '%', goals[cover].lost, `${lost} faces`);
      yield atMost(`${cover}: inner 51, lost ones count ${lostBeyond}`, mean, '%', goals[cover].error);
    }
    await rogue.release();
  },
};

export default found;
