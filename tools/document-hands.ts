/**
 * Draws the contact sheet of docs/occlusion.md: every gesture on the example photo, then things that are
 * held.
 *
 *     npx tsx tools/document-hands.ts
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { occludedFaceOf } from '../src/data/occlusion/occluded-face.js';
import { hands } from '../src/data/occlusion/objects/hands.js';
import { reachocc } from '../src/data/occlusion/reachocc.js';
import type { Image } from '../src/math/image.js';
import { decodeImage, encodeJpeg, loadRogue } from '../src/node.js';
import { loadHand } from '../src/node/files/assets.js';
import { labelledSheet } from '../src/node/evaluation/labelled-sheet.js';

const TILE = 224;
const COLUMNS = 5;
const QUALITY = 68;
const SEED = 'sheet';
/**
 * Side of the square around the face that is shown, in widths of its box, and its middle in heights of the
 * box.
 */
const MARGIN = 1.9;
const MIDDLE = 0.6;
const HELD = ['phone', 'book', 'cup', 'microphone'];

const photo = await decodeImage(fileURLToPath(new URL('../examples/astronaut.jpg', import.meta.url)));
const rogue = await loadRogue();
const [fitted] = await rogue.reconstruct(photo, { texture: 'none', maxFaces: 1 });
if (!fitted) throw new Error('document-hands: no face found in examples/astronaut.jpg; restore the file.');
const face = occludedFaceOf(rogue.model, fitted);
const hand = await loadHand();
const { box } = fitted.face;
await rogue.release();

async function tile({ data, width, height }: Image): Promise<Image> {
  const side = Math.round(Math.min(width, height, MARGIN * Math.max(box.width, box.height)));
  const within = (at: number, size: number) => Math.round(Math.min(size - side, Math.max(0, at - side / 2)));
  const pixels = await sharp(data, { raw: { width, height, channels: 3 } })
    .extract({
      left: within(box.x + box.width / 2, width),
      top: within(box.y + MIDDLE * box.height, height),
      width: side,
      height: side,
    })
    .resize(TILE, TILE)
    .ensureAlpha()
    .raw()
    .toBuffer();
  return { width: TILE, height: TILE, channels: 4, data: pixels };
}

const tiles = [];
for (const name of [...hands.map((gesture) => gesture.name), ...HELD]) {
  const { range } = hands.find((gesture) => gesture.name === name) ?? { range: [0.25, 0.25] };
  const { image } = reachocc(photo.image, face, hand, SEED, {
    occluder: name,
    coverage: 0.35 * range[0]! + 0.65 * range[1]!,
  });
  tiles.push({ label: name, image: await tile(image) });
}
const jpeg = await encodeJpeg(await labelledSheet([{ title: '', tiles }], [COLUMNS], false), QUALITY);
const folder = new URL('../docs/occlusion/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL('hands.jpg', folder), jpeg);
console.log(`docs/occlusion/hands.jpg: ${(jpeg.length / 1000).toFixed(0)} kB`);
