import { regressors } from '../../network/regressor.js';
import { nodeRuntime } from '../../runtime/node.js';
import { cpuTarget } from '../../runtime/target.js';
import { softnessAt, type PretrainConfig } from '../../train/config.js';
import { pretrainGraph, supervisedPoints } from '../../train/pretrain.js';
import { loadModel } from '../files/assets.js';
import { pretrainBatches } from './pretrain-data.js';
import { readTrainingData } from './training-data.js';
import { regressorPicture, runStage, startingParameters, type StageOptions } from './stage-run.js';

/**
 * The supervised stage: trains a regressor on the shards of `rogue synth`, into a folder that keeps all of
 * the run.
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function pretrain(
  data: readonly string[],
  folder: string,
  config: PretrainConfig,
  options: StageOptions = {},
): Promise<number> {
  const model = await loadModel();
  const points = supervisedPoints(model);
  const network = regressors[config.network];
  const { shards, samples } = await readTrainingData(data);
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false };
  return runStage(
    folder,
    {
      title: `${config.stage}: ${config.network}`,
      picture: await regressorPicture(model, config.network),
      config,
      runtime,
      data,
      samples,
      parameters: await startingParameters(model, config, options.from),
      graphs: {
        gradient: pretrainGraph(
          model,
          network,
          config.batch,
          config.weights,
          await cpuTarget(nodeRuntime(runtime)),
        ),
      },
      batches: (start) =>
        pretrainBatches({ model, points }, shards, samples, start, {
          size: network.size,
          batch: config.batch,
          seed: config.seed,
          covered: config.covered,
          robust: config.robust,
          softness: (step) => softnessAt(config, step),
          onWarning: ({ message }) => options.onWarning?.(message),
        }),
    },
    options,
  );
}
