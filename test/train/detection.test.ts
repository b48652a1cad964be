import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { coverFaceFlat } from '../../src/data/occlusion/face-covers.js';
import { createRandom } from '../../src/data/random.js';
import { headVertices } from '../../src/data/synthetic/covered.js';
import { Photographer, type SyntheticPhoto } from '../../src/data/synthetic/photographer.js';
import { anchorCentres } from '../../src/detect/anchors.js';
import { decodeDetections, poseOf, rollOf, valuesPerAnchor } from '../../src/detect/detection.js';
import { createImage } from '../../src/math/image.js';
import { rotationFromEuler } from '../../src/math/rotation.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel, loadPeople } from '../../src/node/files/assets.js';
import {
  anchorCount,
  anchorTargets,
  detectionBatch,
  detectionSide,
} from '../../src/train/detection-targets.js';
import { detectionView, mixViews } from '../../src/train/detection-view.js';
import { directionsOf } from '../../src/network/face-view.js';
import { decodeLabels, encodeLabels, labelOfSample } from '../../src/train/labelled-faces.js';
import type { LabelledFace } from '../../src/train/labelled-faces.js';

const anchors = anchorCentres(detectionSide, detectionSide);

function faceAt(centreX: number, centreY: number, size: number, yaw = 0, roll = 0): LabelledFace {
  const directions = directionsOf(rotationFromEuler({ yaw, pitch: 0, roll }));
  const keypoints = new Float32Array(12).map((_, k) => (k % 2 === 0 ? centreX : centreY));
  return { centreX, centreY, size, keypoints, ...directions, doubtful: false };
}

describe('directionsOf', () => {
  const angles = fc.integer({ min: -170, max: 170 });

  it('tells the yaw of an upright head, and the roll of one that looks at the camera', () => {
    fc.assert(
      fc.property(angles, angles, (yaw, roll) => {
        const turned = { directions: directionsOf(rotationFromEuler({ yaw, pitch: 0, roll: 0 })) };
        expect(poseOf(turned.directions).yaw).toBeCloseTo(yaw, 6);
        const rolled = directionsOf(rotationFromEuler({ yaw: 0, pitch: 0, roll }));
        const [x, y] = rolled.up;
        expect((Math.atan2(-x, -y) * 180) / Math.PI).toBeCloseTo(roll, 6);
      }),
    );
  });

  it('takes the crown for upright in profile, as eyes that hide each other have no line', () => {
    const directions = directionsOf(rotationFromEuler({ yaw: 90, pitch: 0, roll: 0 }));
    const keypoints = Float32Array.of(10, 10, 10.1, 14, 0, 0, 0, 0, 0, 0, 0, 0);
    expect(rollOf({ keypoints, directions })).toBeCloseTo(0, 6);
    expect(poseOf(directions).yaw).toBeCloseTo(90, 6);
  });

  it('calls a face that looks down one of positive pitch', () => {
    const directions = directionsOf(rotationFromEuler({ yaw: 0, pitch: 20, roll: 0 }));
    expect(poseOf(directions).pitch).toBeCloseTo(20, 6);
  });
});

describe('anchorTargets', () => {
  const place = fc.double({ min: 20, max: detectionSide - 20, noNaN: true });
  const size = fc.double({ min: 12, max: 180, noNaN: true });

  it('makes at least one anchor sure of a face, wherever it lies', () => {
    fc.assert(
      fc.property(place, place, size, (x, y, side) => {
        const { score } = anchorTargets({ faces: [faceAt(x, y, side)] });
        expect(Math.max(...score)).toBeCloseTo(0.95, 5);
      }),
    );
  });

  it('gives values from which the detector reads the face', () => {
    fc.assert(
      fc.property(place, place, size, (x, y, side) => {
        const { score, values } = anchorTargets({ faces: [faceAt(x, y, side, 70)] });
        const logits = score.map((s) => Math.log(s / (1 - s)));
        const found = decodeDetections(logits, values, anchors, 0.5);
        expect(found.length).toBeGreaterThan(0);
        for (const face of found) {
          expect(face.centreX).toBeCloseTo(x, 3);
          expect(face.centreY).toBeCloseTo(y, 3);
          expect(face.width).toBeCloseTo(side, 3);
          expect(poseOf(face.directions!).yaw).toBeCloseTo(70, 3);
        }
      }),
    );
  });

  it('teaches nothing around a doubtful face, and that everything else is none', () => {
    const { score, weight } = anchorTargets({ faces: [{ ...faceAt(96, 96, 60), doubtful: true }] });
    expect(Math.max(...score)).toBe(0);
    expect(weight.some((value) => value === 0)).toBe(true);
    expect(weight[0]).toBe(1);
  });
});

describe('labels', () => {
  it('are read back', () => {
    const face = faceAt(30, 40, 20, 30, 10);
    const [read] = decodeLabels(encodeLabels([face]));
    expect(read!.centreX).toBe(30);
    expect(read!.forward[0]).toBeCloseTo(face.forward[0], 3);
  });

  it('are refused in one line when damaged', () => {
    expect(() => decodeLabels(new TextEncoder().encode('{}'))).toThrow('faces.json is damaged');
  });
});

/** Whether a pixel of a picture 100 wide lies at the soft edge of what is hidden. */
function isNearHidden(hidden: readonly boolean[], pixel: number): boolean {
  const around = [-3, -2, -1, 0, 1, 2, 3];
  return around.some((dy) => around.some((dx) => hidden[pixel + 100 * dy + dx]));
}

describe('coverFaceFlat', () => {
  const frame = {
    centreX: 50,
    centreY: 50,
    size: 60,
    up: [0, -1],
    apart: [34, 0],
    eyes: [50, 38],
    mouth: [50, 68],
  } as const;

  it('changes pixels where it says that something is covered, and tells no more than the whole', () => {
    for (let k = 0; k < 60; k++) {
      const image = createImage(100, 100, 3);
      for (let i = 0; i < image.data.length; i++) image.data[i] = (i * 37) % 251;
      const before = image.data.slice();
      const { share, hides } = coverFaceFlat(image, frame, createRandom(`cover ${k}`));
      const changed = image.data.filter((value, i) => value !== before[i]).length;
      const hidden = Array.from({ length: 100 * 100 }, (_, i) =>
        hides((i % 100) + 0.5, Math.floor(i / 100) + 0.5),
      );
      const untouched = image.data.every(
        (value, i) =>
          value === before[i] || hidden[Math.floor(i / 3)] || isNearHidden(hidden, Math.floor(i / 3)),
      );
      expect(untouched).toBe(true);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
      if (share > 0.3) expect(changed).toBeGreaterThan(0);
    }
  });
});

describe('detectionView', () => {
  let model: MorphableModel;
  let photo: SyntheticPhoto;
  let labels: LabelledFace[];
  beforeAll(async () => {
    model = await loadModel();
    const photographer = new Photographer(model, await loadPeople(), 160, 'around');
    for (let k = 0; ; k++) {
      photo = photographer.take(`detection view/${k}`);
      if (Math.abs(photo.truth.pose.angles.yaw) < 60) break;
    }
    labels = labelOfSample(model, { truth: photo.truth, vertices: headVertices(photo.truth) });
  });

  it('shows nothing of a head from behind', () => {
    const pose = { ...photo.truth.pose, rotation: rotationFromEuler({ yaw: 180, pitch: 0, roll: 0 }) };
    const vertices = headVertices(photo.truth);
    expect(labelOfSample(model, { truth: { ...photo.truth, pose }, vertices })).toEqual([]);
  });

  it('is the same for the same seed, within −1…1', async () => {
    const view = (seed: string) => detectionView({ photo: photo.image, faces: labels }, createRandom(seed));
    expect(await view('1')).toEqual(await view('1'));
    expect(await view('1')).not.toEqual(await view('2'));
    expect((await view('3')).image.every((value) => value >= -1 && value <= 1)).toBe(true);
  });

  it('keeps eyes above mouths along the crown, however it is turned and mirrored', async () => {
    for (let k = 0; k < 40; k++) {
      const { faces } = await detectionView({ photo: photo.image, faces: labels }, createRandom(`${k}`));
      for (const { keypoints: p, up, size } of faces) {
        const dx = (p[0]! + p[2]!) / 2 - p[6]!;
        const dy = (p[1]! + p[3]!) / 2 - p[7]!;
        expect((dx * up[0] + dy * up[1]) / size).toBeGreaterThan(0.25);
        // The subject's right eye lies to the left of an upright face.
        const right = (p[2]! - p[0]!) * -up[1] + (p[3]! - p[1]!) * up[0];
        expect(right).toBeGreaterThan(0);
      }
    }
  });

  it('mixes with another so that what is cut away is no face any more', () => {
    const blank = { image: new Float32Array(3 * detectionSide ** 2), faces: [] };
    for (let k = 0; k < 40; k++) {
      const view = { image: new Float32Array(3 * detectionSide ** 2).fill(1), faces: [faceAt(96, 96, 60)] };
      const mixed = mixViews(view, blank, createRandom(`${k}`));
      const inside = mixed.image.filter((value, i) => i < detectionSide ** 2 && value === 0).length;
      if (inside === 0) expect(mixed.faces).toEqual(view.faces);
      else expect(mixed.faces.length).toBeLessThanOrEqual(1);
    }
  });

  it('makes batches of the shapes that the step wants', async () => {
    const view = await detectionView({ photo: photo.image, faces: labels }, createRandom('batch'));
    const batch = detectionBatch([view, view]);
    expect(batch['image']!.dims).toEqual([2, 3, detectionSide, detectionSide]);
    expect(batch['boxes']!.dims).toEqual([2, anchorCount, valuesPerAnchor]);
  });
});
