import { createRandom } from '../../data/random.js';
import { Photographer } from '../../data/synthetic/photographer.js';
import { headVertices } from '../../data/synthetic/covered.js';
import { createSheet, drawBox, paste } from '../../fit/pictures/sheet.js';
import type { Image } from '../../math/image.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { modelSizes } from '../../network/code.js';
import { exportRegressor } from '../../network/export-regressor.js';
import { createHeadPredictor } from '../../network/head-predictor.js';
import { regressors, type RegressorName } from '../../network/regressor.js';
import { nodeRuntime } from '../../runtime/node.js';
import { judgePicture, judgeViews } from '../../train/judge-view.js';
import { labelOfSample } from '../../train/labelled-faces.js';
import { pictureOfView } from '../../train/view-picture.js';
import { loadPeople } from '../files/assets.js';
import { encodePng } from '../files/image-codec.js';
import { runConstants } from './run-constants.js';
import type { StagePicture } from './stage-run.js';
import { viewPerBox } from '../../network/face-view.js';

const PHOTOS = 6;
const VIEWS = 8;
const SEED = 'validation of the judge';

/** Crops of synthetic photos that the training does not see, and what a judge says of them. */
export async function judgePictureOf(
  model: MorphableModel,
  name: RegressorName,
  regressor: Readonly<Record<string, Float32Array>>,
): Promise<StagePicture> {
  const network = regressors[name];
  const photographer = new Photographer(model, await loadPeople(), 224, 'around');
  const crops: Image[] = [];
  for (let k = 0; k < PHOTOS; k++) {
    const { image, truth } = photographer.take(`${SEED}/${k}`);
    const random = createRandom(`${SEED}/${k}`);
    const picture = { ...image, data: Uint8Array.from(image.data) };
    const faces = labelOfSample(model, { truth, vertices: headVertices(truth) });
    const left = judgePicture(picture, faces, random, { covered: 0.7 });
    for (const view of judgeViews(picture, left, [], random, {
      size: network.size,
      views: VIEWS,
      covered: 0,
      noise: 30,
    }))
      crops.push(pictureOfView(view.image, network.size));
  }
  return async (parameters) => {
    const predictor = await createHeadPredictor(
      nodeRuntime({ threads: 1 }),
      await exportRegressor(
        network,
        modelSizes(model),
        { ...regressor, ...parameters },
        {
          name: 'judged',
          run: runConstants(nodeRuntime({ threads: 1 })),
        },
      ),
    );
    const sheet = createSheet(crops.length, VIEWS, network.size);
    // The box whose crop is the whole picture.
    const side = network.size / viewPerBox;
    const margin = (network.size - side) / 2;
    const whole = { x: margin, y: margin, width: side, height: side };
    try {
      for (const [k, crop] of crops.entries()) {
        const { judged } = await predictor.predict(crop, whole);
        const drawn = { ...crop, data: Uint8Array.from(crop.data) };
        if (judged) drawBox(drawn, judged.box, judged.face);
        paste(sheet, k, drawn);
      }
    } finally {
      await predictor.release();
    }
    return {
      png: await encodePng(sheet.image),
      caption:
        'Crops of synthetic photos that the training does not see; the box where a face is said to be, the greener the surer.',
    };
  };
}
