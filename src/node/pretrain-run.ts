import { createRandom } from '../data/random.js';
import { modelSizes } from '../network/code.js';
import { initialParameters, regressorParameters, regressors } from '../network/regressor.js';
import { cpuTarget } from '../runtime/target.js';
import { nodeRuntime } from '../runtime/node.js';
import { softnessAt, type PretrainConfig } from '../train/config.js';
import { adamWDefaults } from '../train/optimizer.js';
import { pretrainGraph, supervisedPoints } from '../train/pretrain.js';
import { loadModel } from './assets.js';
import { pretrainBatches } from './pretrain-data.js';
import { findShards, countSamples } from './shard-reader.js';
import { trainInWorker } from './train-in-worker.js';
import { runTraining, type TrainingRunOptions } from './training-run.js';

export interface PretrainRunOptions extends Pick<TrainingRunOptions, 'signal' | 'onMetrics' | 'checkpointEvery'> {
  /** Threads of ONNX Runtime. Default: one per core. */
  readonly threads?: number;
  readonly onWarning?: (line: string) => void;
}

/**
 * The supervised stage: trains a regressor on the shards of `rogue synth`, into a folder that keeps all of the run.
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function pretrain(data: string, folder: string, config: PretrainConfig, options: PretrainRunOptions = {}): Promise<number> {
  const model = await loadModel(), points = supervisedPoints(model), network = regressors[config.network], specs = regressorParameters(network, modelSizes(model));
  const shards = await findShards(data), samples = await countSamples(data);
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false }, target = await cpuTarget(nodeRuntime(runtime));
  const gradient = pretrainGraph(model, network, config.batch, config.weights, target);
  const trainer = await trainInWorker({ gradient }, initialParameters(specs, createRandom(config.seed).fork('parameters')), {
    optimizer: { ...adamWDefaults, weightDecay: config.weightDecay },
    learningRate: { kind: 'cosine', learningRate: config.learningRate, steps: config.steps, warmUp: config.warmUp }, clipNorm: config.clipNorm,
  }, { runtime });
  try {
    return await runTraining(folder, trainer, (start) => pretrainBatches({ model, points }, shards, samples, start, {
      size: network.size, batch: config.batch, seed: config.seed, covered: config.covered, robust: config.robust,
      softness: (step) => softnessAt(config, step), onWarning: ({ message }) => options.onWarning?.(message),
    }), { ...options, config: { ...config, data, samples }, steps: config.steps, batch: config.batch });
  } finally {
    await trainer.release();
  }
}
