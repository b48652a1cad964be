/**
 * Draws the pictures of docs/head-model.md from the head model that ships.
 *
 *     npx tsx tools/document-head-model.ts
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { drawPreview, type PreviewSection } from '../src/fit/pictures/preview.js';
import { loadModel } from '../src/node/files/assets.js';
import { encodeJpeg } from '../src/node/files/image-codec.js';
import { labelledSheet } from '../src/node/evaluation/labelled-sheet.js';

const folder = new URL('../docs/head-model/', import.meta.url);
/** Pictures in a repository stay small. */
const largestBytes = 150_000;

async function write(name: string, section: PreviewSection, columns: number): Promise<void> {
  const sheet = await labelledSheet([section], [columns], false);
  for (let quality = 88; ; quality -= 6) {
    const jpeg = await encodeJpeg(sheet, quality);
    if (jpeg.length > largestBytes && quality > 40) continue;
    await writeFile(new URL(name, folder), jpeg);
    console.log(`docs/head-model/${name}: ${(jpeg.length / 1000).toFixed(0)} kB, quality ${quality}`);
    return;
  }
}

const model = await loadModel();
const [mean, shape, , skins] = drawPreview(model);
const expressions = drawPreview(model, { tileSize: 170, shapeModes: 0, albedoModes: 0 }).find(({ title }) =>
  title.startsWith('Expressions'),
);
if (!mean || !shape || !expressions || !skins)
  throw new Error(
    'document-head-model: the model lacks a section; rebuild it with "npm run build-head-model".',
  );
await mkdir(folder, { recursive: true });
await write('mean.jpg', mean, 6);
await write('shape-modes.jpg', shape, 7);
await write('expressions.jpg', expressions, 7);
await write('skins.jpg', skins, 6);
