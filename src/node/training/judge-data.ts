import { createRandom } from '../../data/random.js';
import type { ShardSource, ShardWarning } from '../../data/shards/reader.js';
import type { ShardSample } from '../../data/shards/sample.js';
import type { FaceDetector } from '../../detect/face-detector.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { floatOutput, type Session } from '../../runtime/session.js';
import { judgeBatch, type JudgeExample } from '../../train/judge.js';
import { judgePicture, judgeViews, type JudgeViewOptions } from '../../train/judge-view.js';
import type { Batch } from '../../train/step-graph.js';
import { readDetectionPhoto } from './detection-data.js';
import { sampleBatches } from './sample-batches.js';

export interface JudgeDataOptions extends JudgeViewOptions {
  /** Pictures of a batch. */
  readonly batch: number;
  readonly seed: number | string;
  /** Share of the samples whose covered version is taken, where there is one. */
  readonly worn: number;
  readonly onWarning?: (warning: ShardWarning) => void;
}

/** What makes examples of pictures. */
export interface JudgeDataSource {
  readonly model: MorphableModel;
  /** Whose candidates are judged. */
  readonly detector: FaceDetector;
  /** A network from crops to a regressor's `features`. */
  readonly features: Session;
}

/** What a detector hardly believes in is judged as well. */
const LEAST_SCORE = 0.2;

/**
 * Batches of the stage `judge` from step `start` on, of shards of `rogue synth` and of
 * `writeDetectionShards`; see `sampleBatches`.
 */
export function judgeBatches(
  source: JudgeDataSource,
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  options: JudgeDataOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batch, seed, onWarning } = options;
  return sampleBatches<JudgeExample[]>(shards, samplesPerEpoch, start, {
    batch,
    seed,
    required: ['jpg'],
    example: (sample, own) => examplesOf(source, sample, own, options),
    collate: (examples) => judgeBatch(examples.flat()),
    ...(onWarning && { onWarning }),
  });
}

async function examplesOf(
  { model, detector, features }: JudgeDataSource,
  sample: ShardSample,
  seed: string,
  options: JudgeDataOptions,
): Promise<JudgeExample[]> {
  const random = createRandom(seed);
  const { photo, worn, faces } = await readDetectionPhoto(model, sample, random, options.worn);
  const seen = worn ?? photo;
  const picture = { ...seen, data: seen.data.slice() };
  const left = judgePicture(picture, faces, random.fork('covers'), {
    covered: worn ? options.covered / 3 : options.covered,
  });
  const found = await detector.detect(picture, { threshold: LEAST_SCORE });
  const views = judgeViews(picture, left, found, random.fork('views'), options);
  const { size } = options;
  const data = new Float32Array(views.length * 3 * size * size);
  views.forEach(({ image }, k) => data.set(image, k * image.length));
  const outputs = await features.run({ image: { dims: [views.length, 3, size, size], data } });
  const rows = floatOutput(outputs, 'features');
  const width = rows.length / views.length;
  return views.map(({ face, place }, k) => ({
    face,
    place,
    features: rows.slice(k * width, (k + 1) * width),
  }));
}
