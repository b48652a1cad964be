import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Photographer, type SyntheticPhoto } from '../../../src/data/synthetic/photographer.js';
import { ImagePyramid } from '../../../src/detect/image-pyramid.js';
import { distance, placeOfHead, predictInPlace, type Place } from '../../../src/fit/geometry/face-place.js';
import { boxOfHead } from '../../../src/network/face-view.js';
import { createHeadPredictor, type HeadPredictor } from '../../../src/network/head-predictor.js';
import { assetFiles, loadModel, loadPeople, readAsset } from '../../../src/node/files/assets.js';
import { nodeRuntime } from '../../../src/runtime/node.js';

let predictor: HeadPredictor;
const photos: SyntheticPhoto[] = [];
beforeAll(async () => {
  const model = await loadModel();
  predictor = await createHeadPredictor(nodeRuntime({ threads: 1 }), await readAsset(assetFiles.regressor));
  const photographer = new Photographer(model, await loadPeople(), 224);
  for (let k = 0; photos.length < 4; k++) {
    const photo = photographer.take(`face place/${k}`);
    if (Math.abs(photo.truth.pose.angles.yaw) < 30) photos.push(photo);
  }
});
afterAll(() => predictor.release());

/** Counts what is asked of a predictor. */
function counted(): { readonly asked: Place[]; readonly counting: HeadPredictor } {
  const asked: Place[] = [];
  const counting: HeadPredictor = {
    predict: (photo, box, roll = 0) => {
      asked.push({ box, roll });
      return predictor.predict(photo, box, roll);
    },
    release: () => Promise.resolve(),
  };
  return { asked, counting };
}

describe('predictInPlace', () => {
  it('looks where the head lies, not where the face was found', async () => {
    for (const { image, truth } of photos) {
      const { box, roll } = boxOfHead(truth);
      const found = { ...box, x: box.x + 0.15 * box.width, y: box.y - 0.12 * box.height };
      const { asked, counting } = counted();
      const head = await predictInPlace(counting, new ImagePyramid(image), { box: found, roll });
      expect(asked.length).toBeLessThanOrEqual(3);
      expect(distance(box, placeOfHead(head).box)).toBeLessThan(0.07);
      expect(distance(box, asked.at(-1)!.box)).toBeLessThan(0.5 * distance(box, found));
    }
  });

  it('does not look twice at a place that stands still', async () => {
    const [{ image, truth }] = photos as [SyntheticPhoto];
    const pyramid = new ImagePyramid(image);
    let place: Place = boxOfHead(truth);
    for (let k = 0; k < 6; k++) place = placeOfHead(await predictor.predict(pyramid, place.box, place.roll));
    const { asked, counting } = counted();
    await predictInPlace(counting, pyramid, place);
    expect(asked).toHaveLength(1);
  });

  it('believes the place that was found where the head runs away', async () => {
    const [{ image }] = photos as [SyntheticPhoto];
    const { asked, counting } = counted();
    const runaway: HeadPredictor = {
      ...counting,
      predict: async (photo, box, roll) => {
        const head = await counting.predict(photo, box, roll);
        return { ...head, pose: { ...head.pose, translation: [900, 0, head.pose.translation[2]!] } };
      },
    };
    await predictInPlace(runaway, new ImagePyramid(image), {
      box: { x: 60, y: 60, width: 90, height: 90 },
      roll: 0,
    });
    expect(asked).toHaveLength(1);
  });
});
