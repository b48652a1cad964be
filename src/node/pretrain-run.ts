import { join } from 'node:path';
import { createRandom } from '../data/random.js';
import { exportRegressor } from '../network/export-regressor.js';
import { trainingReport } from '../train/training-report.js';
import { createValidationViews } from './validation-views.js';
import { runConstants } from './run-constants.js';
import { writeWhole } from './whole-file.js';
import { modelSizes } from '../network/code.js';
import { initialParameters, regressorParameters, regressors, withUnitFilters } from '../network/regressor.js';
import { cpuTarget } from '../runtime/target.js';
import { nodeRuntime } from '../runtime/node.js';
import { softnessAt, type PretrainConfig } from '../train/config.js';
import { adamWDefaults } from '../train/optimizer.js';
import { pretrainGraph, supervisedPoints } from '../train/pretrain.js';
import { loadModel } from './assets.js';
import { pretrainBatches } from './pretrain-data.js';
import { findShards, countSamples } from './shard-reader.js';
import { trainInWorker } from './train-in-worker.js';
import { readMetrics, readParameters, runFiles, runTraining, type TrainingRunOptions } from './training-run.js';

/** Seconds between two versions of the report. */
const REPORT_EVERY = 300;

export interface PretrainRunOptions extends Pick<TrainingRunOptions, 'signal' | 'onMetrics' | 'checkpointEvery'> {
  /** Threads of ONNX Runtime. Default: one per core. */
  readonly threads?: number;
  /** A checkpoint whose network to begin with. Default: a new one. */
  readonly from?: string;
  readonly onWarning?: (line: string) => void;
}

/**
 * The supervised stage: trains a regressor on the shards of `rogue synth`, into a folder that keeps all of the run.
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function pretrain(data: readonly string[], folder: string, config: PretrainConfig, options: PretrainRunOptions = {}): Promise<number> {
  const model = await loadModel(), points = supervisedPoints(model), network = regressors[config.network], specs = regressorParameters(network, modelSizes(model));
  const shards = (await Promise.all(data.map(findShards))).flat(), samples = (await Promise.all(data.map(countSamples))).reduce((sum, count) => sum + count, 0);
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false }, target = await cpuTarget(nodeRuntime(runtime));
  const gradient = pretrainGraph(model, network, config.batch, config.weights, target);
  const pictures = await createValidationViews(model, nodeRuntime({ threads: 1 }), network.size);
  const report = async (): Promise<void> => {
    const file = await exportRegressor(network, modelSizes(model), await trainer.parameters(), { name: 'regressor', run: runConstants(nodeRuntime({ threads: 1 })) });
    const url = `data:image/png;base64,${Buffer.from(await pictures.draw(file)).toString('base64')}`, caption = 'Synthetic faces that the training does not see, and the heads that the network sees in them.';
    await writeWhole(join(folder, runFiles.report), await trainingReport({ title: `pretrain: ${config.network}`, config, steps: config.steps, metrics: await readMetrics(folder), picture: { url, caption } }));
  };
  let reported = -Infinity;
  const trainer = await trainInWorker({ gradient }, options.from === undefined ? initialParameters(specs, createRandom(config.seed).fork('parameters')) : withUnitFilters(specs, await readParameters(options.from)), {
    optimizer: { ...adamWDefaults, weightDecay: config.weightDecay },
    learningRate: { kind: 'cosine', learningRate: config.learningRate, steps: config.steps, warmUp: config.warmUp }, clipNorm: config.clipNorm,
  }, { runtime });
  try {
    return await runTraining(folder, trainer, (start) => pretrainBatches({ model, points }, shards, samples, start, {
      size: network.size, batch: config.batch, seed: config.seed, covered: config.covered, robust: config.robust,
      softness: (step) => softnessAt(config, step), onWarning: ({ message }) => options.onWarning?.(message),
    }), {
      ...options,
      async onCheckpoint(step) {
        if (performance.now() - reported < 1000 * REPORT_EVERY && step < config.steps) return;
        await report();
        reported = performance.now();
      },
      config: { ...config, data, samples, ...(options.from === undefined ? {} : { from: options.from }) }, steps: config.steps, batch: config.batch,
    });
  } finally {
    await trainer.release();
  }
}
