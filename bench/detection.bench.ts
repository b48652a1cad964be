import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { FoundFace } from '../src/detect/find-faces.js';
import { subset68 } from '../src/detect/mediapipe-to-68.js';
import type { Image } from '../src/math/image.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { nme } from '../src/evaluate/landmark-error.js';
import { annotatedPhotos, type AnnotatedPhoto } from './annotated-photos.js';
import { atLeast, atMost, medianTime } from './benchmark.js';
import type { Benchmark, Measure } from './benchmark.js';

/** Photos with one face each, looked at when they are there. */
const portraits = new URL('../../shared/faces/webmorph/', import.meta.url);

type Find = (image: Image) => Promise<FoundFace[]>;

/**
 * Face detection and dense landmarks: time on a photo of one megapixel; recall and accuracy on annotated
 * photos.
 */
const detection: Benchmark = {
  name: 'detection',
  async *run() {
    const rogue = await loadRogue();
    const find: Find = (image) => rogue.findFaces(image);
    yield await timeOnMegapixel(find);
    if (existsSync(portraits)) yield* countOnPortraits(find);
    const annotated = await annotatedPhotos();
    if (annotated.length > 0) yield* measureOnAnnotated(find, annotated);
    await rogue.release();
  },
};

async function timeOnMegapixel(find: Find): Promise<Measure> {
  const photo = await readFile(new URL('../examples/astronaut.jpg', import.meta.url));
  const { image } = await decodeImage(await sharp(photo).resize(1000, 1000).jpeg().toBuffer());
  return atMost('faces and meshes, 1 megapixel', await medianTime(() => find(image)), 'ms', 90);
}

async function* countOnPortraits(find: Find): AsyncGenerator<Measure> {
  const files = (await readdir(portraits)).filter((file) => file.endsWith('.jpg'));
  let found = 0;
  let others = 0;
  for (const file of files) {
    const faces = await find((await decodeImage(await readFile(new URL(file, portraits)))).image);
    found += Math.min(1, faces.length);
    others += Math.max(0, faces.length - 1);
  }
  yield atLeast('webmorph: faces found', (100 * found) / files.length, '%', 100);
  yield atMost('webmorph: false faces', others, '', 2);
}

async function* measureOnAnnotated(find: Find, photos: readonly AnnotatedPhoto[]): AsyncGenerator<Measure> {
  const errors: { all: number; inner: number }[] = [];
  for (const { path, truth } of photos) {
    const faces = await find((await decodeImage(path)).image);
    const candidates = faces.map((face) => normalisedError(face, truth)).filter(({ inner }) => inner < 0.25);
    errors.push(...candidates.sort((a, b) => a.inner - b.inner).slice(0, 1));
  }
  yield atLeast('helen-validation: annotated faces found', (100 * errors.length) / photos.length, '%', 100);
  const mean = (pick: (error: { all: number; inner: number }) => number): number =>
    (100 * errors.reduce((sum, error) => sum + pick(error), 0)) / errors.length;
  yield atMost(
    'helen-validation: dense landmarks, inner 51',
    mean((error) => error.inner),
    '% NME',
    3.3,
  );
  yield {
    name: 'helen-validation: dense landmarks, all 68',
    value: mean((error) => error.all),
    unit: '% NME',
    ok: true,
  };
}

/** Errors over all 68 points and over the inner 51, as shares of the face's size. */
function normalisedError({ landmarks }: FoundFace, truth: readonly number[]): { all: number; inner: number } {
  const points = subset68(landmarks.points);
  return { all: nme(points, truth, 0, 68) / 100, inner: nme(points, truth, 17, 68) / 100 };
}

export default detection;
