import { createRandom } from '../../data/random.js';
import type { ShardSource, ShardWarning } from '../../data/shards/reader.js';
import type { ShardSample } from '../../data/shards/sample.js';
import type { DenseLandmarker } from '../../detect/dense-landmarks.js';
import { mirroredImage, type Image } from '../../math/image.js';
import type { FaceBox } from '../../network/face-view.js';
import { landmarksBatch, type LandmarksExample } from '../../train/landmarks.js';
import { landmarksView, type LandmarksViewOptions } from '../../train/landmarks-view.js';
import type { Batch } from '../../train/step-graph.js';
import { readParsePhoto } from './parse-data.js';
import { sampleBatches } from './sample-batches.js';

export interface LandmarksDataOptions extends LandmarksViewOptions {
  readonly batch: number;
  readonly seed: number | string;
  /** Share of the samples whose covered version is taken, where there is one. */
  readonly worn: number;
  readonly onWarning?: (warning: ShardWarning) => void;
}

/** Below this presence the teacher sees no face, and nothing is taught. */
const LEAST_PRESENCE = 0.5;

/**
 * Batches of the stage `landmarks` from step `start` on, of shards of `rogue synth` and of
 * `writePhotoShards`; see `sampleBatches`.
 */
export function landmarksBatches(
  teacher: DenseLandmarker,
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  options: LandmarksDataOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batch, seed, onWarning } = options;
  const teach = remembered(teacher);
  return sampleBatches<LandmarksExample>(shards, samplesPerEpoch, start, {
    batch,
    seed,
    required: ['jpg'],
    example: (sample, own) => exampleOf(teacher, teach, sample, own, options),
    collate: landmarksBatch,
    ...(onWarning && { onWarning }),
  });
}

async function exampleOf(
  teacher: DenseLandmarker,
  teach: Teach,
  sample: ShardSample,
  seed: string,
  { worn: wearing, ...options }: LandmarksDataOptions,
): Promise<LandmarksExample | undefined> {
  const random = createRandom(seed);
  const stored = await readParsePhoto(sample, random.fork('worn').uniform() < wearing);
  if (!stored) return undefined;
  const mirrored = random.fork('mirror').uniform() < 0.5;
  const clean = mirrored ? mirroredPhoto(stored) : stored;
  const points = await teach(`${sample.key}/${mirrored}`, clean);
  if (!points) return undefined;
  const worn = stored.covered?.photo;
  const photo = worn ? (mirrored ? mirroredImage(worn) : worn) : clean.photo;
  // What wears a mask is covered enough, most of the time.
  const covered = worn ? options.covered / 3 : options.covered;
  const { box, roll } = clean;
  const { region, ...view } = landmarksView({ photo, box, roll, points }, random, { ...options, covered });
  const presence = view.taught ? 1 : (await teacher.landmarkIn(clean.photo, region)).presence;
  return { ...view, presence };
}

/** A photo and the face in it as a mirror shows them. */
function mirroredPhoto({ photo, box, roll }: TaughtPhoto): TaughtPhoto {
  return {
    photo: mirroredImage(photo),
    box: { ...box, x: photo.width - box.x - box.width },
    roll: -roll,
  };
}

interface TaughtPhoto {
  readonly photo: Image;
  readonly box: FaceBox;
  readonly roll: number;
}
type Teach = (key: string, photo: TaughtPhoto) => Promise<Float32Array | undefined>;

/** What the teacher says of clean photos; each is looked at once. */
function remembered(teacher: DenseLandmarker): Teach {
  const known = new Map<string, Promise<Float32Array | undefined>>();
  const look = async ({ photo, box, roll }: TaughtPhoto): Promise<Float32Array | undefined> => {
    const face = { box, roll, score: 1, keypoints: new Float32Array(12) };
    const { points, presence } = await teacher.landmark(photo, face);
    return presence < LEAST_PRESENCE ? undefined : points;
  };
  return (key, photo) => {
    // Keys are counted within a folder; its pixels tell the photo.
    const name = `${key}/${photo.box.x}/${photo.box.y}/${photo.box.width}`;
    const points = known.get(name) ?? look(photo);
    known.set(name, points);
    return points;
  };
}
