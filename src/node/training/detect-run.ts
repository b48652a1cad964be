import { readFile } from 'node:fs/promises';
import { detectorParameters, withPoses } from '../../train/detector-network.js';
import type { Rogue } from '../../fit/rogue.js';
import { nodeRuntime } from '../../runtime/node.js';
import { cpuTarget } from '../../runtime/target.js';
import type { DetectConfig } from '../../train/config.js';
import { detectionGraph } from '../../train/detect.js';
import { assetFiles, loadModel, readAsset } from '../files/assets.js';
import { detectionBatches, teacherOf, writeDetectionShards } from './detection-data.js';
import { detectionPicture } from './detection-picture.js';
import { prepareTrainingData } from './training-data.js';
import { beginningWith, runStage, type StageOptions } from './stage-run.js';
import { readParameters } from './training-run.js';

export interface DetectRunOptions extends StageOptions {
  /** Finds the faces of photos: the teacher. */
  readonly loadRogue: () => Promise<Rogue>;
  /** Hears of the preparation of photos: how many samples are done, and of how many. */
  readonly onPrepared?: (done: number, count: number) => void;
}

/**
 * The stage `detect`: a detector learns to find, covered, noisy, turned, small and cut off, the faces that
 * the present one finds in photos as they are, and those of synthetic heads from every side, into a folder
 * that keeps all of the run.
 *
 * @param data folders of shards, of `rogue synth` or `writeDetectionShards`, and folders of photos; those are
 *   turned into shards in `<folder>/photos` once
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function trainDetector(
  data: readonly string[],
  folder: string,
  config: DetectConfig,
  options: DetectRunOptions,
): Promise<number> {
  const model = await loadModel();
  const { shards, samples } = await prepareTrainingData(data, folder, (photos, prepared) =>
    prepareDetectionPhotos(photos, prepared, options),
  );
  const network = await detectorNetwork();
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false };
  const { batch, seed, worn, covered, noise } = config;
  const teacher = await nodeRuntime({ threads: 1 }).createSession(
    await readAsset(assetFiles.detectorTeacher),
  );
  try {
    return await runStage(
      folder,
      {
        title: 'detect: face detector',
        picture: await detectionPicture(model, network),
        config,
        runtime,
        data,
        samples,
        parameters: await startOf(network, options.from),
        graphs: {
          gradient: detectionGraph(network, batch, config.weights, await cpuTarget(nodeRuntime(runtime))),
        },
        batches: (start) =>
          detectionBatches({ model, teach: teacherOf(teacher) }, shards, samples, start, {
            batch,
            seed,
            worn,
            covered,
            noise,
            onWarning: ({ message }) => options.onWarning?.(message),
          }),
      },
      options,
    );
  } finally {
    await teacher.release();
  }
}

/** Turns folders of photos into shards for the stages `detect` and `judge`. */
export async function prepareDetectionPhotos(
  photos: readonly string[],
  prepared: string,
  { loadRogue, signal, onPrepared, onWarning }: DetectRunOptions,
): Promise<void> {
  const rogue = await loadRogue();
  try {
    await writeDetectionShards(rogue, photos, {
      folder: prepared,
      ...(signal && { signal }),
      ...(onPrepared && { onSample: onPrepared }),
      onSkip: (path, reason) => onWarning?.(`${path}: ${reason}`),
    });
  } finally {
    await rogue.release();
  }
}

/** The teacher, with poses: whose architecture is trained, and where the training begins. */
export async function detectorNetwork(): Promise<Uint8Array> {
  return withPoses(await readAsset(assetFiles.detectorTeacher));
}

async function startOf(network: Uint8Array, from: string | undefined): Promise<Record<string, Float32Array>> {
  if (from === undefined) return detectorParameters(network);
  return beginningWith(from, async () => {
    const parameters = from.endsWith('.onnx')
      ? detectorParameters(withPoses(await readFile(from)))
      : await readParameters(from);
    const other = Object.entries(detectorParameters(network)).find(
      ([name, values]) => parameters[name]?.length !== values.length,
    );
    if (other) throw new Error(`its weight "${other[0]}" is missing or of another size`);
    return parameters;
  });
}
