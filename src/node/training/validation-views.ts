import { sampleCrop } from '../../detect/crop.js';
import { ImagePyramid } from '../../detect/image-pyramid.js';
import { createRandom } from '../../data/random.js';
import { coverPhoto } from '../../data/synthetic/covered.js';
import { Photographer } from '../../data/synthetic/photographer.js';
import { viewOfHead } from '../../train/synthetic-example.js';
import { predictedParts } from '../../fit/appearance/predicted-parts.js';
import { createSheet, paste } from '../../fit/pictures/sheet.js';
import { createImage, type Image } from '../../math/image.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { cropFocal } from '../../network/crop-camera.js';
import { createHeadPredictor, type PredictedHead } from '../../network/head-predictor.js';
import { createIdentityPredictor, type IdentityNetworks } from '../../network/identity/identity-predictor.js';
import { compositeOver } from '../../render/antialias.js';
import { partTextures } from '../../render/head-parts.js';
import { createSceneTarget, renderScene } from '../../render/scene.js';
import type { Runtime } from '../../runtime/session.js';
import { loadHand, loadPeople } from '../files/assets.js';
import { encodePng } from '../files/image-codec.js';

/** Faces on the sheet, side of a tile in pixels, and the seeds' name: no shard has them. */
const COUNT = 8;
const TILE = 160;
const SEED = 'validation views';

/** Draws the same synthetic faces again and again with what a network makes of them. */
export interface ValidationViews {
  /**
   * A PNG: faces above, the heads that the network sees in them below.
   * @param network of `exportRegressor`
   * @param identity gives the heads its albedo
   */
  draw(network: Uint8Array, identity?: IdentityNetworks): Promise<Uint8Array>;
}

/** @throws AssetError */
export async function createValidationViews(
  model: MorphableModel,
  runtime: Runtime,
): Promise<ValidationViews> {
  const photographer = new Photographer(model, await loadPeople(), 192);
  const hand = await loadHand();
  const textures = partTextures(model);
  const faces = Array.from({ length: COUNT }, (_, k) => {
    const photo = photographer.take(`${SEED}/${k}`);
    const image = k % 2 === 0 ? photo.image : coverPhoto(model, hand, photo, `${SEED}/${k}`).image;
    return { image, ...viewOfHead(photo.truth, createRandom(`${SEED}/${k}`)) };
  });
  return {
    async draw(network, identity) {
      const predictor = await createHeadPredictor(runtime, network);
      const recogniser = identity && (await createIdentityPredictor(runtime, model, identity));
      const sheet = createSheet(2 * COUNT, COUNT, TILE);
      const target = createSceneTarget(TILE, TILE, { supersample: 2 });
      try {
        for (const [k, { image, box, roll }] of faces.entries()) {
          const pyramid = new ImagePyramid(image);
          const seen = await predictor.predict(pyramid, box, roll);
          const skin = await recogniser?.recognise(pyramid, seen);
          const head = skin ? { ...seen, albedo: skin.identity } : seen;
          const view = viewImage(pyramid, head);
          paste(sheet, k, view);
          const drawn = renderScene(target, {
            camera: { focal: (cropFocal * TILE) / 2, cx: TILE / 2, cy: TILE / 2 },
            light: head.light,
            parts: predictedParts(model, head, textures),
          });
          compositeOver(drawn, view);
          paste(sheet, COUNT + k, view);
        }
      } finally {
        await Promise.all([predictor.release(), recogniser?.release()]);
      }
      return encodePng(sheet.image);
    },
  };
}

/** What the network saw, enlarged to a tile. */
function viewImage(pyramid: ImagePyramid, { crop }: PredictedHead): Image {
  const planes = new Float32Array(3 * TILE * TILE);
  const image = createImage(TILE, TILE, 3);
  sampleCrop(
    pyramid,
    { ...crop, width: TILE, height: TILE, scale: (crop.scale * crop.width) / TILE },
    { gain: 1, offset: 0 },
    planes,
    0,
    128,
  );
  for (let i = 0; i < TILE * TILE; i++)
    for (let c = 0; c < 3; c++) image.data[3 * i + c] = planes[c * TILE * TILE + i]!;
  return image;
}
