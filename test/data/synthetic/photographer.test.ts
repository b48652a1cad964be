import { beforeAll, describe, expect, it } from 'vitest';
import { Photographer, type SyntheticPhoto } from '../../../src/data/synthetic/photographer.js';
import { Barber } from '../../../src/data/synthetic/beard.js';
import { coverPhoto } from '../../../src/data/synthetic/covered.js';
import { faceAreas } from '../../../src/data/synthetic/face-areas.js';
import { decodeSample, describePhoto, encodeSample } from '../../../src/data/synthetic/sample.js';
import { writeSafetensors } from '../../../src/io/safetensors.js';
import { transformPoints } from '../../../src/math/camera.js';
import { evaluateAlbedo } from '../../../src/model/albedo-modes.js';
import { evaluateVertices } from '../../../src/model/evaluate.js';
import type { MorphableModel, TextureAlbedo } from '../../../src/model/morphable-model.js';
import { projectPoints } from '../../../src/model/project-landmarks.js';
import { loadModel, loadRogue } from '../../../src/node.js';
import { loadHand, loadPeople } from '../../../src/node/files/assets.js';
import { headParts, partTextures, skinTexture } from '../../../src/render/head-parts.js';
import { createSceneTarget, renderScene } from '../../../src/render/scene.js';

const SIZE = 224;
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const NOWHERE = [0, 0, 0];
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

let model: MorphableModel;
let photographer: Photographer;
/** Photos of the seeds 0, 1, 2… */
let photos: SyntheticPhoto[];
beforeAll(async () => {
  model = await loadModel();
  photographer = new Photographer(model, await loadPeople(), SIZE);
  photos = Array.from({ length: 60 }, (_, seed) => {
    const photo = photographer.take(seed);
    return { ...photo, image: { ...photo.image, data: photo.image.data.slice() } };
  });
});

describe('Photographer', () => {
  it('makes the same photo of the same seed, and others of others', () => {
    const first = photographer.take(7).image.data.slice();
    expect(photographer.take(8).image.data).not.toEqual(first);
    expect(photographer.take(7).image.data).toEqual(first);
  });

  it('makes faces that the detector finds, where it says that their points are', async () => {
    const rogue = await loadRogue();
    const errors: number[] = [];
    const count = 34;
    for (const { image, truth } of photos.slice(0, count)) {
      const [face] = await rogue.findFaces(image);
      if (face === undefined) continue;
      const points = projectPoints(
        model.landmarks.mediapipe!,
        truth.vertices,
        IDENTITY,
        NOWHERE,
        truth.camera,
      );
      let error = 0;
      let left = Infinity;
      let right = -Infinity;
      let top = Infinity;
      let bottom = -Infinity;
      for (let k = 0; k < 468; k++) {
        const x = points[k * 2]!;
        const y = points[k * 2 + 1]!;
        [left, right, top, bottom] = [
          Math.min(left, x),
          Math.max(right, x),
          Math.min(top, y),
          Math.max(bottom, y),
        ];
        error += Math.hypot(x - face.landmarks.points[k * 3]!, y - face.landmarks.points[k * 3 + 1]!) / 468;
      }
      errors.push(error / Math.sqrt((right - left) * (bottom - top)));
    }
    await rogue.release();
    expect(errors.length).toBeGreaterThanOrEqual(0.97 * count);
    expect(median(errors)).toBeLessThan(0.035);
  });
});

describe('people', () => {
  it('have beards on grown men only, on the lower face only', () => {
    let beards = 0;
    for (const { truth } of photos) {
      const { beard, attributes } = truth;
      if (!beard) continue;
      beards++;
      expect(attributes.male).toBeGreaterThanOrEqual(0.5);
      expect(attributes.age).toBeGreaterThan(0.36);
    }
    expect(beards).toBeGreaterThan(4);
    const areas = faceAreas(model);
    const shells = new Barber(model, areas).grow(
      { style: 'full', length: 20, color: [0.1, 0.1, 0.1] },
      model.meanShape,
    );
    for (const { positions } of shells) {
      positions.forEach((value, i) => {
        const grown = areas.beard[Math.floor(i / 3)]!;
        if (grown === 0) expect(value).toBe(model.meanShape[i]!);
        // Above the root of the nose nothing grows; sideburns reach so far.
        if (model.meanShape[i - (i % 3) + 1]! > areas.measures.landmark(27)[1]) expect(grown).toBe(0);
      });
    }
  });

  it('look at the camera more often than not', () => {
    let looking = 0;
    for (const { truth } of photos.slice(0, 40)) {
      const { pose, gaze } = truth;
      const { rotation: r, translation: t } = pose;
      // The direction that a gaze stands for, turned into camera space, against the way to the camera.
      const d = [
        Math.sin(gaze.yaw) * Math.cos(gaze.pitch),
        -Math.sin(gaze.pitch),
        Math.cos(gaze.yaw) * Math.cos(gaze.pitch),
      ];
      const cosine =
        [0, 1, 2].reduce(
          (sum, k) => sum - (r[3 * k]! * d[0]! + r[3 * k + 1]! * d[1]! + r[3 * k + 2]! * d[2]!) * t[k]!,
          0,
        ) / Math.hypot(...t);
      if (cosine > Math.cos(0.12)) looking++;
    }
    expect(looking).toBeGreaterThan(20);
  });
});

describe('coverPhoto', () => {
  it('hides a share of the face and nothing where its mask is empty', async () => {
    const hand = await loadHand();
    for (let seed = 0; seed < 6; seed++) {
      const photo = photographer.take(seed);
      const covered = coverPhoto(model, hand, photo, seed);
      expect(covered.coverage).toBeGreaterThan(0);
      expect(covered.image.data).not.toEqual(photo.image.data);
      expect(describePhoto(model, photo, seed, covered).covered).toMatchObject({
        protocol: covered.protocol,
        occluder: covered.occluder,
      });
      if (covered.protocol === 'synchocc')
        covered.mask.data.forEach((hidden, i) => {
          if (hidden === 0)
            for (let c = 0; c < 3; c++)
              expect(covered.image.data[3 * i + c]).toBe(photo.image.data[3 * i + c]);
        });
    }
  });
});

describe('samples', () => {
  it('give vertices back within a hundredth of a millimetre, and whatever else is known', () => {
    const photo = photographer.take(3);
    const { truth, vertices } = decodeSample(encodeSample(model, photo, 3));
    const posed = transformPoints(
      truth.pose.rotation,
      truth.pose.translation,
      vertices,
      new Float32Array(vertices.length),
    );
    posed.forEach((value, i) => expect(Math.abs(value - photo.truth.vertices[i]!)).toBeLessThan(0.02));
    expect(truth.seed).toBe(3);
    expect(truth.camera).toEqual(photo.truth.camera);
    expect(truth.landmarks68).toHaveLength(68);
  });

  it("have coefficients whose head is the photo's within a millimetre", () => {
    const errors: number[] = [];
    for (let seed = 20; seed < 32; seed++) {
      const { truth, vertices } = decodeSample(encodeSample(model, photographer.take(seed), seed));
      const expression = model.expression.names.map((name) => truth.coefficients.expression[name] ?? 0);
      const compact = evaluateVertices(model, {
        shape: truth.coefficients.shape,
        expression,
        gaze: truth.gaze,
      });
      // The cavity and what lies in it do not count: photos do not show them.
      let sum = 0;
      let count = 0;
      for (const [v, weight] of model.regions.get('face')!.entries()) {
        if (weight < 0.5) continue;
        sum += Math.hypot(...[0, 1, 2].map((axis) => compact[v * 3 + axis]! - vertices[v * 3 + axis]!));
        count++;
      }
      errors.push(sum / count);
    }
    expect(median(errors)).toBeLessThan(0.8);
  });

  it("rendered again from what is stored show the photo's skin", () => {
    const differences: number[] = [];
    for (let seed = 40; seed < 52; seed++) {
      const photo = photographer.take(seed);
      const image = photo.image.data.slice();
      const { truth, vertices } = decodeSample(encodeSample(model, photo, seed));
      const posed = transformPoints(
        truth.pose.rotation,
        truth.pose.translation,
        vertices,
        new Float32Array(vertices.length),
      );
      const albedo = model.albedo as TextureAlbedo;
      const skin = skinTexture(evaluateAlbedo(albedo, truth.coefficients.albedo), albedo.meanSize);
      const drawn = renderScene(createSceneTarget(SIZE, SIZE), {
        camera: truth.camera,
        light: truth.coefficients.light,
        parts: headParts(model, posed, new Map([...partTextures(model), ['skin', skin]])),
      });
      const points = projectPoints(model.landmarks.mediapipe!, posed, IDENTITY, NOWHERE, truth.camera);
      // Cheeks, nose and chin: skin that neither hair nor shadow of the brows covers.
      for (const k of [50, 280, 4, 152, 205, 425]) {
        const x = Math.floor(points[k * 2]!);
        const y = Math.floor(points[k * 2 + 1]!);
        if (x < 0 || y < 0 || x >= SIZE || y >= SIZE) continue;
        for (let c = 0; c < 3; c++)
          differences.push(Math.abs(image[(y * SIZE + x) * 3 + c]! - drawn.data[(y * SIZE + x) * 4 + c]!));
      }
    }
    // Shadows, pores and blotches are not stored: they are what differs.
    expect(median(differences)).toBeLessThan(8);
  });

  it('refuse what is no sample in one line', () => {
    const members = encodeSample(model, photographer.take(1), 1);
    expect(() => decodeSample({ ...members, json: members.json.subarray(0, 50) })).toThrow(
      'sample: its json member is damaged; write the shard again.',
    );
    expect(() => decodeSample({ ...members, json: new TextEncoder().encode('{"version":9}') })).toThrow(
      'sample: version 9, expected 2; write the shard again.',
    );
    expect(() => decodeSample({ ...members, json: new TextEncoder().encode('null') })).toThrow(
      'sample: version undefined, expected 2; write the shard again.',
    );
    // Steps with which vertices would be no numbers.
    for (const step of ['Infinity', '1e300', 'NaN', '-1'])
      expect(() =>
        decodeSample({
          ...members,
          safetensors: writeSafetensors(
            new Map([['vertices', { shape: [1, 3], data: Int16Array.of(0, 1, 2) }]]),
            { step },
          ),
        }),
      ).toThrow('sample: its safetensors member has no vertices; write the shard again.');
  });
});
