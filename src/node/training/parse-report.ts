import { createRandom } from '../../data/random.js';
import { coverPhoto } from '../../data/synthetic/covered.js';
import { Photographer } from '../../data/synthetic/photographer.js';
import { parsingPicture } from '../../fit/pictures/parsing-picture.js';
import { createSheet, paste } from '../../fit/pictures/sheet.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { exportParser } from '../../network/parsing/export-parser.js';
import { boxOfHead } from '../../network/face-view.js';
import { parserConfig } from '../../network/parsing/parser.js';
import { parserStride } from '../../network/parsing/parser-view.js';
import { floatOutput } from '../../runtime/session.js';
import { nodeRuntime } from '../../runtime/node.js';
import { parseView } from '../../train/parse-view.js';
import { pictureOfView } from '../../train/view-picture.js';
import { loadHand, loadPeople } from '../files/assets.js';
import { encodePng } from '../files/image-codec.js';
import { runConstants } from './run-constants.js';
import type { StagePicture } from './stage-run.js';

const PHOTOS = 12;
const COLUMNS = 6;
const SEED = 'validation of the parser';

/** Covered synthetic faces that the training does not see, and what a parser says of their pixels. */
export async function parsePictureOf(model: MorphableModel): Promise<StagePicture> {
  const photographer = new Photographer(model, await loadPeople(), 256);
  const hand = await loadHand();
  const { size } = parserConfig;
  const views: Float32Array[] = [];
  for (let k = 0; k < PHOTOS; k++) {
    const photo = photographer.take(`${SEED}/${k}`);
    const covered = k % 2 === 0 ? undefined : coverPhoto(model, hand, photo, `${SEED}/${k}`);
    const { image } = await parseView(
      {
        photo: photo.image,
        covered: covered && { photo: covered.image, mask: covered.mask },
        labels: undefined,
        worn: undefined,
        ...boxOfHead(photo.truth),
        landmarks: new Float32Array(136),
      },
      createRandom(`${SEED}/${k}`),
      { size, covered: 0, noise: 20 },
    );
    views.push(image);
  }
  return async (parameters) => {
    const one = nodeRuntime({ threads: 1 });
    const session = await one.createSession(
      await exportParser(parserConfig, parameters, { name: 'parser', run: runConstants(one) }),
    );
    const rows = Math.ceil(PHOTOS / COLUMNS);
    const sheet = createSheet(2 * rows * COLUMNS, COLUMNS, size);
    try {
      for (const [k, data] of views.entries()) {
        const outputs = await session.run({ image: { dims: [1, 3, size, size], data } });
        const crop = pictureOfView(data, size);
        const tile = 2 * COLUMNS * Math.floor(k / COLUMNS) + (k % COLUMNS);
        paste(sheet, tile, crop);
        const classes = floatOutput(outputs, 'classes');
        paste(sheet, tile + COLUMNS, parsingPicture(crop, { size: size / parserStride, classes }));
      }
    } finally {
      await session.release();
    }
    return {
      png: await encodePng(sheet.image),
      caption:
        'Synthetic photos that the training does not see, and what the network says: hair orange, covers magenta, background blue.',
    };
  };
}
