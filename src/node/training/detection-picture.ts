import { createRandom } from '../../data/random.js';
import { Photographer } from '../../data/synthetic/photographer.js';
import { retrainedFile } from '../../train/retrained-file.js';
import { createFaceDetector } from '../../detect/face-detector.js';
import { createSheet, drawBox, paste } from '../../fit/pictures/sheet.js';
import type { Image } from '../../math/image.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { nodeRuntime } from '../../runtime/node.js';
import { detectionSide } from '../../train/detection-targets.js';
import { detectionView } from '../../train/detection-view.js';
import { pictureOfView } from '../../train/view-picture.js';
import { labelOfSample } from '../../train/labelled-faces.js';
import { headVertices } from '../../data/synthetic/covered.js';
import { loadPeople } from '../files/assets.js';
import { encodePng } from '../files/image-codec.js';
import type { StagePicture } from './stage-run.js';

const ROWS = 3;
const COLUMNS = 8;
const SEED = 'validation of detection';

/** Views of synthetic heads that the training does not see, with the faces that a detector finds. */
export async function detectionPicture(model: MorphableModel, network: Uint8Array): Promise<StagePicture> {
  const photographer = new Photographer(model, await loadPeople(), 224, 'around');
  const views: Image[] = [];
  for (let k = 0; k < ROWS * COLUMNS; k++) {
    const { image, truth } = photographer.take(`${SEED}/${k}`);
    const labels = labelOfSample(model, { truth, vertices: headVertices(truth) });
    const view = await detectionView({ photo: image, faces: labels }, createRandom(`${SEED}/${k}`));
    views.push(pictureOfView(view.image, detectionSide));
  }
  return async (parameters) => {
    const detector = await createFaceDetector(
      nodeRuntime({ threads: 1 }),
      retrainedFile(network, parameters, ''),
    );
    const sheet = createSheet(ROWS * COLUMNS, COLUMNS, detectionSide);
    try {
      for (const [k, view] of views.entries()) {
        const image = { ...view, data: view.data.slice() };
        for (const { box, score } of await detector.detect(view, { minFace: 12 })) drawBox(image, box, score);
        paste(sheet, k, image);
      }
    } finally {
      await detector.release();
    }
    return {
      png: await encodePng(sheet.image),
      caption: 'Views of synthetic heads that the training does not see, and what is taken for a face.',
    };
  };
}
