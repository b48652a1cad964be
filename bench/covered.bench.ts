import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { greyBoxKinds, greyBoxOf } from '../src/data/occlusion/grey-boxes.js';
import { createRandom } from '../src/data/random.js';
import { subset68 } from '../src/detect/mediapipe-to-68.js';
import type { Image } from '../src/math/image.js';
import { decodeImage, loadRogue, type Rogue } from '../src/node.js';
import { atMost, type Benchmark } from './benchmark.js';
import { landmarkBox, nme } from './landmark-error.js';

/** Photos for validation with 68 true landmarks in `index.json`, looked at when they are there. */
const annotated = new URL('../../shared/faces/helen-validation/', import.meta.url);
/** Goals of the design for the refined head. */
const goals: Readonly<Record<string, number>> = { clean: 3.4, half: 4.8, 'lower face': 4, 'eye band': 4.2, 'random box': 5.5, noise: 3.5 };
const methods = ['landmarks', 'network', 'refine'] as const;
const NOISE = 25, ANOTHER_FACE = 30;

/** A photo as it is, with one of the grey boxes over the rectangle of the true landmarks, or with noise. */
function corrupted(image: Image, kind: string, truth: readonly number[], seed: string): Image {
  const copy: Image = { ...image, data: Uint8Array.from(image.data) }, { data, width, height } = copy;
  if (kind === 'noise') {
    const numbers = new Float32Array(data.length);
    createRandom(seed).fillNormal(numbers);
    for (let i = 0; i < data.length; i++) data[i] = Math.max(0, Math.min(255, Math.round(data[i]! + NOISE * numbers[i]!)));
  } else if (kind !== 'clean') {
    const { left, top, right, bottom } = landmarkBox(truth), face = { x: Math.floor(left), y: Math.floor(top), width: Math.ceil(right - left), height: Math.ceil(bottom - top) };
    const box = greyBoxOf(face, kind as (typeof greyBoxKinds)[number], seed), from = Math.max(0, box.x), to = Math.min(width, box.x + box.width);
    for (let y = Math.max(0, box.y); y < Math.min(height, box.y + box.height); y++) data.fill(128, 3 * (y * width + from), 3 * (y * width + Math.max(from, to)));
  }
  return copy;
}

/** Errors of all methods on one photo under all conditions; the face's place is that of the clean photo. */
async function photoErrors(rogue: Rogue, file: string, truth: readonly number[], add: (kind: string, method: string, error: number) => void): Promise<boolean> {
  const { image } = await decodeImage(fileURLToPath(new URL(file, annotated)));
  const error = (points: ArrayLike<number>): number => nme(points, truth, 17, 68);
  const [face] = (await rogue.findFaces(image)).sort((a, b) => error(subset68(a.landmarks.points)) - error(subset68(b.landmarks.points)));
  if (!face || error(subset68(face.landmarks.points)) > ANOTHER_FACE) return false;
  const boxes = [{ ...face.box, roll: face.roll }];
  for (const kind of Object.keys(goals)) {
    const photo = corrupted(image, kind, truth, file), [dense] = await rogue.findFaces(photo, { boxes });
    add(kind, 'dense landmark network', error(subset68(dense!.landmarks.points)));
    for (const method of methods) {
      const [head] = await rogue.reconstruct(photo, { boxes, method, texture: 'none' });
      add(kind, method, error(head!.landmarks68));
    }
  }
  return true;
}

/** How landmarks of heads hold under covers and noise, on validation photos that are not part of the project: inner-51 NME. */
const covered: Benchmark = {
  name: 'covered',
  async *run() {
    if (!existsSync(annotated)) {
      yield { name: 'validation photos', value: 0, unit: 'sets', ok: true, note: 'skipped: not on this machine' };
      return;
    }
    const index = JSON.parse(await readFile(new URL('index.json', annotated), 'utf8')) as { file: string; landmarks68: number[][] }[];
    const count = Number(process.env['ROGUE_BENCH_PHOTOS'] ?? index.length), rogue = await loadRogue(), sums = new Map<string, number>();
    let photos = 0;
    for (const { file, landmarks68 } of index.slice(0, count)) {
      const found = await photoErrors(rogue, file, landmarks68.flat(), (kind, method, error) => sums.set(`${kind}: ${method}`, (sums.get(`${kind}: ${method}`) ?? 0) + error));
      if (found) photos++;
    }
    await rogue.release();
    for (const [name, sum] of sums) {
      const [kind, method] = name.split(': ') as [string, string], value = sum / photos;
      yield method === 'refine' ? atMost(name, value, '%', goals[kind]!, `${photos} photos`) : { name, value, unit: '%', ok: true };
    }
  },
};

export default covered;
