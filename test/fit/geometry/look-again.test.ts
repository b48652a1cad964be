import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Photographer, type SyntheticPhoto } from '../../../src/data/synthetic/photographer.js';
import type { LookAgain } from '../../../src/detect/confidence.js';
import { ImagePyramid } from '../../../src/detect/image-pyramid.js';
import { createLookAgain } from '../../../src/fit/geometry/look-again.js';
import { project } from '../../../src/math/camera.js';
import { sphereCentre } from '../../../src/model/evaluate.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { boxOfHead } from '../../../src/network/face-view.js';
import { createHeadPredictor, type HeadPredictor } from '../../../src/network/head-predictor.js';
import { assetFiles, loadModel, loadPeople, readAsset } from '../../../src/node/files/assets.js';
import { nodeRuntime } from '../../../src/runtime/node.js';

let model: MorphableModel;
let predictor: HeadPredictor;
let lookAgain: LookAgain;
const photos: SyntheticPhoto[] = [];
beforeAll(async () => {
  model = await loadModel();
  predictor = await createHeadPredictor(nodeRuntime({ threads: 1 }), await readAsset(assetFiles.regressor));
  lookAgain = createLookAgain(model, predictor);
  const photographer = new Photographer(model, await loadPeople(), 224);
  for (let k = 0; photos.length < 5; k++) {
    const photo = photographer.take(`look again/${k}`);
    if (Math.abs(photo.truth.pose.angles.yaw) < 30) photos.push(photo);
  }
});
afterAll(() => predictor.release());

describe('lookAgain', () => {
  it('moves a misplaced box onto the face, and marks its eyes, nose and mouth', async () => {
    for (const { image, truth } of photos) {
      const { box, roll } = boxOfHead(truth);
      const side = 1.2 * box.width;
      const misplaced = { x: box.x + 0.12 * side, y: box.y - 0.2 * side, width: side, height: side };
      const look = (await lookAgain(new ImagePyramid(image), { box: misplaced, roll: roll + 8 }))!;
      const off = (other: { readonly x: number; readonly y: number; readonly width: number }): number =>
        Math.hypot(
          other.x + other.width / 2 - box.x - box.width / 2,
          other.y - box.y + (other.width - box.width) / 2,
        ) / box.width;
      expect(off(look.box)).toBeLessThan(0.4 * off(misplaced));
      expect(look.moved).toBeGreaterThan(0.05);
      expect(Math.abs(look.roll - roll)).toBeLessThan(5);
      const eyes = model.parts
        .filter(({ turnsAbout }) => turnsAbout === 'sphereCentre')
        .map((part) => sphereCentre(part, truth.vertices));
      const seen = project(eyes.flat(), truth.camera, new Float64Array(4));
      const error = Math.min(
        Math.hypot(seen[0]! - look.keypoints[0]!, seen[1]! - look.keypoints[1]!),
        Math.hypot(seen[2]! - look.keypoints[0]!, seen[3]! - look.keypoints[1]!),
      );
      expect(error / box.width).toBeLessThan(0.06);
    }
  });

  it('leaves the box where nothing is found to go by', async () => {
    const data = new Uint8Array(3 * 64 * 64).fill(120);
    const blank = new ImagePyramid({ width: 64, height: 64, channels: 3, data });
    const box = { x: 20, y: 20, width: 24, height: 24 };
    const look = (await lookAgain(blank, { box, roll: 0 }))!;
    expect(Math.abs(look.box.x + look.box.width / 2 - 32)).toBeLessThan(24);
    expect(Number.isFinite(look.moved)).toBe(true);
  });

  it('gives up what no turn makes a face, and sees one that lies', async () => {
    const data = new Uint8Array(3 * 64 * 64).fill(120);
    const blank = new ImagePyramid({ width: 64, height: 64, channels: 3, data });
    const box = { x: 20, y: 20, width: 24, height: 24 };
    expect(await lookAgain(blank, { box, roll: 0 }, { least: 0.4 })).toBeUndefined();
    const [{ image, truth }] = photos as [SyntheticPhoto];
    const face = boxOfHead(truth);
    const seen = await lookAgain(
      new ImagePyramid(image),
      { ...face, roll: face.roll + 90 },
      { upright: 0, least: 0.4 },
    );
    expect(Math.abs(seen!.roll - face.roll)).toBeLessThan(10);
  });
});
