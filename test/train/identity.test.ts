import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { Photographer } from '../../src/data/synthetic/photographer.js';
import { project, transformPoints } from '../../src/math/camera.js';
import { evaluatePoints, evaluateVertices } from '../../src/model/evaluate.js';
import { cropFocal, ordinaryTranslation } from '../../src/network/crop-camera.js';
import { identityParameters } from '../../src/network/identity/identity.js';
import { recognitionNetwork } from '../../src/network/recognition.js';
import { embeddingSize } from '../../src/network/recognition-view.js';
import { initialParameters } from '../../src/network/regressor.js';
import { loadModel } from '../../src/node.js';
import { loadPeople } from '../../src/node/files/assets.js';
import { skinSurface } from '../../src/render/skin-surface.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import {
  identityBatch,
  identityDefaults,
  identityGraph,
  identityViews,
  type IdentityExample,
} from '../../src/train/identity.js';
import { adamDefaults } from '../../src/train/optimizer.js';
import { skinPictureDefaults, skinPixelsOf } from '../../src/train/skin-host.js';
import type { Batch } from '../../src/train/step-graph.js';
import { createTrainer, type StepReport } from '../../src/train/trainer.js';

const runtime = nodeRuntime({ threads: 1, optimize: false });
const recognitionBytes = await readFile('assets/networks/recognition.onnx');
const model = await loadModel();
const surface = skinSurface(model);
const count = model.albedo!.count;
let batch: Batch;

/** The mean head before the crop's camera, and a picture and embeddings of any person. */
beforeAll(async () => {
  const vertices = evaluateVertices(model, {});
  const straight = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const posed = (points: Float32Array): Float32Array =>
    transformPoints(straight, ordinaryTranslation, points, new Float32Array(points.length));
  const { image } = new Photographer(model, await loadPeople(), skinPictureDefaults.size).take('a');
  const plane = skinPictureDefaults.size ** 2;
  const embedding = (phase: number) =>
    Float32Array.from({ length: embeddingSize }, (_, k) => Math.sin(3.1 * k + phase));
  const example: IdentityExample = {
    views: Array.from({ length: identityViews }, (_, k) => ({
      embedding: embedding(0.2 * k),
      albedo: Float32Array.from({ length: count }, (__, i) => 0.3 * Math.sin(i + k)),
    })),
    embedding: embedding(0),
    picture: Float32Array.from(
      { length: 3 * plane },
      (_, i) => image.data[3 * (i % plane) + Math.floor(i / plane)]! / 127.5 - 1,
    ),
    vertices: posed(vertices.subarray(0, 3 * surface.vertexCount)),
    light: Float32Array.from({ length: 27 }, (_, k) => (k % 9 === 0 ? 2.8 : 0)),
    alignment: project(
      posed(evaluatePoints(model.landmarks.alignment5!, vertices)),
      { focal: cropFocal, cx: 0, cy: 0 },
      new Float32Array(10),
    ),
  };
  batch = identityBatch([example, example], skinPixelsOf(surface, skinPictureDefaults));
});

const startingAt = (last: number): Record<string, Float32Array> => {
  const parameters = initialParameters(identityParameters(count), createRandom(5));
  parameters['identity.weight'] = parameters['identity.weight']!.map((value) => last * value);
  return parameters;
};

describe('the step of the stage "identity"', () => {
  it('teaches: all but what it costs falls within some steps', async () => {
    const graph = identityGraph(surface, recognitionNetwork(recognitionBytes), {
      batch: 2,
      albedo: count,
      weights: identityDefaults,
    });
    const trainer = await createTrainer(runtime, { gradient: graph }, startingAt(0), {
      optimizer: adamDefaults,
      learningRate: { kind: 'constant', learningRate: 3e-4 },
      clipNorm: 20,
    });
    const reports: StepReport[] = [];
    for (let k = 0; k < 8; k++) reports.push(await trainer.step(batch));
    await trainer.release();
    const loss = (k: number, name: string) => reports.at(k)!.extra[name]!.data[0] as number;
    expect(loss(-1, 'perceptual')).toBeLessThan(0.95 * loss(0, 'perceptual'));
    expect(loss(-1, 'photometric')).toBeLessThan(1.05 * loss(0, 'photometric'));
    expect(loss(0, 'perceptual')).toBeGreaterThan(0);
    expect(loss(0, 'perceptual')).toBeLessThan(2);
  });

  it('has the gradient that differences of its value show', async () => {
    // Embeddings of a mean over halves: a recognition network would cost minutes in differences.
    const graph = identityGraph(
      surface,
      (faces) => faces.reshape([faces.shape[0]!, embeddingSize, -1]).mean(2).add(0.3),
      { batch: 2, albedo: count, weights: identityDefaults },
    );
    const parameters = startingAt(0.2);
    const session = await runtime.createSession(graph.model);
    const run = async (values: Record<string, Float32Array>) => {
      const inputs = Object.fromEntries(
        graph.inputs.map(({ name, shape }) => {
          const own = values[name.replace(/^parameters\./, '')];
          return [name, own ? { dims: [...shape], data: own } : batch[name]!];
        }),
      );
      return session.run(inputs);
    };
    const there = await run(parameters);
    const step = 0.02;
    for (const path of ['identity.weight', 'identity.bias', 'identity-second.weight'] as const) {
      const gradient = there[`grad.${path}`]!.data as Float32Array;
      // Along the gradient itself: single numbers are lost in single precision.
      const norm = Math.hypot(...gradient);
      const moved = (sign: number) =>
        run({
          ...parameters,
          [path]: parameters[path]!.map((value, i) => value + (sign * step * gradient[i]!) / norm),
        });
      const [ahead, behind] = [await moved(1), await moved(-1)];
      const value = (outputs: typeof ahead) => outputs['value']!.data[0] as number;
      const slope = (value(ahead) - value(behind)) / (2 * step);
      expect(slope / norm).toBeCloseTo(1, 1);
    }
    await session.release();
  });
});
