/**
 * Draws the contact sheet of docs/synthetic.md and measures what its table says.
 *
 *     npx tsx tools/document-synthetic.ts
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { Photographer } from '../src/data/synthetic/photographer.js';
import { createImage } from '../src/math/image.js';
import { projectPoints } from '../src/model/project-landmarks.js';
import { encodeJpeg, loadModel, loadRogue } from '../src/node.js';
import { loadPeople } from '../src/node/files/assets.js';
import { agreement, isEasy, landmarkOffsets } from './synthetic-landmarks.js';

const COUNT = 200;
const COLUMNS = 20;
const TILE = 96;
const SIZE = 224;
const FIRST = 1000;
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const NOWHERE = [0, 0, 0];

const model = await loadModel();
const photographer = new Photographer(model, await loadPeople(), SIZE);
const rogue = await loadRogue();
const sheet = createImage(COLUMNS * TILE, (COUNT / COLUMNS) * TILE, 3);
const errors: number[] = [];
let found = 0;
for (let i = 0; i < COUNT; i++) {
  const { image, truth } = photographer.take(FIRST + i);
  const left = (i % COLUMNS) * TILE;
  const top = Math.floor(i / COLUMNS) * TILE;
  const step = SIZE / TILE;
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      // The mean of the pixels below.
      const x0 = Math.floor(x * step);
      const x1 = Math.ceil((x + 1) * step);
      const y0 = Math.floor(y * step);
      const y1 = Math.ceil((y + 1) * step);
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let sy = y0; sy < y1; sy++)
          for (let sx = x0; sx < x1; sx++) sum += image.data[(sy * SIZE + sx) * 3 + c]!;
        sheet.data[((top + y) * sheet.width + left + x) * 3 + c] = sum / ((x1 - x0) * (y1 - y0));
      }
    }
  }
  const [face] = await rogue.findFaces(image);
  if (face === undefined) continue;
  found++;
  const points = projectPoints(
    model.landmarks.mediapipe!,
    truth.vertices,
    IDENTITY,
    NOWHERE,
    truth.camera,
  ).subarray(0, 2 * 468);
  const xs = points.filter((_, k) => k % 2 === 0);
  const ys = points.filter((_, k) => k % 2 === 1);
  const box = Math.sqrt((Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys)));
  let sum = 0;
  for (let k = 0; k < 468; k++)
    sum += Math.hypot(xs[k]! - face.landmarks.points[k * 3]!, ys[k]! - face.landmarks.points[k * 3 + 1]!);
  errors.push((100 * sum) / 468 / box);
}
const offsets: Float64Array[] = [];
for (let seed = FIRST; offsets.length < COUNT; seed++) {
  const { image, truth } = photographer.take(seed);
  const [face] = isEasy(truth) ? await rogue.findFaces(image) : [];
  if (face !== undefined) offsets.push(landmarkOffsets(model, truth, face));
}
await rogue.release();
const folder = new URL('../docs/synthetic/', import.meta.url);
await mkdir(folder, { recursive: true });
const jpeg = await encodeJpeg(sheet, 70);
await writeFile(new URL('contact-sheet.jpg', folder), jpeg);
errors.sort((a, b) => a - b);
console.log(`docs/synthetic/contact-sheet.jpg: ${(jpeg.length / 1000).toFixed(0)} kB`);
console.log(
  `found ${found} of ${COUNT}; dense landmarks: median ${errors[errors.length >> 1]!.toFixed(2)} %, nine in ten below ${errors[Math.floor(0.9 * errors.length)]!.toFixed(2)} %`,
);
const { inner, all, innerCalibrated, allCalibrated, parts } = agreement(offsets);
console.log(
  `68 landmarks on ${COUNT} easy photos, median: inner 51 ${inner.toFixed(2)} %, all 68 ${all.toFixed(2)} %; without each point's mean offset ${innerCalibrated.toFixed(2)} % and ${allCalibrated.toFixed(2)} %`,
);
console.log(
  `mean offset of the network's points: ${parts.map(({ name, right, down, length }) => `${name} ${length.toFixed(1)} % (${right.toFixed(1)} right, ${down.toFixed(1)} down)`).join(', ')}`,
);
