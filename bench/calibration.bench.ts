import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { calibrationBins, expectedCalibrationError } from '../src/evaluate/calibration.js';
import { nme } from '../src/evaluate/landmark-error.js';
import { plainCover, plainCovers } from '../src/evaluate/plain-covers.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { withoutPhotos } from './annotated-photos.js';
import { atMost, type Benchmark } from './benchmark.js';

/** Photos for testing only, with one face each. */
const portraits = new URL('../../shared/faces/webmorph/', import.meta.url);
const isTest = (file: string): boolean => /^(neutral|smiling)_front.*\.jpg$/.test(file);
/** Every so many-th photo is looked at. */
const EVERY = 4;
/** A head is right within this of the one found in the clean photo, %. */
const RIGHT = 15;
/** Also what is hardly likely is looked at. */
const lenient = { threshold: 0.02 } as const;

/** Whether `face.score` says how likely a face is: of those scored 0.8, some 80 % should be right. */
const calibration: Benchmark = {
  name: 'calibration',
  async *run() {
    if (!existsSync(portraits)) {
      yield withoutPhotos;
      return;
    }
    const files = (await readdir(portraits)).filter(isTest).filter((_, k) => k % EVERY === 0);
    const rogue = await loadRogue();
    const said: number[] = [];
    const right: boolean[] = [];
    for (const file of files) {
      const { image } = await decodeImage(fileURLToPath(new URL(file, portraits)));
      const [clean] = await rogue.reconstruct(image, { texture: 'none' });
      if (!clean) continue;
      const truth = Array.from(clean.landmarks68);
      for (const cover of plainCovers) {
        const covered = plainCover(image, truth, cover, file);
        for (const head of await rogue.reconstruct(covered, { texture: 'none', ...lenient })) {
          said.push(head.face.score);
          right.push(nme(head.landmarks68, truth, 17, 68) < RIGHT);
        }
      }
    }
    await rogue.release();
    const share = (100 * right.filter(Boolean).length) / right.length;
    const error = 100 * expectedCalibrationError(said, right);
    yield atMost(
      'expected calibration error',
      error,
      '%',
      6,
      `${right.length} faces, ${share.toFixed(1)} % right`,
    );
    for (const bin of calibrationBins(said, right))
      yield {
        name: `said ${(100 * bin.said).toFixed(0)} %`,
        value: 100 * bin.held,
        unit: '% right',
        ok: true,
        note: `${bin.count} faces`,
      };
  },
};

export default calibration;
