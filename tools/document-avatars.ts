/**
 * Draws a sheet of photos and the avatars that come of them, without the photo's light, from the front, three
 * quarters, the side and behind: docs/avatars.jpg.
 *
 *     npx tsx tools/document-avatars.ts <sheet.jpg> <photos or folders…>
 */
import { writeFile } from 'node:fs/promises';
import { sampleCrop } from '../src/detect/crop.js';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import { unlitEyes } from '../src/fit/appearance/unlit-look.js';
import { hairPart } from '../src/fit/pictures/hair-part.js';
import { background, createSheet, paste, portrait, studioLight } from '../src/fit/pictures/sheet.js';
import type { Reconstruction } from '../src/fit/reconstruction.js';
import type { Image } from '../src/math/image.js';
import type { MorphableModel } from '../src/model/morphable-model.js';
import { viewNormalisation, viewOfBox } from '../src/network/face-view.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { encodeJpeg } from '../src/node/files/image-codec.js';
import { picturesBelow } from '../src/node/files/picture-files.js';
import { headParts, partTextures, type PartTextures } from '../src/render/head-parts.js';
import { createSceneTarget, renderScene } from '../src/render/scene.js';
import { createTexture } from '../src/render/texture.js';
import { pictureOfView } from '../src/train/view-picture.js';

const TILE = 256;
const VISIBLE = 350;
/** What of the photo is shown, in sides of the face's box. */
const PHOTO = 2.4;
const YAWS = [0, 40, 90, 180];
const PER_ROW = 2;
const QUALITY = 84;

const [out, ...paths] = process.argv.slice(2);
if (out === undefined || paths.length === 0) {
  console.error('document-avatars: expected the sheet to write, and photos or folders of them');
  process.exit(2);
}
const files = (
  await Promise.all(paths.map((path) => (/\.\w+$/.test(path) ? [path] : picturesBelow(path))))
).flat();
const rogue = await loadRogue();
const shared = partTextures(rogue.model);
const each = 1 + YAWS.length;
const sheet = createSheet(each * files.length, each * PER_ROW, TILE);
for (const [k, file] of files.entries()) {
  const { image } = await decodeImage(file);
  const [head] = await rogue.reconstruct(image, { maxFaces: 1, textureSize: 1024 });
  const tiles = head ? [photoTile(image, head), ...views(rogue.model, shared, head)] : [];
  tiles.forEach((tile, i) => {
    paste(sheet, each * k + i, tile);
  });
  console.log(`${k} ${file}: ${head ? (head.hair?.style ?? 'no hair') : 'no face'}`);
}
await writeFile(out, await encodeJpeg(sheet.image, QUALITY));
await rogue.release();

function photoTile(image: Image, { face }: Reconstruction): Image {
  const data = new Float32Array(3 * TILE * TILE);
  const crop = viewOfBox(face.box, 0, TILE, PHOTO);
  sampleCrop(new ImagePyramid(image), crop, viewNormalisation, data, 0, background[1]);
  return pictureOfView(data, TILE);
}

function views(model: MorphableModel, own: PartTextures, head: Reconstruction): Image[] {
  const textures = new Map(own);
  const skin = head.textures?.albedo ?? head.textures?.model;
  if (skin) textures.set('skin', createTexture(skin));
  for (const [name, look] of unlitEyes(model, head.textures?.parts ?? new Map()))
    textures.set(name, createTexture(look));
  const target = createSceneTarget(TILE, TILE, { supersample: 2 });
  return YAWS.map((yaw) => {
    const { positions, camera } = portrait(head.vertices, { yaw }, TILE, VISIBLE);
    const hair = hairPart(head.hair, { yaw, size: TILE, visible: VISIBLE });
    const parts = [...headParts(model, positions, textures), ...hair];
    const drawn = renderScene(target, { camera, light: studioLight(), parts });
    // The target is drawn on again.
    return { ...drawn, data: drawn.data.slice() };
  });
}
