import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../../data/random.js';
import { decodeOnnx } from '../../graph/onnx/decode.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { modelSizes } from '../../network/code.js';
import { createHeadPredictor } from '../../network/head-predictor.js';
import { alignmentInCrop, alignPredicted } from '../../network/identity/aligned-face.js';
import { exportIdentity } from '../../network/identity/export-identity.js';
import { identityParameters } from '../../network/identity/identity.js';
import { importIdentity } from '../../network/identity/import-identity.js';
import { recognitionNetwork } from '../../network/recognition.js';
import { initialParameters } from '../../network/regressor.js';
import { skinSurface } from '../../render/skin-surface.js';
import { nodeRuntime } from '../../runtime/node.js';
import { cpuTarget } from '../../runtime/target.js';
import type { IdentityConfig } from '../../train/config.js';
import { identityGraph } from '../../train/identity.js';
import { supervisedPoints } from '../../train/pretrain.js';
import { assetFiles, assetPath, loadModel, readAsset } from '../files/assets.js';
import { writeWhole } from '../files/whole-file.js';
import { preparePhotos, type GuidedRunOptions } from './guided-run.js';
import { identityBatches } from './identity-data.js';
import { runConstants } from './run-constants.js';
import { prepareTrainingData } from './training-data.js';
import { beginningWith, ofStage, runStage, type StagePicture } from './stage-run.js';
import { readParameters } from './training-run.js';
import { createValidationViews } from './validation-views.js';

/** The regressor that an identity network completes, in the run's folder. */
export const completedRegressorFile = 'regressor.onnx';

/**
 * The stage `identity`: three layers on a face's recognition embedding and on a regressor's albedo,
 * which both stay as they are, learn an albedo in which the face is recognised, from covered and noisy views,
 * too.
 *
 * @param data as of `guideRegressor`
 * @param options `from`: a checkpoint of an earlier run of this stage or its export, to go on with; or an
 *   exported regressor to complete
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function trainIdentity(
  data: readonly string[],
  folder: string,
  config: IdentityConfig,
  options: GuidedRunOptions,
): Promise<number> {
  const model = await loadModel();
  const albedo = modelSizes(model).albedo;
  const { shards, samples } = await prepareTrainingData(data, folder, (photos, prepared) =>
    preparePhotos(photos, prepared, folder, options),
  );
  const one = nodeRuntime({ threads: 1 });
  const regressor = await completedRegressor(folder, options.from);
  const predictor = await createHeadPredictor(one, regressor);
  const published = await readAsset(assetFiles.recognitionTeacher);
  const robust = await readAsset(assetFiles.recognition);
  const [teacher, recogniser] = await Promise.all([one.createSession(published), one.createSession(robust)]);
  const embed = recognitionNetwork(published);
  const surface = skinSurface(model);
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false };
  const { batch, seed, chimeras, weights } = config;
  const source = {
    model,
    points: supervisedPoints(model),
    surface,
    teacher,
    recogniser,
    predictor,
    align: alignPredicted(model),
    alignment: alignmentInCrop(model),
  };
  try {
    return await runStage(
      folder,
      {
        title: 'identity',
        picture: await identityPicture(model, regressor, robust),
        config,
        runtime,
        data,
        samples,
        parameters: await startingIdentity(albedo, seed, options.from),
        graphs: {
          gradient: identityGraph(
            surface,
            embed,
            { batch, albedo, weights },
            await cpuTarget(nodeRuntime(runtime)),
          ),
        },
        batches: (start) =>
          identityBatches(source, shards, samples, start, {
            batch,
            seed,
            chimeras,
            onWarning: ({ message }) => options.onWarning?.(message),
          }),
      },
      options,
    );
  } finally {
    await Promise.all([teacher.release(), recogniser.release(), predictor.release()]);
  }
}

/** The regressor whose albedo is completed: kept in the folder, so that a run that goes on has the same. */
async function completedRegressor(folder: string, from: string | undefined): Promise<Uint8Array> {
  const kept = join(folder, completedRegressorFile);
  const file = await readFile(kept).catch(() => regressorToComplete(from));
  await mkdir(folder, { recursive: true });
  await writeWhole(kept, file);
  return file;
}

/** The one that somebody named, or the one that ships. */
async function regressorToComplete(from: string | undefined): Promise<Uint8Array> {
  const named = from?.endsWith('.onnx') ? await readFile(from) : undefined;
  return named && !isIdentity(named) ? named : readFile(assetPath(assetFiles.regressor));
}

/** New layers, whose albedo is the regressor's, or those of an earlier run. */
async function startingIdentity(
  albedo: number,
  seed: string,
  from: string | undefined,
): Promise<Record<string, Float32Array>> {
  const specs = identityParameters(albedo);
  const fresh = initialParameters(specs, createRandom(seed).fork('identity'));
  fresh['identity.weight']!.fill(0);
  if (from === undefined) return fresh;
  return beginningWith(from, async () => {
    if (!from.endsWith('.onnx')) return ofStage('identity', fresh, await readParameters(from));
    const file = await readFile(from);
    return isIdentity(file) ? importIdentity(albedo, file) : fresh;
  });
}

/** Whether a file is an export of this stage. */
const isIdentity = (file: Uint8Array): boolean =>
  decodeOnnx(file).outputs.some(({ name }) => name === 'identity');

/** What the report shows. */
async function identityPicture(
  model: MorphableModel,
  regressor: Uint8Array,
  recogniser: Uint8Array,
): Promise<StagePicture> {
  const pictures = await createValidationViews(model, nodeRuntime({ threads: 1 }));
  return async (parameters) => ({
    png: await pictures.draw(regressor, {
      recogniser,
      identity: await exportIdentity(modelSizes(model).albedo, parameters, {
        name: 'identity',
        run: runConstants(nodeRuntime({ threads: 1 })),
      }),
    }),
    caption: 'Synthetic faces that the training does not see, and the heads that the networks see in them.',
  });
}
