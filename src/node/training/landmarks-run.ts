import { readFile } from 'node:fs/promises';
import { createDenseLandmarks, landmarkerInput } from '../../detect/dense-landmarks.js';
import { createSheet, paste } from '../../fit/pictures/sheet.js';
import { nodeRuntime } from '../../runtime/node.js';
import { floatOutput } from '../../runtime/session.js';
import { cpuTarget } from '../../runtime/target.js';
import type { LandmarksConfig } from '../../train/config.js';
import { landmarkerParameters } from '../../train/landmarker-network.js';
import { retrainedFile } from '../../train/retrained-file.js';
import { landmarksGraph } from '../../train/landmarks.js';
import type { Batch } from '../../train/step-graph.js';
import { pictureOfView } from '../../train/view-picture.js';
import { assetFiles, readAsset } from '../files/assets.js';
import { encodePng } from '../files/image-codec.js';
import { preparePhotos, type GuidedRunOptions } from './guided-run.js';
import { landmarksBatches } from './landmarks-data.js';
import { beginningWith, ofStage, runStage, type StagePicture } from './stage-run.js';
import { prepareTrainingData } from './training-data.js';
import { readParameters } from './training-run.js';

/** Faces in the report's picture. */
const SHOWN = 12;

/**
 * The stage `landmarks`: a copy of the published dense landmark network learns to see in covered and noisy
 * faces what that sees in the clean ones.
 *
 * @param data as of `guideRegressor`
 * @param options `from`: a checkpoint of this stage, or an exported network to go on with
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function trainLandmarks(
  data: readonly string[],
  folder: string,
  config: LandmarksConfig,
  options: GuidedRunOptions,
): Promise<number> {
  const { shards, samples } = await prepareTrainingData(data, folder, (photos, prepared) =>
    preparePhotos(photos, prepared, folder, options),
  );
  const published = await readAsset(assetFiles.landmarksTeacher);
  const teacher = await createDenseLandmarks(nodeRuntime({ threads: 1 }), published);
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false };
  const { batch, seed, worn, covered, noise, weights } = config;
  const batches = (start: number): ReturnType<typeof landmarksBatches> =>
    landmarksBatches(teacher, shards, samples, start, {
      batch,
      seed,
      worn,
      covered,
      noise,
      onWarning: ({ message }) => options.onWarning?.(message),
    });
  try {
    return await runStage(
      folder,
      {
        title: 'landmarks',
        picture: meshesOn(published, batches),
        config,
        runtime,
        data,
        samples,
        parameters: await startingLandmarker(published, options.from),
        graphs: {
          gradient: landmarksGraph(published, batch, weights, await cpuTarget(nodeRuntime(runtime))),
        },
        batches,
      },
      options,
    );
  } finally {
    await teacher.release();
  }
}

async function startingLandmarker(
  published: Uint8Array,
  from: string | undefined,
): Promise<Record<string, Float32Array>> {
  const stored = landmarkerParameters(published);
  if (from === undefined) return stored;
  return beginningWith(from, async () =>
    ofStage(
      'landmarks',
      stored,
      from.endsWith('.onnx') ? landmarkerParameters(await readFile(from)) : await readParameters(from),
    ),
  );
}

/** What the report shows: views of the first batch, the teacher's points in green, the network's in red. */
function meshesOn(
  published: Uint8Array,
  batches: (start: number) => AsyncGenerator<Batch, void, undefined>,
): StagePicture {
  let first: Promise<Batch> | undefined;
  const firstBatch = async (): Promise<Batch> => {
    const stream = batches(0);
    const { value } = await stream.next();
    await stream.return();
    return value!;
  };
  return async (parameters) => {
    const { image, mesh } = await (first ??= firstBatch());
    const side = landmarkerInput;
    const shown = Math.min(SHOWN, image!.dims[0]!);
    const session = await nodeRuntime({ threads: 1 }).createSession(
      retrainedFile(published, parameters, 'checkpoint'),
    );
    const values = 3 * side * side;
    const data = (image!.data as Float32Array).slice(0, shown * values);
    const said = floatOutput(await session.run({ image: { dims: [shown, 3, side, side], data } }), 'mesh');
    await session.release();
    const each = said.length / shown;
    const sheet = createSheet(shown, Math.ceil(shown / 2), side);
    for (let k = 0; k < shown; k++) {
      const view = data.slice(k * values, (k + 1) * values).map((value) => 2 * value - 1);
      const picture = pictureOfView(view, side);
      const dots = (points: ArrayLike<number>, colour: readonly [number, number, number]): void => {
        for (let i = k * each; i < (k + 1) * each; i += 3) {
          const [x, y] = [Math.round(points[i]!), Math.round(points[i + 1]!)];
          if (x >= 0 && y >= 0 && x < side && y < side) picture.data.set(colour, 3 * (y * side + x));
        }
      };
      dots(mesh!.data as Float32Array, [0, 220, 0]);
      dots(said, [230, 0, 0]);
      paste(sheet, k, picture);
    }
    return {
      png: await encodePng(sheet.image),
      caption:
        "Faces of the first batch: the teacher's points on the clean photo (green), and the network's.",
    };
  };
}
