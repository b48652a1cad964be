/**
 * Draws the contact sheet of docs/detection.md: photos of a folder that are covered as in the benchmark
 * `found` and whose faces are then lost. The clean photo's landmarks stand for the truth.
 *
 *     npx tsx tools/document-detection.ts <folder of photos> [count] [sheet]
 */
import { writeFile } from 'node:fs/promises';
import { sampleCrop } from '../src/detect/crop.js';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import { landmarkBox, nme } from '../src/evaluate/landmark-error.js';
import { lostBeyond, plainCover, plainCovers } from '../src/evaluate/plain-covers.js';
import { createSheet, paste } from '../src/fit/pictures/sheet.js';
import type { Image } from '../src/math/image.js';
import { viewNormalisation } from '../src/network/face-view.js';
import { decodeImage, encodeJpeg, loadRogue } from '../src/node.js';
import { picturesBelow } from '../src/node/files/picture-files.js';
import { pictureOfView } from '../src/train/view-picture.js';

const TILE = 128;
const COLUMNS = 10;
/** Sides of the landmarks' box that a tile shows. */
const SHOWN = 2;
const LARGEST_SIDE = 900;

const [folder, count = '200', file = 'docs/lost-faces.jpg'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('document-detection: expected a folder of photos');
  process.exit(2);
}
const all = await picturesBelow(folder);
const step = Math.max(1, Math.floor(all.length / Number(count)));
const paths = all.filter((_, k) => k % step === 0).slice(0, Number(count));
const rogue = await loadRogue();
const tiles: Image[] = [];
for (const cover of plainCovers) {
  let lost = 0;
  let seen = 0;
  for (const path of paths) {
    const { image } = await decodeImage(path, { maxSide: LARGEST_SIDE });
    const [clean] = await rogue.reconstruct(image, { texture: 'none' });
    if (!clean) continue;
    seen++;
    const covered = plainCover(image, clean.landmarks68, cover, path.slice(folder.length));
    const heads = await rogue.reconstruct(covered, { texture: 'none' });
    const nearest = Math.min(...heads.map((head) => nme(head.landmarks68, clean.landmarks68, 17, 68)));
    if (nearest < lostBeyond) continue;
    lost++;
    tiles.push(tileOf(covered, clean.landmarks68));
  }
  console.log(`${cover}: ${lost} of ${seen} lost`);
}
await rogue.release();
if (tiles.length > 0) {
  const sheet = createSheet(tiles.length, COLUMNS, TILE);
  tiles.forEach((tile, k) => {
    paste(sheet, k, tile);
  });
  await writeFile(file, await encodeJpeg(sheet.image, 88));
}

function tileOf(image: Image, landmarks: ArrayLike<number>): Image {
  const { left, top, right, bottom } = landmarkBox(landmarks);
  const view = new Float32Array(3 * TILE * TILE);
  const crop = {
    centreX: (left + right) / 2,
    centreY: (top + bottom) / 2,
    scale: (SHOWN * Math.max(right - left, bottom - top)) / TILE,
    roll: 0,
    width: TILE,
    height: TILE,
  };
  sampleCrop(new ImagePyramid(image), crop, viewNormalisation, view, 0, 226);
  return pictureOfView(view, TILE);
}
