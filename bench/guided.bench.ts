import { createRandom } from '../src/data/random.js';
import { Photographer } from '../src/data/synthetic/photographer.js';
import { coverPhoto, headVertices } from '../src/data/synthetic/covered.js';
import { describePhoto } from '../src/data/synthetic/sample.js';
import type { MorphableModel } from '../src/model/morphable-model.js';
import { modelSizes } from '../src/network/code.js';
import {
  discriminatorDefaults,
  discriminatorParameters,
  initialDiscriminator,
} from '../src/network/discriminator.js';
import { recognitionNetwork, type Embed } from '../src/network/recognition.js';
import {
  initialParameters,
  regressorParameters,
  regressors,
  type RegressorConfig,
} from '../src/network/regressor.js';
import { assetFiles, loadHand, loadModel, loadPeople, readAsset } from '../src/node/files/assets.js';
import { jpegCodec } from '../src/node/files/jpeg-codec.js';
import { rasterizeSkin } from '../src/node/training/skin-host-module.js';
import { skinSurface, type SkinSurface } from '../src/render/skin-surface.js';
import { nodeRuntime } from '../src/runtime/node.js';
import { cpuTarget } from '../src/runtime/target.js';
import { guidedExample, guidedPhotoOf, type GuidedPhoto } from '../src/train/guided-example.js';
import {
  discriminatorPrefix,
  guidedBatch,
  guidedGraphs,
  guidanceDefaults,
  robustificationDefaults,
  type GuidanceWeights,
  type RobustificationWeights,
} from '../src/train/guided-step.js';
import { adamWDefaults } from '../src/train/optimizer.js';
import { supervisedPoints } from '../src/train/pretrain.js';
import { skinPictureDefaults } from '../src/train/skin-host.js';
import { createTrainer } from '../src/train/trainer.js';
import { medianTime, type Benchmark, type Measure } from './benchmark.js';

const runtime = nodeRuntime({ optimize: false });
const EMBEDDING = 192;

async function photosOf(model: MorphableModel, count: number): Promise<GuidedPhoto[]> {
  const photographer = new Photographer(model, await loadPeople(), 192);
  const hand = await loadHand();
  return Array.from({ length: count }, (_, k) => {
    const photo = photographer.take(k);
    const { image, mask } = coverPhoto(model, hand, photo, k);
    return guidedPhotoOf(
      { model, points: supervisedPoints(model) },
      { truth: describePhoto(model, photo, k), vertices: headVertices(photo.truth) },
      photo.image,
      { photo: image, mask },
    );
  });
}

/** A step's time on a batch, ms. */
async function stepTime(
  model: MorphableModel,
  surface: SkinSurface,
  embed: Embed,
  network: RegressorConfig,
  batch: number,
  weights: GuidanceWeights | RobustificationWeights,
  photos: readonly GuidedPhoto[],
): Promise<number> {
  const robust = 'occluded' in weights;
  const random = createRandom(1);
  const recognised = Math.ceil(batch / 4);
  const views = { size: network.size, pictureSize: skinPictureDefaults.size, robust, codec: jpegCodec };
  const examples = await Promise.all(
    photos.slice(0, batch).map((photo, k) => guidedExample(photo, `${k}`, views)),
  );
  const given = guidedBatch(
    examples,
    examples.slice(0, recognised).map(() => new Float32Array(EMBEDDING).fill(0.1)),
    supervisedPoints(model).count,
    network.size,
  );
  const graphs = guidedGraphs(
    { model, network, surface, embed },
    { batch, recognised, weights },
    await cpuTarget(runtime),
  );
  const sizes = modelSizes(model);
  const discriminator = Object.entries(
    robust ? initialDiscriminator(discriminatorParameters(discriminatorDefaults, sizes), random) : {},
  ).map(([path, value]) => [`${discriminatorPrefix}${path}`, value] as const);
  const trainer = await createTrainer(
    runtime,
    { ...graphs, host: rasterizeSkin },
    {
      ...initialParameters(regressorParameters(network, sizes), random),
      ...Object.fromEntries(discriminator),
    },
    { optimizer: adamWDefaults, learningRate: { kind: 'constant', learningRate: 1e-5 } },
  );
  const time = await medianTime(() => trainer.step(given), { repetitions: 5 });
  await trainer.release();
  return time;
}

const without = <Weights extends object>(weights: Weights, ...names: (keyof Weights)[]): Weights => ({
  ...weights,
  ...Object.fromEntries(names.map((name) => [name, 0])),
});

/**
 * Steps of guidance and robustification with all losses, and what their parts take: the difference that
 * leaving one out makes.
 */
async function* run(): AsyncGenerator<Measure> {
  const model = await loadModel();
  const surface = skinSurface(model);
  const embed = recognitionNetwork(await readAsset(assetFiles.recognitionTeacher));
  const photos = await photosOf(model, 16);
  const measure = (name: string, value: number, unit: string, note?: string): Measure => ({
    name,
    value,
    unit,
    ok: true,
    ...(note === undefined ? {} : { note }),
  });
  for (const [name, network] of Object.entries(regressors)) {
    const batch = name === 'fast' ? 16 : 4;
    const views = {
      size: network.size,
      pictureSize: skinPictureDefaults.size,
      robust: true,
      codec: jpegCodec,
    };
    let k = 0;
    const data = (await medianTime(() => guidedExample(photos[k % photos.length]!, `${k++}`, views))) * batch;
    const time = (weights: GuidanceWeights | RobustificationWeights): Promise<number> =>
      stepTime(model, surface, embed, network, batch, weights, photos);
    const all = await time(robustificationDefaults);
    const unrecognised = await time(without(robustificationDefaults, 'perceptual'));
    const undrawn = await time(
      without(robustificationDefaults, 'perceptual', 'photometric', 'occluded', 'noisy'),
    );
    const guide = await time(guidanceDefaults);
    const share = (part: number): string => `${((100 * part) / all).toFixed(0)} % of a step`;
    yield measure(`${name}: guidance`, (1000 * batch) / guide, 'photos/s', `batch of ${batch}`);
    yield measure(
      `${name}: guidance and robustification`,
      (1000 * batch) / all,
      'photos/s',
      `batch of ${batch}, three views of each`,
    );
    yield measure(
      `${name}: recognition of a quarter of the faces`,
      all - unrecognised,
      'ms',
      share(all - unrecognised),
    );
    yield measure(`${name}: drawing`, unrecognised - undrawn, 'ms', share(unrecognised - undrawn));
    yield measure(`${name}: network, rasterising, other losses, optimiser`, undrawn, 'ms', share(undrawn));
    yield measure(`${name}: views of the batch, beside it`, data, 'ms', share(data));
  }
}

export default { name: 'guided', run } satisfies Benchmark;
