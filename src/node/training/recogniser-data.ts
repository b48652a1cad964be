import type { ShardSource, ShardWarning } from '../../data/shards/reader.js';
import { createRandom } from '../../data/random.js';
import { alignedSize } from '../../detect/alignment.js';
import { ImagePyramid } from '../../detect/image-pyramid.js';
import { viewPerBox, type FaceBox } from '../../network/face-view.js';
import type { HeadPredictor, PredictedHead } from '../../network/head-predictor.js';
import type { AlignPredicted } from '../../network/identity/aligned-face.js';
import { embeddingSize } from '../../network/recognition-view.js';
import { floatOutput, type Session } from '../../runtime/session.js';
import { takingTurns } from '../../runtime/taking-turns.js';
import { chimera } from '../../train/chimera.js';
import { guidedExample, type GuidedPhoto } from '../../train/guided-example.js';
import { recogniseBatch, type RecogniseExample } from '../../train/recognise.js';
import { skinPictureDefaults } from '../../train/skin-host.js';
import type { Batch } from '../../train/step-graph.js';
import type { ExamplePoints } from '../../train/synthetic-example.js';
import { pictureOfView } from '../../train/view-picture.js';
import { jpegCodec } from '../files/jpeg-codec.js';
import { readGuidedPhoto } from './guided-data.js';
import { sampleBatches } from './sample-batches.js';

export interface RecogniserDataOptions {
  readonly batch: number;
  readonly seed: number | string;
  /** Share of the photos that get parts of the next one's face. */
  readonly chimeras: number;
  readonly onWarning?: (warning: ShardWarning) => void;
}

/** What aligns the views of photos, and says who is in the clean ones. */
export interface RecogniserDataSource extends ExamplePoints {
  /** The recognition network that teaches. */
  readonly teacher: Session;
  readonly predictor: HeadPredictor;
  readonly align: AlignPredicted;
}

/** Width and height of the views, pixels: fine enough for an aligned face. */
const VIEW = 192;
/** The box whose crop is a whole view. */
const side = VIEW / viewPerBox;
const margin = (VIEW - side) / 2;
const wholeView: FaceBox = { x: margin, y: margin, width: side, height: side };

/** A photo's clean, covered and noisy view, and what the regressor sees in each. */
export interface SeenViews extends RecogniseExample {
  /** The clean view at the size of the renderer's pictures. */
  readonly picture: Float32Array;
  readonly heads: readonly PredictedHead[];
}

/** A photo, and the seed of what happens to it. */
export interface SeededPhoto {
  readonly photo: GuidedPhoto;
  readonly seed: string;
}

/**
 * Batches of the stage `recognise` from step `start` on, of the shards that `robustify` takes; see
 * `sampleBatches`.
 */
export function recogniserBatches(
  source: RecogniserDataSource,
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  options: RecogniserDataOptions,
): AsyncGenerator<Batch, void, undefined> {
  const inTurn = takingTurns();
  return photoBatches(source, shards, samplesPerEpoch, start, options, async (photos) =>
    recogniseBatch(await inTurn(() => seenViewsOf(source, photos))),
  );
}

/**
 * Batches of whole photos, some of which are chimeras.
 * @param collate the batch of as many photos
 */
export function photoBatches(
  source: ExamplePoints,
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  { batch, seed, chimeras, onWarning }: RecogniserDataOptions,
  collate: (photos: readonly SeededPhoto[]) => Promise<Batch>,
): AsyncGenerator<Batch, void, undefined> {
  return sampleBatches(shards, samplesPerEpoch, start, {
    batch,
    seed,
    required: ['jpg'],
    example: async (sample, own) => {
      const photo = await readGuidedPhoto(source, sample, true);
      return photo && { photo, seed: own };
    },
    collate: (photos) => collate(withChimeras(photos, chimeras)),
    ...(onWarning && { onWarning }),
  });
}

/** Some of the photos with parts of the next one's face. */
function withChimeras(photos: readonly SeededPhoto[], share: number): SeededPhoto[] {
  return photos.map(({ photo, seed }, i) => {
    const random = createRandom(seed).fork('chimera');
    const next = photos[(i + 1) % photos.length]!.photo;
    return random.uniform() < share ? { photo: chimera(photo, next, random), seed } : { photo, seed };
  });
}

/** One batch at a time: the networks' input buffers are shared. */
export async function seenViewsOf(
  source: RecogniserDataSource,
  photos: readonly SeededPhoto[],
): Promise<SeenViews[]> {
  const seen: SeenViews[] = [];
  for (const photo of photos) seen.push(await seenViews(source, photo));
  return seen;
}

async function seenViews(source: RecogniserDataSource, { photo, seed }: SeededPhoto): Promise<SeenViews> {
  const { views, picture, aligned } = await guidedExample(photo, seed, {
    size: VIEW,
    pictureSize: skinPictureDefaults.size,
    robust: true,
    codec: jpegCodec,
  });
  const heads: PredictedHead[] = [];
  const faces = new Float32Array(views.length * aligned.length);
  for (const [k, view] of views.entries()) {
    const pyramid = new ImagePyramid(pictureOfView(view, VIEW));
    const head = await source.predictor.predict(pyramid, wholeView);
    source.align(pyramid, head, faces.subarray(k * aligned.length, (k + 1) * aligned.length));
    heads.push(head);
  }
  const [embedding] = await embeddingsOf(source.teacher, aligned);
  return { picture, heads, faces, embedding: embedding! };
}

/** @param faces 3×112×112 each, one after the other */
export async function embeddingsOf(recognition: Session, faces: Float32Array): Promise<Float32Array[]> {
  const length = 3 * alignedSize * alignedSize;
  const image = { dims: [faces.length / length, 3, alignedSize, alignedSize], data: faces };
  const rows = floatOutput(await recognition.run({ image }), 'embedding');
  return Array.from({ length: image.dims[0]! }, (_, k) =>
    rows.slice(k * embeddingSize, (k + 1) * embeddingSize),
  );
}
