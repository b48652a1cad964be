import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../../data/random.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { createFaceDetector } from '../../detect/face-detector.js';
import { modelSizes } from '../../network/code.js';
import { exportFeatures, exportRegressor } from '../../network/export-regressor.js';
import { importRegressor } from '../../network/import-regressor.js';
import { judgeParameters } from '../../network/judge.js';
import { initialParameters, regressors } from '../../network/regressor.js';
import { nodeRuntime } from '../../runtime/node.js';
import { cpuTarget } from '../../runtime/target.js';
import type { JudgeConfig } from '../../train/config.js';
import { judgeGraph } from '../../train/judge.js';
import { assetFiles, assetPath, loadModel, readAsset } from '../files/assets.js';
import { writeWhole } from '../files/whole-file.js';
import { prepareDetectionPhotos, type DetectRunOptions } from './detect-run.js';
import { judgeBatches } from './judge-data.js';
import { judgePictureOf } from './judge-report.js';
import { runConstants } from './run-constants.js';
import { prepareTrainingData } from './training-data.js';
import { runStage, startingParameters } from './stage-run.js';

/** The regressor whose features a judge reads, in the run's folder. */
export const judgedRegressorFile = 'regressor.onnx';

/**
 * The stage `judge`: two layers on the features of a regressor, which stays as it is, learn whether a crop
 * shows a face and where its box lies, of faces that are covered, noisy or beside the crop's middle.
 *
 * @param data as of `trainDetector`
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function trainJudge(
  data: readonly string[],
  folder: string,
  config: JudgeConfig,
  options: DetectRunOptions,
): Promise<number> {
  const model = await loadModel();
  const sizes = modelSizes(model);
  const network = regressors[config.network];
  const { shards, samples } = await prepareTrainingData(data, folder, (photos, prepared) =>
    prepareDetectionPhotos(photos, prepared, options),
  );
  const one = nodeRuntime({ threads: 1 });
  const fold = { run: runConstants(one) };
  const kept = join(folder, judgedRegressorFile);
  const file = await readFile(kept).catch(() => regressorToJudge(model, config, options.from));
  await mkdir(folder, { recursive: true });
  await writeWhole(kept, file);
  const regressor = importRegressor(network, sizes, file);
  const specs = judgeParameters(network);
  const random = createRandom(config.seed).fork('judge');
  const detector = await createFaceDetector(one, await readAsset(assetFiles.detector));
  const features = await one.createSession(
    await exportFeatures(network, sizes, regressor, { name: 'features', ...fold }),
  );
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false };
  const { batch, seed, worn, covered, noise, views } = config;
  try {
    return await runStage(
      folder,
      {
        title: `judge: ${config.network}`,
        picture: await judgePictureOf(model, config.network, regressor),
        config,
        runtime,
        data,
        samples,
        parameters: initialParameters(specs, random),
        graphs: {
          gradient: judgeGraph(network, batch * views, config.weights, await cpuTarget(nodeRuntime(runtime))),
        },
        batches: (start) =>
          judgeBatches({ model, detector, features }, shards, samples, start, {
            size: network.size,
            batch,
            seed,
            worn,
            covered,
            noise,
            views,
            onWarning: ({ message }) => options.onWarning?.(message),
          }),
      },
      options,
    );
  } finally {
    await Promise.all([detector.release(), features.release()]);
  }
}

/**
 * The regressor to be judged, as a file.
 * @throws TrainingRunError when `from` is none
 */
async function regressorToJudge(
  model: MorphableModel,
  config: JudgeConfig,
  from: string | undefined,
): Promise<Uint8Array> {
  const path = from ?? assetPath(assetFiles.regressor);
  const parameters = await startingParameters(model, config, path);
  if (path.endsWith('.onnx')) return readFile(path);
  return exportRegressor(regressors[config.network], modelSizes(model), parameters, {
    name: 'regressor',
    run: runConstants(nodeRuntime({ threads: 1 })),
  });
}
