import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node.js';
import { cpuTarget } from '../../src/runtime/target.js';
import { createDenseLandmarks } from '../../src/detect/dense-landmarks.js';
import { createRandom } from '../../src/data/random.js';
import { landmarkerParameters } from '../../src/train/landmarker-network.js';
import { retrainedFile } from '../../src/train/retrained-file.js';
import { landmarksBatch, landmarksDefaults, landmarksGraph } from '../../src/train/landmarks.js';
import { landmarksView } from '../../src/train/landmarks-view.js';
import { adamDefaults } from '../../src/train/optimizer.js';
import { createTrainer, type StepReport } from '../../src/train/trainer.js';

let network: Uint8Array;
beforeAll(async () => {
  network = await readFile('assets/networks/face-mesh.onnx');
});

describe('landmarkerParameters', () => {
  it('are filters, biases and slopes behind the first pooling, not the geometry of crops', () => {
    const parameters = landmarkerParameters(network);
    const count = Object.values(parameters).reduce((sum, { length }) => sum + length, 0);
    expect(count).toBeGreaterThan(1_150_000);
    expect(Object.keys(parameters)).not.toContain('constant_0');
    expect(Object.keys(parameters)).not.toContain('constant_86');
  });
});

describe('retrainedFile', () => {
  it('is the same network with the same weights', () => {
    const again = landmarkerParameters(retrainedFile(network, landmarkerParameters(network), 'copy'));
    expect(again).toEqual(landmarkerParameters(network));
  });

  it('refuses weights of another network', () => {
    const [name] = Object.keys(landmarkerParameters(network));
    expect(() => retrainedFile(network, { [name!]: new Float32Array(3) }, '')).toThrow(
      `weight "${name!}" is of another size`,
    );
  });
});

const side = 192;
const picture = (width: number) => ({
  width,
  height: width,
  channels: 3 as const,
  data: Uint8Array.from({ length: 3 * width * width }, (_, i) => 128 + 100 * Math.sin(i / 37)),
});

describe('landmarksView', () => {
  const points = Float32Array.from({ length: 478 * 3 }, (_, i) => 100 + 60 * Math.sin(i));
  const source = { photo: picture(240), box: { x: 50, y: 50, width: 120, height: 120 }, roll: 0, points };

  it('puts points where the crop puts their pixels', () => {
    const view = landmarksView(source, createRandom('points'), { covered: 0, noise: 0 });
    const { centreX, centreY, size, roll } = view.region;
    const angle = (roll * Math.PI) / 180;
    const [x, y] = [(points[0]! - centreX) / size, (points[1]! - centreY) / size];
    expect(view.points[0]).toBeCloseTo(side * (x * Math.cos(angle) - y * Math.sin(angle) + 0.5), 3);
    expect(view.points[1]).toBeCloseTo(side * (x * Math.sin(angle) + y * Math.cos(angle) + 0.5), 3);
    expect(view.points[2]).toBeCloseTo((points[2]! * side) / size, 3);
  });

  it('is the same for the same seed, and looks past the face now and then', () => {
    const views = Array.from({ length: 100 }, (_, k) =>
      landmarksView(source, createRandom(`${k}`), { covered: 0.7, noise: 50 }),
    );
    expect(landmarksView(source, createRandom('3'), { covered: 0.7, noise: 50 })).toEqual(views[3]);
    const beside = views.filter(({ taught }) => taught === 0).length;
    expect(beside).toBeGreaterThan(1);
    expect(beside).toBeLessThan(20);
  });
});

describe('the step of the stage "landmarks"', () => {
  it('begins with a copy of the teacher, and learns what a cover changed', async () => {
    const runtime = nodeRuntime({ threads: 1, optimize: false });
    const teacher = await createDenseLandmarks(nodeRuntime({ threads: 1 }), network);
    const photo = picture(192);
    const region = { centreX: 96, centreY: 96, size: 192, roll: 0 };
    const { points } = await teacher.landmarkIn(photo, region);
    await teacher.release();
    const plane = side * side;
    const clean = Float32Array.from({ length: 3 * plane }, (_, i) => {
      return photo.data[3 * (i % plane) + Math.floor(i / plane)]! / 255;
    });
    const covered = clean.map((value, i) => (i % plane > plane / 2 ? 0.5 : value));
    const shared = { points, taught: 1, presence: 1 };
    const train = async (image: Float32Array, steps: number) => {
      const trainer = await createTrainer(
        runtime,
        { gradient: landmarksGraph(network, 1, landmarksDefaults, await cpuTarget(runtime)) },
        landmarkerParameters(network),
        { optimizer: adamDefaults, learningRate: { kind: 'constant', learningRate: 1e-4 }, clipNorm: 50 },
      );
      const batch = landmarksBatch([{ ...shared, image }]);
      const reports: StepReport[] = [];
      for (let k = 0; k < steps; k++) reports.push(await trainer.step(batch));
      await trainer.release();
      return reports;
    };
    const loss = ({ extra }: StepReport, name: string): number => extra[name]!.data[0] as number;
    const [same] = await train(clean, 1);
    for (const name of ['lips', 'eyes', 'irises']) expect(loss(same!, name)).toBeLessThan(0.01);
    const reports = await train(covered, 12);
    expect(loss(reports[0]!, 'mesh')).toBeGreaterThan(loss(same!, 'mesh') + 0.5);
    expect(loss(reports.at(-1)!, 'mesh')).toBeLessThan(0.8 * loss(reports[0]!, 'mesh'));
  });
});
