import { join } from 'node:path';
import { createRandom } from '../../data/random.js';
import type { Rogue } from '../../fit/rogue.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { modelSizes } from '../../network/code.js';
import {
  discriminatorDefaults,
  discriminatorParameters,
  initialDiscriminator,
} from '../../network/discriminator.js';
import { recognitionNetwork } from '../../network/recognition.js';
import { regressors } from '../../network/regressor.js';
import { skinSurface } from '../../render/skin-surface.js';
import { nodeRuntime } from '../../runtime/node.js';
import { cpuTarget } from '../../runtime/target.js';
import type { GuidedConfig } from '../../train/config.js';
import { discriminatorPrefix, guidedGraphs, isRobust, tellsDomains } from '../../train/guided-step.js';
import { supervisedPoints } from '../../train/pretrain.js';
import { assetFiles, assetPath, loadModel, readAsset } from '../files/assets.js';
import { guidedBatches } from './guided-data.js';
import { writePhotoShards } from './photo-samples.js';
import { prepareTrainingData } from './training-data.js';
import { regressorPicture, runStage, startingParameters, type StageOptions } from './stage-run.js';

export interface GuidedRunOptions extends StageOptions {
  /** Finds and fits the faces of folders of photos. */
  readonly loadRogue: () => Promise<Rogue>;
  /** Hears of the preparation of one's own photos: how many samples are done, and of how many. */
  readonly onPrepared?: (done: number, count: number) => void;
}

/**
 * The stages `guide`, `robustify` and `finetune`: trains a regressor on photos whose heads nobody knows, into
 * a folder that keeps all of the run.
 *
 * @param data folders of shards, of `rogue synth` or `writePhotoShards`, and folders of photos; those are
 *   turned into shards in `<folder>/photos` once
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function guideRegressor(
  data: readonly string[],
  folder: string,
  config: GuidedConfig,
  options: GuidedRunOptions,
): Promise<number> {
  const model = await loadModel();
  const points = supervisedPoints(model);
  const network = regressors[config.network];
  const robust = isRobust(config.weights);
  const { batch, weights, seed } = config;
  const { shards, samples } = await prepareTrainingData(data, folder, (photos, prepared) =>
    preparePhotos(photos, prepared, folder, options),
  );
  const recognised = Math.min(config.recognised, batch);
  const recognitionBytes = await readAsset(assetFiles.recognitionTeacher);
  const recognition = await nodeRuntime({ threads: 1 }).createSession(recognitionBytes);
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false };
  const { forward, backward } = guidedGraphs(
    { model, network, surface: skinSurface(model), embed: recognitionNetwork(recognitionBytes) },
    { batch, recognised, weights },
    await cpuTarget(nodeRuntime(runtime)),
  );
  try {
    return await runStage(
      folder,
      {
        title: `${config.stage}: ${config.network}`,
        picture: await regressorPicture(model, config.network),
        config,
        runtime,
        data,
        samples,
        graphs: {
          forward,
          backward,
          host: { module: new URL('./skin-host-module.js', import.meta.url).href, export: 'rasterizeSkin' },
        },
        parameters: {
          ...(await startingParameters(model, config, options.from ?? assetPath(assetFiles.regressor))),
          ...(tellsDomains(weights) ? discriminatorStart(model, seed) : {}),
        },
        batches: (start) =>
          guidedBatches({ model, points, recognition }, shards, samples, start, {
            size: network.size,
            batch,
            seed,
            robust,
            recognised: weights.perceptual > 0 ? recognised : 0,
            onWarning: ({ message }) => options.onWarning?.(message),
          }),
      },
      options,
    );
  } finally {
    await recognition.release();
  }
}

function discriminatorStart(model: MorphableModel, seed: string): Record<string, Float32Array> {
  const values = initialDiscriminator(
    discriminatorParameters(discriminatorDefaults, modelSizes(model)),
    createRandom(seed).fork('discriminator'),
  );
  return Object.fromEntries(
    Object.entries(values).map(([path, value]) => [`${discriminatorPrefix}${path}`, value]),
  );
}

/** Turns folders of photos into shards of their faces, for the guided stages and `parse`. */
export async function preparePhotos(
  photos: readonly string[],
  prepared: string,
  folder: string,
  { loadRogue, signal, onWarning, onPrepared }: GuidedRunOptions,
): Promise<void> {
  const rogue = await loadRogue();
  try {
    await writePhotoShards(rogue, photos, {
      folder: prepared,
      cache: join(folder, 'crops'),
      ...(signal && { signal }),
      ...(onPrepared && { onSample: onPrepared }),
      onSkip: (path, reason) => onWarning?.(`${path}: ${reason}`),
    });
  } finally {
    await rogue.release();
  }
}
