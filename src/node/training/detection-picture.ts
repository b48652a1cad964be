import { createRandom } from '../../data/random.js';
import { Photographer } from '../../data/synthetic/photographer.js';
import { detectorFile } from '../../train/detector-network.js';
import { createFaceDetector } from '../../detect/face-detector.js';
import { createSheet, paste } from '../../fit/pictures/sheet.js';
import type { Image } from '../../math/image.js';
import { viewNormalisation } from '../../network/face-view.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { nodeRuntime } from '../../runtime/node.js';
import { detectionSide } from '../../train/detection-targets.js';
import { detectionView } from '../../train/detection-view.js';
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
    views.push(imageOf((await detectionView(image, labels, createRandom(`${SEED}/${k}`))).image));
  }
  return async (parameters) => {
    const detector = await createFaceDetector(
      nodeRuntime({ threads: 1 }),
      detectorFile(network, parameters, ''),
    );
    const sheet = createSheet(ROWS * COLUMNS, COLUMNS, detectionSide);
    try {
      for (const [k, view] of views.entries()) {
        const image = { ...view, data: view.data.slice() };
        for (const { box, score } of await detector.detect(view, { minFace: 12 })) frame(image, box, score);
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

/** Draws a box, the greener the surer. */
function frame(
  { width, height, data }: Image,
  { x, y, width: side }: { readonly x: number; readonly y: number; readonly width: number },
  score: number,
): void {
  const dot = (u: number, v: number): void => {
    const column = Math.round(u);
    const row = Math.round(v);
    if (column < 0 || row < 0 || column >= width || row >= height) return;
    data.set([255 * (1 - score), 255 * score, 40], 3 * (row * width + column));
  };
  for (let i = 0; i <= side; i++) {
    dot(x + i, y);
    dot(x + i, y + side);
    dot(x, y + i);
    dot(x + side, y + i);
  }
}

function imageOf(view: Float32Array): Image {
  const plane = detectionSide ** 2;
  const data = new Uint8Array(3 * plane);
  const { gain, offset } = viewNormalisation;
  for (let i = 0; i < plane; i++)
    for (let c = 0; c < 3; c++) data[3 * i + c] = (view[c * plane + i]! - offset) / gain + 0.5;
  return { width: detectionSide, height: detectionSide, channels: 3, data };
}
