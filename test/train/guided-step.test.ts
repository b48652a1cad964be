import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { coverPhoto, headVertices } from '../../src/data/synthetic/covered.js';
import { Photographer } from '../../src/data/synthetic/photographer.js';
import { describePhoto } from '../../src/data/synthetic/sample.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { modelSizes } from '../../src/network/code.js';
import {
  discriminatorDefaults,
  discriminatorParameters,
  initialDiscriminator,
} from '../../src/network/discriminator.js';
import { recognitionNetwork } from '../../src/network/recognition.js';
import { initialParameters, regressorParameters, type RegressorConfig } from '../../src/network/regressor.js';
import { loadModel } from '../../src/node.js';
import { loadHand, loadPeople } from '../../src/node/files/assets.js';
import { jpegCodec } from '../../src/node/files/jpeg-codec.js';
import { rasterizeSkin } from '../../src/node/training/skin-host-module.js';
import { skinSurface } from '../../src/render/skin-surface.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';
import {
  guidedExample,
  guidedPhotoOf,
  type GuidedExample,
  type GuidedPhoto,
} from '../../src/train/guided-example.js';
import {
  discriminatorPrefix,
  guidanceDefaults,
  guidedBatch,
  guidedGraphs,
  robustificationDefaults,
  tellsDomains,
  type GuidanceWeights,
  type RobustificationWeights,
} from '../../src/train/guided-step.js';
import { adamDefaults } from '../../src/train/optimizer.js';
import { supervisedPoints } from '../../src/train/pretrain.js';
import { skinPictureDefaults } from '../../src/train/skin-host.js';
import type { StepReport } from '../../src/train/trainer.js';
import { createTrainer } from '../../src/train/trainer.js';

const network: RegressorConfig = {
  size: 32,
  backbone: { depths: [1, 1], widths: [16, 32], bottleneck: false, stem: 3 },
  squeeze: 16,
};
const runtime = nodeRuntime({ threads: 1, optimize: false });
const recognitionBytes = await readFile('assets/networks/recognition.onnx');
let model: MorphableModel;
let photos: GuidedPhoto[];

beforeAll(async () => {
  model = await loadModel();
  const photographer = new Photographer(model, await loadPeople(), 128);
  const hand = await loadHand();
  photos = ['a', 'b'].map((seed) => {
    const photo = photographer.take(seed);
    const { image, mask } = coverPhoto(model, hand, photo, seed);
    return guidedPhotoOf(
      { model, points: supervisedPoints(model) },
      { truth: describePhoto(model, photo, seed), vertices: headVertices(photo.truth) },
      photo.image,
      { photo: image, mask },
    );
  });
});

const examplesOf = (robust: boolean): Promise<GuidedExample[]> =>
  Promise.all(
    photos.map((photo, k) =>
      guidedExample(photo, `view ${k}`, {
        size: network.size,
        pictureSize: skinPictureDefaults.size,
        robust,
        codec: jpegCodec,
      }),
    ),
  );

async function embeddingsOf(examples: readonly GuidedExample[]): Promise<Float32Array[]> {
  const session = await runtime.createSession(recognitionBytes);
  const result: Float32Array[] = [];
  for (const { aligned } of examples)
    result.push(
      floatOutput(
        await session.run({ image: { dims: [1, 3, 112, 112], data: aligned } }),
        'embedding',
      ).slice(),
    );
  await session.release();
  return result;
}

interface Trained {
  readonly reports: StepReport[];
  readonly parameters: Readonly<Record<string, Float32Array>>;
}

/** Of each weights once. */
const compiled = new Map<GuidanceWeights, ReturnType<typeof guidedGraphs>>();
function graphsOf(weights: GuidanceWeights): ReturnType<typeof guidedGraphs> {
  let graphs = compiled.get(weights);
  if (graphs) return graphs;
  graphs = guidedGraphs(
    { model, network, surface: skinSurface(model), embed: recognitionNetwork(recognitionBytes) },
    { batch: 2, recognised: 1, weights },
  );
  compiled.set(weights, graphs);
  return graphs;
}

/** Trains from the same start as often as is said. */
async function trained(
  weights: GuidanceWeights | RobustificationWeights,
  { steps, threads = 1, times = 1 }: { steps: number; threads?: number; times?: number },
): Promise<Trained[]> {
  const robust = 'occluded' in weights;
  const examples = await examplesOf(robust);
  const sizes = modelSizes(model);
  const graphs = graphsOf(weights);
  const batch = guidedBatch(
    examples,
    await embeddingsOf(examples.slice(0, 1)),
    supervisedPoints(model).count,
    network.size,
  );
  const results: Trained[] = [];
  for (let time = 0; time < times; time++) {
    const random = createRandom(5);
    const discriminator = Object.entries(
      tellsDomains(weights)
        ? initialDiscriminator(discriminatorParameters(discriminatorDefaults, sizes), random)
        : {},
    ).map(([path, value]) => [`${discriminatorPrefix}${path}`, value] as const);
    const trainer = await createTrainer(
      nodeRuntime({ threads, optimize: false }),
      { ...graphs, host: rasterizeSkin },
      {
        ...initialParameters(regressorParameters(network, sizes), random),
        ...Object.fromEntries(discriminator),
      },
      { optimizer: adamDefaults, learningRate: { kind: 'constant', learningRate: 2e-3 }, clipNorm: 20 },
    );
    const reports: StepReport[] = [];
    for (let k = 0; k < steps; k++) reports.push(await trainer.step(batch));
    results.push({ reports, parameters: await trainer.parameters() });
    await trainer.release();
  }
  return results;
}

const train = async (
  weights: GuidanceWeights | RobustificationWeights,
  steps: number,
): Promise<StepReport[]> => (await trained(weights, { steps }))[0]!.reports;

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const loss = (report: StepReport | undefined, name: string): number => report!.extra[name]!.data[0] as number;

describe('guidedExample', () => {
  it('sees the same crop clean, covered and noisy', async () => {
    const [example] = await examplesOf(true);
    const [clean, occluded, noisy] = example!.views;
    const difference = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
    expect(example!.views.map(({ length }) => length)).toEqual([3072, 3072, 3072]);
    expect(example!.visible[0]!.every((value) => value === 1)).toBe(true);
    expect(example!.visible[1]!.some((value) => value === 0)).toBe(true);
    expect(difference(clean!, occluded!)).toBeGreaterThan(0.02);
    expect(difference(clean!, noisy!)).toBeGreaterThan(0.0005);
    expect(Math.max(...example!.points.subarray(34).map(Math.abs))).toBeLessThan(1);
    expect(await examplesOf(true)).toEqual(await examplesOf(true));
    expect((await examplesOf(false))[0]!.views).toEqual([clean]);
  });
});

describe('guidedGraphs', () => {
  it('robustifies: every loss is there and the total falls', async () => {
    const reports = await train(robustificationDefaults, 8);
    const first = reports[0]!;
    const last = reports.at(-1)!;
    const { domain, ...plain } = robustificationDefaults;
    expect(domain).toBeGreaterThan(0);
    for (const name of [...Object.keys(plain), 'domain', 'nme', 'nmeHeld'])
      expect(Number.isFinite(loss(first, name)), name).toBe(true);
    for (const name of ['landmarks', 'photometric', 'occluded', 'noisy', 'heldLandmarks', 'truth'])
      expect(loss(last, name), name).toBeLessThan(loss(first, name));
    // Untrained codes hardly differ: nothing can be told of them.
    expect(loss(first, 'domain')).toBeCloseTo(2 * Math.log(3), 0);
  });

  it('gives the same network each time, also with two threads', async () => {
    const [first, ...others] = await trained(robustificationDefaults, { steps: 3, threads: 2, times: 2 });
    for (const { parameters } of others)
      for (const [name, values] of Object.entries(first!.parameters))
        expect(Buffer.compare(bytesOf(parameters[name]!), bytesOf(values)), name).toBe(0);
  });

  it('guides: clean views alone, and losses of weight 0 are left out', async () => {
    const reports = await train({ ...guidanceDefaults, perceptual: 0, truth: 0 }, 8);
    const first = reports[0]!;
    const last = reports.at(-1)!;
    expect(Object.keys(first.extra).sort()).toEqual([
      'landmarks',
      'light',
      'nme',
      'photometric',
      'regularization',
      'visibility',
    ]);
    expect(last.value).toBeLessThan(0.95 * first.value);
  });

  it('robustifies without a discriminator', async () => {
    const [report] = await train({ ...robustificationDefaults, domain: 0, perceptual: 0 }, 1);
    expect(Object.keys(report!.extra)).not.toContain('domain');
    expect(loss(report, 'consistency')).toBeGreaterThanOrEqual(0);
  });

  it('looks at faces through the recognition network', async () => {
    const none = Object.fromEntries(
      Object.keys(guidanceDefaults).map((name) => [name, 0]),
    ) as unknown as GuidanceWeights;
    const reports = await train({ ...none, perceptual: 1 }, 6);
    expect(loss(reports[0], 'perceptual')).toBeGreaterThan(0.1);
    expect(loss(reports.at(-1), 'perceptual')).toBeLessThan(loss(reports[0], 'perceptual'));
  });
});
