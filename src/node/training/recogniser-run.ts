import { readFile } from 'node:fs/promises';
import type { MorphableModel } from '../../model/morphable-model.js';
import { importOnnx } from '../../graph/import/import.js';
import { createHeadPredictor } from '../../network/head-predictor.js';
import { alignPredicted } from '../../network/identity/aligned-face.js';
import { nodeRuntime } from '../../runtime/node.js';
import { cpuTarget } from '../../runtime/target.js';
import { createSheet, paste } from '../../fit/pictures/sheet.js';
import { alignedSize } from '../../detect/alignment.js';
import type { RecogniseConfig } from '../../train/config.js';
import { supervisedPoints } from '../../train/pretrain.js';
import { recogniseGraph } from '../../train/recognise.js';
import { pictureOfView } from '../../train/view-picture.js';
import { assetFiles, loadModel, readAsset } from '../files/assets.js';
import { encodePng } from '../files/image-codec.js';
import { preparePhotos, type GuidedRunOptions } from './guided-run.js';
import { recogniserBatches } from './recogniser-data.js';
import { prepareTrainingData } from './training-data.js';
import { beginningWith, ofStage, runStage, type StagePicture } from './stage-run.js';
import { readParameters } from './training-run.js';

/** Faces in the report's picture. */
const SHOWN = 8;

/**
 * The stage `recognise`: a copy of the published recognition network learns to say of covered and noisy faces
 * what that says of the clean ones.
 *
 * @param data as of `guideRegressor`
 * @param options `from`: a checkpoint of this stage, or an exported network to go on with
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function trainRecogniser(
  data: readonly string[],
  folder: string,
  config: RecogniseConfig,
  options: GuidedRunOptions,
): Promise<number> {
  const model: MorphableModel = await loadModel();
  const { shards, samples } = await prepareTrainingData(data, folder, (photos, prepared) =>
    preparePhotos(photos, prepared, folder, options),
  );
  const one = nodeRuntime({ threads: 1 });
  const published = await readAsset(assetFiles.recognitionTeacher);
  const [teacher, predictor] = await Promise.all([
    one.createSession(published),
    createHeadPredictor(one, await readAsset(assetFiles.regressor)),
  ]);
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false };
  const { batch, seed, chimeras, weights } = config;
  const source = {
    model,
    points: supervisedPoints(model),
    teacher,
    predictor,
    align: alignPredicted(model),
  };
  const batches = (start: number) =>
    recogniserBatches(source, shards, samples, start, {
      batch,
      seed,
      chimeras,
      onWarning: ({ message }) => options.onWarning?.(message),
    });
  try {
    return await runStage(
      folder,
      {
        title: 'recognise',
        picture: firstViews(batches),
        config,
        runtime,
        data,
        samples,
        parameters: await startingRecogniser(published, options.from),
        graphs: {
          gradient: recogniseGraph(published, batch, weights, await cpuTarget(nodeRuntime(runtime))),
        },
        batches,
      },
      options,
    );
  } finally {
    await Promise.all([teacher.release(), predictor.release()]);
  }
}

/** The published network's weights, or those of an earlier run. */
async function startingRecogniser(
  published: Uint8Array,
  from: string | undefined,
): Promise<Record<string, Float32Array>> {
  const stored = networkWeights(published);
  if (from === undefined) return stored;
  return beginningWith(from, async () =>
    ofStage(
      'recognise',
      stored,
      from.endsWith('.onnx') ? networkWeights(await readFile(from)) : await readParameters(from),
    ),
  );
}

/** A recognition network's weights, by the names that the stage has for them. */
export const networkWeights = (network: Uint8Array): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries(importOnnx(network).parameters).map(([name, { data }]) => [name, data.slice()]),
  );

/** What the report shows: views of the first batch, as the network gets them. */
function firstViews(batches: (start: number) => ReturnType<typeof recogniserBatches>): StagePicture {
  let png: Promise<Uint8Array> | undefined;
  const draw = async (): Promise<Uint8Array> => {
    const stream = batches(0);
    const { value } = await stream.next();
    await stream.return();
    const { dims, data } = value!['faces']!;
    const size = 3 * alignedSize * alignedSize;
    const count = dims[0]! / 3;
    const shown = Math.min(SHOWN, count);
    const sheet = createSheet(3 * shown, shown, alignedSize);
    for (let view = 0; view < 3; view++)
      for (let k = 0; k < shown; k++) {
        const from = (view * count + k) * size;
        const face = (data as Float32Array).subarray(from, from + size);
        paste(sheet, view * shown + k, pictureOfView(face, alignedSize));
      }
    return encodePng(sheet.image);
  };
  return async () => ({
    png: await (png ??= draw()),
    caption:
      'Faces of the first batch, clean, covered and noisy, aligned by the heads that are seen in them.',
  });
}
