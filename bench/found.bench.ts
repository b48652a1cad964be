import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { nme } from '../src/evaluate/landmark-error.js';
import { plainCover, plainCovers, type PlainCover } from '../src/evaluate/plain-covers.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { atMost, type Benchmark } from './benchmark.js';

/** Photos for validation with 68 true landmarks in `index.json`, looked at when they are there. */
const annotated = new URL('../../shared/faces/helen-validation/', import.meta.url);
/** A face is lost where the nearest head is off by more than this, %; lost ones count as this. */
const LOST = 15;
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
    if (!existsSync(annotated)) {
      yield {
        name: 'validation photos',
        value: 0,
        unit: 'sets',
        ok: true,
        note: 'skipped: not on this machine',
      };
      return;
    }
    const index = JSON.parse(await readFile(new URL('index.json', annotated), 'utf8')) as {
      file: string;
      landmarks68: number[][];
    }[];
    const photos = index.slice(0, Number(process.env['ROGUE_BENCH_PHOTOS'] ?? index.length));
    const rogue = await loadRogue();
    for (const cover of plainCovers) {
      const errors: number[] = [];
      for (const { file, landmarks68 } of photos) {
        const truth = landmarks68.flat();
        const { image } = await decodeImage(fileURLToPath(new URL(file, annotated)));
        const heads = await rogue.reconstruct(plainCover(image, truth, cover, file), { texture: 'none' });
        errors.push(Math.min(LOST, ...heads.map((head) => nme(head.landmarks68, truth, 17, 68))));
      }
      const lost = errors.filter((error) => error >= LOST).length;
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      yield atMost(`${cover}: lost`, (100 * lost) / errors.length, '%', goals[cover].lost, `${lost} faces`);
      yield atMost(`${cover}: inner 51, lost ones count ${LOST}`, mean, '%', goals[cover].error);
    }
    await rogue.release();
  },
};

export default found;
