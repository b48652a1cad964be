import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { subset68 } from '../src/detect/mediapipe-to-68.js';
import { decodeImage, loadRogue, type Rogue } from '../src/node.js';
import { atLeast, atMost, type Benchmark, type Measure } from './benchmark.js';
import { nme } from '../src/evaluate/landmark-error.js';

/**
 * Photos for validation, looked at when they are there: with 68 true landmarks in `index.json`, and with one
 * face each.
 */
const annotated = new URL('../../shared/faces/helen-validation/', import.meta.url);
const portraits = new URL('../../shared/faces/webmorph/', import.meta.url);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A face farther off than this is another person's, %. */
const ANOTHER_FACE = 30;

async function* onAnnotated(rogue: Rogue): AsyncGenerator<Measure> {
  const index = JSON.parse(await readFile(new URL('index.json', annotated), 'utf8')) as {
    file: string;
    landmarks68: number[][];
  }[];
  const inner: number[] = [];
  const all: number[] = [];
  const rawInner: number[] = [];
  const rawAll: number[] = [];
  let lost = 0;
  for (const { file, landmarks68 } of index) {
    const truth = landmarks68.flat();
    const photo = await decodeImage(fileURLToPath(new URL(file, annotated)));
    const heads = await rogue.reconstruct(photo, { texture: 'none' });
    const best = Math.min(...heads.map((head) => nme(head.landmarks68, truth, 17, 68)));
    if (!(best < ANOTHER_FACE)) {
      lost++;
      continue;
    }
    inner.push(best);
    all.push(Math.min(...heads.map((head) => nme(head.landmarks68, truth, 0, 68))));
    const dense = (await rogue.findFaces(photo.image)).map((face) => subset68(face.landmarks.points));
    rawInner.push(Math.min(...dense.map((points) => nme(points, truth, 17, 68))));
    rawAll.push(Math.min(...dense.map((points) => nme(points, truth, 0, 68))));
  }
  yield atMost(
    'fitted head, inner-51 NME',
    mean(inner),
    '%',
    4.5,
    `${inner.length} photos, worst ${Math.max(...inner).toFixed(1)} %`,
  );
  yield { name: 'fitted head, all-68 NME', value: mean(all), unit: '%', ok: true };
  yield { name: 'dense landmarks alone, inner-51 NME', value: mean(rawInner), unit: '%', ok: true };
  yield { name: 'dense landmarks alone, all-68 NME', value: mean(rawAll), unit: '%', ok: true };
  yield atMost('annotated faces lost', lost, 'faces', 0);
}

async function onPortraits(rogue: Rogue): Promise<Measure> {
  const files = (await readdir(portraits)).filter((file) => file.endsWith('.jpg'));
  let heads = 0;
  for (const file of files) {
    const found = await rogue.reconstruct(await decodeImage(fileURLToPath(new URL(file, portraits))), {
      texture: 'none',
    });
    if (found.length > 0) heads++;
  }
  return atLeast(
    'portraits that yield a head',
    (100 * heads) / files.length,
    '%',
    100,
    `${files.length} photos`,
  );
}

/** How well fitted heads follow true landmarks, on validation photos that are not part of the project. */
const fit: Benchmark = {
  name: 'fit',
  async *run() {
    if (!existsSync(annotated) || !existsSync(portraits)) {
      yield {
        name: 'validation photos',
        value: 0,
        unit: 'sets',
        ok: true,
        note: 'skipped: not on this machine',
      };
      return;
    }
    const rogue = await loadRogue();
    yield* onAnnotated(rogue);
    yield await onPortraits(rogue);
    await rogue.release();
  },
};

export default fit;
