import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { alignmentTemplate } from '../../src/detect/alignment.js';
import { ImagePyramid } from '../../src/detect/image-pyramid.js';
import { importOnnx } from '../../src/graph/import/import.js';
import { createImage, type Image } from '../../src/math/image.js';
import { project, transformPoints } from '../../src/math/camera.js';
import { evaluatePoints, evaluateVertices } from '../../src/model/evaluate.js';
import { cropFocal, ordinaryTranslation } from '../../src/network/crop-camera.js';
import { fromView, viewOfBox } from '../../src/network/face-view.js';
import type { PredictedHead } from '../../src/network/head-predictor.js';
import { alignPredicted } from '../../src/network/identity/aligned-face.js';
import { exportRecogniser } from '../../src/network/identity/export-recogniser.js';
import { exportIdentity } from '../../src/network/identity/export-identity.js';
import { faceHairParameters } from '../../src/network/identity/face-hair.js';
import { identityAlbedo, identityParameters } from '../../src/network/identity/identity.js';
import { importIdentity, importTold } from '../../src/network/identity/import-identity.js';
import { createIdentityPredictor } from '../../src/network/identity/identity-predictor.js';
import { hairWords } from '../../src/network/parsing/hair-words.js';
import { embeddingSize } from '../../src/network/recognition-view.js';
import { trained } from '../../src/network/trained.js';
import { loadModel } from '../../src/node.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';
import { compute, wave } from '../graph/ops/compute.js';

const one = nodeRuntime({ threads: 1 });
const recognitionBytes = await readFile('assets/networks/recognition.onnx');
const model = await loadModel();
const count = model.albedo!.count;

/** Layers of any size that count, the same each time. */
function someParameters(albedo: number): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(identityParameters(albedo)).flatMap(([name, layer], k) =>
      Object.entries(layer).map(([part, { shape }]) => [
        `${name}.${part}`,
        Float32Array.from(
          { length: shape.reduce((a, b) => a * b, 1) },
          (_, i) => 0.1 * Math.sin(7.3 * i + k),
        ),
      ]),
    ),
  );
}

/** The network's answer for a wave of an embedding, which is this many times as long. */
function answer(length: number, silent: boolean): number[] {
  const albedo = 3;
  const parameters = someParameters(albedo);
  if (silent) {
    parameters['identity.weight']!.fill(0);
    parameters['identity.bias']!.fill(0);
  }
  const layers = trained(identityParameters(albedo), parameters);
  return compute({ embedding: wave([2, embeddingSize]), albedo: wave([2, albedo], 1) }, (seen) =>
    identityAlbedo(layers(), seen.embedding.mul(length), seen.albedo),
  );
}

function wavePicture(): Image {
  const image = createImage(200, 180, 3);
  for (let i = 0; i < image.data.length; i++) image.data[i] = 127 + 100 * Math.sin(i / 50);
  return image;
}

/** What the recognition network says of the head at yaw 0 in a picture, of mean square 1. */
async function ordinaryEmbedding(image: Image): Promise<Float32Array> {
  const face = new Float32Array(3 * 112 * 112);
  alignPredicted(model)(new ImagePyramid(image), headAt(0), face);
  const embedding = await embeddingOf(recognitionBytes, face);
  const size = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0) / embeddingSize);
  return embedding.map((value) => value / size);
}

async function embeddingOf(network: Uint8Array, face: Float32Array): Promise<Float32Array> {
  const session = await one.createSession(network);
  const outputs = await session.run({ image: { dims: [1, 3, 112, 112], data: face } });
  const embedding = floatOutput(outputs, 'embedding').slice();
  await session.release();
  return embedding;
}

function headAt(rotation: number): PredictedHead {
  const c = Math.cos(rotation);
  const s = Math.sin(rotation);
  return {
    crop: viewOfBox({ x: 40, y: 30, width: 100, height: 100 }, 20, 128),
    pose: {
      rotation: Float64Array.of(c, -s, 0, s, c, 0, 0, 0, 1),
      translation: Float64Array.from(ordinaryTranslation),
    },
    shape: new Float32Array(model.shape.count),
    expression: new Float32Array(model.expression.count),
    albedo: Float32Array.from({ length: count }, (_, k) => Math.sin(k)),
    light: new Float32Array(27),
    gaze: { yaw: 0, pitch: 0 },
    visibility: new Float32Array(68),
  };
}

describe('identityAlbedo', () => {
  it('is the albedo of the regressor while its last layer is silent', () => {
    expect(answer(1, true)).toEqual(wave([2, 3], 1).values);
  });

  it('asks for the direction of an embedding, not for its length', () => {
    const once = answer(1, false);
    expect(once).not.toEqual(answer(1, true));
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), (length) => {
        answer(length, false).forEach((value, k) => {
          expect(value).toBeCloseTo(once[k]!, 5);
        });
      }),
      { numRuns: 10 },
    );
  });
});

describe('alignPredicted', () => {
  it('puts irises, nose and mouth of the predicted head where recognition expects them', () => {
    const head = headAt(0.3);
    // A photo whose colours say where they are.
    const image = createImage(200, 180, 3);
    for (let i = 0; i < 200 * 180; i++) image.data.set([i % 200, Math.floor(i / 200), 0], 3 * i);
    const face = new Float32Array(3 * 112 * 112);
    alignPredicted(model)(new ImagePyramid(image), head, face);
    const place = (x: number, y: number): [number, number] => {
      const at = Math.round(y - 0.5) * 112 + Math.round(x - 0.5);
      return [face[at]! * 128 + 127.5, face[112 * 112 + at]! * 128 + 127.5];
    };
    const five = evaluatePoints(model.landmarks.alignment5!, evaluateVertices(model, {}));
    const { rotation, translation } = head.pose;
    const posed = transformPoints(rotation, translation, five, new Float64Array(15));
    const seen = fromView(
      head.crop,
      project(posed, { focal: cropFocal, cx: 0, cy: 0 }, new Float64Array(10)),
    );
    const off = [0, 1, 2, 3, 4].map((k) => {
      const [x, y] = place(alignmentTemplate[2 * k]!, alignmentTemplate[2 * k + 1]!);
      return Math.hypot(x - seen[2 * k]!, y - seen[2 * k + 1]!);
    });
    // Pixels of the photo: five points never fit a similarity exactly.
    expect(Math.max(...off)).toBeLessThan(4);
  });
});

describe('createIdentityPredictor', () => {
  it('says what recognition network and layers say one after the other', async () => {
    const parameters = someParameters(count);
    const identity = await exportIdentity(count, parameters, { name: 'identity' });
    const predictor = await createIdentityPredictor(one, model, { recogniser: recognitionBytes, identity });
    const head = headAt(0);
    const image = wavePicture();
    const said = await predictor.recognise(image, head);
    await predictor.release();

    const face = new Float32Array(3 * 112 * 112);
    alignPredicted(model)(new ImagePyramid(image), head, face);
    const embedding = await embeddingOf(recognitionBytes, face);
    const expected = compute(
      {
        embedding: { shape: [1, embeddingSize], values: embedding },
        albedo: { shape: [1, count], values: head.albedo },
      },
      (seen) => identityAlbedo(trained(identityParameters(count), parameters)(), seen.embedding, seen.albedo),
    );
    expect(said.identity).toHaveLength(count);
    expect(said.tone).toBeUndefined();
    said.identity.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k]!, 3);
    });
  });

  it('tells the tone of the skin as well, where its layer is there', async () => {
    const layers = someParameters(count);
    const parameters = {
      ...layers,
      'tone.weight': Float32Array.from({ length: embeddingSize }, (_, k) => Math.cos(k)),
      'tone.bias': Float32Array.of(50),
    };
    const identity = await exportIdentity(count, parameters, { name: 'identity' });
    expect(importIdentity(count, identity)).toEqual(layers);
    const predictor = await createIdentityPredictor(one, model, { recogniser: recognitionBytes, identity });
    const image = wavePicture();
    const { tone } = await predictor.recognise(image, headAt(0));
    await predictor.release();

    const embedding = await ordinaryEmbedding(image);
    const expected = embedding.reduce((sum, value, k) => sum + value * Math.cos(k), 50);
    expect(tone).toBeCloseTo(expected, 2);
  });

  it('tells of hair as well, where those layers are there, and keeps them with the tone', async () => {
    const layers = someParameters(count);
    const words = Object.fromEntries(
      Object.entries(faceHairParameters).flatMap(([name, layer], k) =>
        Object.entries(layer).map(([part, { shape }]) => [
          `${name}.${part}`,
          Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(3 * i + k)),
        ]),
      ),
    );
    const tone = {
      'tone.weight': new Float32Array(embeddingSize).fill(0.5),
      'tone.bias': Float32Array.of(50),
    };
    const identity = await exportIdentity(count, { ...layers, ...tone, ...words }, { name: 'identity' });
    expect(importIdentity(count, identity)).toEqual(layers);
    expect(importTold(count, identity)).toEqual({ ...tone, ...words });
    const predictor = await createIdentityPredictor(one, model, { recogniser: recognitionBytes, identity });
    const image = wavePicture();
    const { faceHair } = await predictor.recognise(image, headAt(0));
    await predictor.release();

    const embedding = await ordinaryEmbedding(image);
    for (const [said, word] of [
      [faceHair!.lengths, 'length'],
      [faceHair!.curls, 'curl'],
      [faceHair!.tones, 'tone'],
    ] as const) {
      expect(said).toHaveLength(hairWords[word].length);
      const weights = words[`hair-${word}.weight`]!;
      const bias = words[`hair-${word}.bias`]!;
      said.forEach((value, k) => {
        const row = weights.subarray(k * embeddingSize, (k + 1) * embeddingSize);
        expect(value).toBeCloseTo(
          embedding.reduce((sum, x, i) => sum + x * row[i]!, bias[k]!),
          2,
        );
      });
    }
  });

  it('refuses other networks in one line', async () => {
    const other = await readFile('assets/networks/face-parser.onnx');
    await expect(
      createIdentityPredictor(one, model, { recogniser: recognitionBytes, identity: other }),
    ).rejects.toThrow(/no identity networks/);
  });
});

describe('exportRecogniser', () => {
  it('is the same network with its own weights, another with others', async () => {
    const { parameters } = importOnnx(recognitionBytes);
    const weights = Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, data]));
    const face = Float32Array.from({ length: 3 * 112 * 112 }, (_, i) => Math.sin(i / 40));
    const published = await embeddingOf(recognitionBytes, face);
    const same = await embeddingOf(await exportRecogniser(recognitionBytes, weights, { name: 'same' }), face);
    same.forEach((value, k) => {
      expect(value).toBeCloseTo(published[k]!, 4);
    });
    const [first] = Object.keys(weights) as [string];
    const changed = { ...weights, [first]: weights[first]!.map((value) => 0.5 * value) };
    const other = await exportRecogniser(recognitionBytes, changed, { name: 'other' });
    expect(Math.abs((await embeddingOf(other, face))[0]! - published[0]!)).toBeGreaterThan(1e-3);
    await expect(exportRecogniser(recognitionBytes, {}, { name: 'none' })).rejects.toThrow(/is missing/);
  });
});
