import { coverFace } from '../../data/synthetic/covered.js';
import { decodeSample } from '../../data/synthetic/sample.js';
import { occludedFaceOf } from '../../data/occlusion/occluded-face.js';
import type { HandModel } from '../../data/occlusion/hand/hand-file.js';
import { createRandom, type Random } from '../../data/random.js';
import { memberBytes, type SampleMembers, type ShardSample } from '../../data/shards/sample.js';
import type { ShardSource, ShardWarning } from '../../data/shards/reader.js';
import { plainValues } from '../../detect/detection.js';
import type { FoundFace } from '../../detect/find-faces.js';
import type { Rogue } from '../../fit/rogue.js';
import type { Reconstruction } from '../../fit/reconstruction.js';
import type { Image } from '../../math/image.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { directionsOf } from '../../network/face-view.js';
import {
  anchorCount,
  detectionBatch,
  detectionSide,
  type DetectionView,
} from '../../train/detection-targets.js';
import {
  detectionView,
  mixViews,
  type DetectionPhoto,
  type DetectionViewOptions,
  type Teacher,
} from '../../train/detection-view.js';
import { decodeLabels, encodeLabels, labelOfSample, type LabelledFace } from '../../train/labelled-faces.js';
import { floatOutput, type Session } from '../../runtime/session.js';
import type { Batch } from '../../train/step-graph.js';
import { loadHand } from '../files/assets.js';
import { decodeImage, encodeJpeg } from '../files/image-codec.js';
import { picturesBelow } from '../files/picture-files.js';
import { writeShards, type WriteShardsOptions } from '../files/shard-writer.js';
import { sampleBatches } from './sample-batches.js';

const QUALITY = 92;
/** Photos are kept no larger than this, pixels. */
const LARGEST_SIDE = 640;
/** The teacher's faces: those that it is sure of, and those that may be one. */
const SURE = 0.6;
const DOUBTFUL = 0.08;
/** Smallest faces that are looked for, pixels. */
const SMALLEST = 12;
/** Faces of a photo that get a head, for their directions; further ones are doubtful. */
const MOST_FACES = 6;

export interface DetectionShardsOptions extends Pick<WriteShardsOptions, 'folder' | 'signal'> {
  /** Share of the photos whose best face is also kept with something in front. Default 0.5. */
  readonly covered?: number;
  /** Told of each photo that gives no sample, with the reason in one line. */
  readonly onSkip?: (path: string, reason: string) => void;
  /** Hears of each sample: how many are done, and of how many. */
  readonly onSample?: (done: number, count: number) => void;
}

/**
 * Turns folders of photos into shards for the stage `detect`: each photo as it is, with the faces that the
 * present detector finds in it, and perhaps with one of them covered. Photos without any face are kept: the
 * detector learns from them what no face is.
 * @returns the number of samples
 * @throws Error when there is no photo; WriteError
 */
export async function writeDetectionShards(
  rogue: Rogue,
  folders: readonly string[],
  { folder, signal, covered = 0.5, onSkip, onSample }: DetectionShardsOptions,
): Promise<number> {
  const paths = (await Promise.all(folders.map((path) => picturesBelow(path, folder)))).flat();
  if (paths.length === 0) throw new Error(`no photo in ${folders.join(', ')}; name folders with photos`);
  const hand = await loadHand();
  await writeShards(
    async (index) => {
      try {
        return await photoSample(rogue, hand, paths[index]!, covered, `${index}`);
      } catch (error) {
        const reason = String((error as Error).message).split('\n')[0]!;
        onSkip?.(paths[index]!, reason);
        // Without a picture it is passed over.
        return { 'skipped.txt': new TextEncoder().encode(`${reason}\n`) };
      }
    },
    {
      folder,
      count: paths.length,
      prefix: 'photos',
      settings: { photos: paths.length, covered },
      ...(signal && { signal }),
      ...(onSample && {
        onSample: (done) => {
          onSample(done, paths.length);
        },
      }),
    },
  );
  return paths.length;
}

async function photoSample(
  rogue: Rogue,
  hand: HandModel,
  path: string,
  share: number,
  seed: string,
): Promise<SampleMembers> {
  const { image } = await decodeImage(path, { maxSide: LARGEST_SIDE });
  const found = await rogue.findFaces(image, { threshold: DOUBTFUL, minFace: SMALLEST });
  const faces = found.slice(0, MOST_FACES);
  const heads = await rogue.reconstruct(image, { faces, texture: 'none', hair: 'none' });
  const labels = found.map((face, k) => labelOf(face, heads[k]));
  const sure = labels.findIndex(({ doubtful }) => !doubtful);
  const random = createRandom(seed).fork('covered');
  const covered =
    sure >= 0 && random.uniform() < share
      ? coverFace(image, occludedFaceOf(rogue.model, heads[sure]!), hand, seed)
      : undefined;
  return {
    jpg: await encodeJpeg(image, QUALITY),
    'faces.json': encodeLabels(labels),
    ...(covered && { 'covered.jpg': await encodeJpeg(covered.image, QUALITY) }),
  };
}

function labelOf(face: FoundFace, head: Reconstruction | undefined): LabelledFace {
  const { box, keypoints, confidence } = face;
  const rotation = head?.pose.rotation ?? [1, 0, 0, 0, 1, 0, 0, 0, 1];
  return {
    centreX: box.x + box.width / 2,
    centreY: box.y + box.height / 2,
    size: Math.max(box.width, box.height),
    keypoints,
    ...directionsOf(rotation),
    doubtful: confidence < SURE || head === undefined,
  };
}

export interface DetectionDataOptions extends DetectionViewOptions {
  readonly batch: number;
  readonly seed: number | string;
  /** Share of the samples whose covered version is taken, where there is one. */
  readonly worn: number;
  readonly onWarning?: (warning: ShardWarning) => void;
}

/** Who knows where faces are: the model, in its own pictures, and a detector, in clean ones. */
export interface DetectionTeachers {
  readonly model: MorphableModel;
  readonly teach: Teacher;
}

/** A detector as a teacher. */
export function teacherOf(session: Session): Teacher {
  return async (image) => {
    const outputs = await session.run({
      image: { dims: [1, 3, detectionSide, detectionSide], data: image },
    });
    const boxes = floatOutput(outputs, 'boxes');
    const perAnchor = boxes.length / anchorCount;
    const places = new Float32Array(anchorCount * plainValues);
    for (let anchor = 0; anchor < anchorCount; anchor++)
      places.set(boxes.subarray(anchor * perAnchor, anchor * perAnchor + plainValues), anchor * plainValues);
    const score = floatOutput(outputs, 'scores').map((value) => 1 / (1 + Math.exp(-value)));
    return { score, places };
  };
}

/**
 * Batches of the stage `detect` from step `start` on, of shards of `rogue synth` and of
 * `writeDetectionShards`; see `sampleBatches`.
 */
export function detectionBatches(
  { model, teach }: DetectionTeachers,
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  options: DetectionDataOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batch, seed, onWarning } = options;
  return sampleBatches<DetectionView>(shards, samplesPerEpoch, start, {
    batch,
    seed,
    required: ['jpg'],
    example: (sample, own) => exampleOf({ model, teach }, sample, own, options),
    collate(views, step) {
      const random = createRandom(`${seed}/${step}`).fork('mix');
      // Each is mixed with its neighbour as it was before.
      const others = views.map((view) => ({ ...view, image: view.image.slice() }));
      return detectionBatch(views.map((view, k) => mixViews(view, others[(k + 1) % views.length]!, random)));
    },
    ...(onWarning && { onWarning }),
  });
}

async function exampleOf(
  { model, teach }: DetectionTeachers,
  sample: ShardSample,
  seed: string,
  options: DetectionDataOptions,
): Promise<DetectionView> {
  const random = createRandom(seed);
  const photo = await readDetectionPhoto(model, sample, random, options.worn);
  // What wears a mask is covered enough, most of the time.
  const covered = photo.worn ? options.covered / 3 : options.covered;
  return detectionView(photo, random.fork('view'), { ...options, covered }, teach);
}

/**
 * The photo of a sample of `rogue synth` or `writeDetectionShards`, and its faces.
 * @param worn chance that its covered version is taken, where there is one
 */
export async function readDetectionPhoto(
  model: MorphableModel,
  sample: ShardSample,
  random: Random,
  worn: number,
): Promise<DetectionPhoto> {
  const isWorn = sample.members.has('covered.jpg') && random.uniform() < worn;
  const pictureOf = async (member: string): Promise<Image> =>
    (await decodeImage(memberBytes(sample, member))).image;
  const faces = sample.members.has('faces.json')
    ? decodeLabels(memberBytes(sample, 'faces.json'))
    : labelOfSample(
        model,
        decodeSample({
          json: memberBytes(sample, 'json'),
          safetensors: memberBytes(sample, 'safetensors'),
        }),
      );
  return {
    photo: await pictureOf('jpg'),
    faces,
    ...(isWorn && { worn: await pictureOf('covered.jpg') }),
  };
}
