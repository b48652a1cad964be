/**
 * Draws sheets of photos, what is seen in them by the face parser and after it, and the textured heads that
 * come of them: docs/skin.jpg.
 *
 *     npx tsx tools/document-skin.ts <sheet.jpg> <photos or folders…>
 */
import { writeFile } from 'node:fs/promises';
import { cropCamera } from '../src/math/camera.js';
import { sampleCrop, type Crop } from '../src/detect/crop.js';
import type { FoundFace } from '../src/detect/find-faces.js';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import { createFaceRenderer } from '../src/evaluate/render-face.js';
import { withRims } from '../src/fit/eyewear/with-rims.js';
import { withFringe } from '../src/fit/hair/seen-fringe.js';
import { parsingPicture } from '../src/fit/pictures/parsing-picture.js';
import { createSheet, paste } from '../src/fit/pictures/sheet.js';
import type { Reconstruction } from '../src/fit/reconstruction.js';
import type { Image } from '../src/math/image.js';
import { viewNormalisation } from '../src/network/face-view.js';
import { createFaceParser, parserCrop, type FaceParser } from '../src/network/parsing/face-parser.js';
import { decodeImage, loadRogue, nodeRuntime } from '../src/node.js';
import { assetFiles, readAsset } from '../src/node/files/assets.js';
import { encodeJpeg } from '../src/node/files/image-codec.js';
import { picturesBelow } from '../src/node/files/picture-files.js';
import { pictureOfView } from '../src/train/view-picture.js';

/** Side of a tile, pixels; as the renderer draws. */
const TILE = 224;
/** Photo, parsing, the head as in the photo, the head from the front; so many faces in a row. */
const PER_FACE = 4;
const PER_ROW = 3;
const BACKGROUND = 226;
const QUALITY = 82;

const [out, ...paths] = process.argv.slice(2);
if (out === undefined || paths.length === 0) {
  console.error('document-skin: expected the sheet to write, and photos or folders of them');
  process.exit(2);
}
const files = (
  await Promise.all(paths.map((path) => (/\.\w+$/.test(path) ? [path] : picturesBelow(path))))
).flat();
const rogue = await loadRogue();
const parser = await createFaceParser(nodeRuntime({ threads: 1 }), await readAsset(assetFiles.parser));
const draw = createFaceRenderer(rogue.model, 'photo');
const sheet = createSheet(PER_FACE * files.length, PER_FACE * PER_ROW, TILE);
for (const [k, file] of files.entries()) {
  const { image } = await decodeImage(file);
  const [head] = await rogue.reconstruct(image, { maxFaces: 1 });
  const [face] = await rogue.findFaces(image, { maxFaces: 1 });
  const tiles = head && face ? await tilesOf(parser, image, head, face) : [];
  tiles.forEach((tile, i) => {
    paste(sheet, PER_FACE * k + i, tile);
  });
  console.log(`${k} ${file}: ${head ? head.warnings.join(' ') : 'no face'}`);
}
await writeFile(out, await encodeJpeg(sheet.image, QUALITY));
await Promise.all([rogue.release(), parser.release()]);

async function tilesOf(
  faceParser: FaceParser,
  image: Image,
  head: Reconstruction,
  { landmarks }: FoundFace,
): Promise<Image[]> {
  const pyramid = new ImagePyramid(image);
  const said = await faceParser.parse(pyramid, head.face.box, 0);
  const parsing = withRims(withFringe(said, pyramid), pyramid, landmarks.points);
  const crop = view(pyramid, parserCrop(head.face.box, 0, TILE));
  // Hair would hide what the scalp and the forehead are like.
  const bare = { ...head, hair: undefined };
  return [crop, parsingPicture(crop, parsing), draw(bare).image, draw(facing(bare)).image];
}

function view(pyramid: ImagePyramid, crop: Crop): Image {
  const data = new Float32Array(3 * TILE * TILE);
  sampleCrop(pyramid, crop, viewNormalisation, data, 0, BACKGROUND);
  return pictureOfView(data, TILE);
}

/** The same head, looking at the camera. */
function facing(head: Reconstruction): Reconstruction {
  const camera = cropCamera({ focal: 1200, cx: 0, cy: 0 }, -150, -150, 1);
  return {
    ...head,
    camera,
    pose: {
      rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      translation: Float64Array.of(0, 20, -1200),
    },
    face: { ...head.face, box: { x: 74, y: 98, width: 152, height: 152 } },
  };
}
