import { createRandom } from '../../data/random.js';
import type { ShardSource, ShardWarning } from '../../data/shards/reader.js';
import { memberBytes, type ShardSample } from '../../data/shards/sample.js';
import { decodeSample } from '../../data/synthetic/sample.js';
import { meanOfMirrored, mirrorRows } from '../../math/mirror-rows.js';
import { boxOfHead } from '../../network/face-view.js';
import { parserStride } from '../../network/parsing/parser-view.js';
import { floatOutput, type Session } from '../../runtime/session.js';
import { parsingClasses } from '../../network/parsing/parsing-classes.js';
import { showsFace } from '../../train/labelled-faces.js';
import { parseBatch } from '../../train/parse.js';
import {
  crowdView,
  parseView,
  type ParsePhoto,
  type ParseView,
  type ParseViewOptions,
} from '../../train/parse-view.js';
import type { ParseTeacher } from '../../train/photo-labels.js';
import { readPhotoSample } from '../../train/photo-sample.js';
import type { Batch } from '../../train/step-graph.js';
import { readWorn, WORN_FILE } from '../../train/worn-things.js';
import { decodeImage } from '../files/image-codec.js';
import { decodeMask } from './pretrain-data.js';
import { sampleBatches } from './sample-batches.js';

export interface ParseDataOptions extends ParseViewOptions {
  readonly batch: number;
  readonly seed: number | string;
  /** Share of the samples whose covered version is taken, where there is one. */
  readonly worn: number;
  readonly teach?: ParseTeacher;
  readonly onWarning?: (warning: ShardWarning) => void;
}

/**
 * Batches of the stage `parse` from step `start` on, of shards of `rogue synth` and of `writePhotoShards`;
 * see `sampleBatches`.
 */
export function parseBatches(
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  options: ParseDataOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batch, seed, size, onWarning } = options;
  return sampleBatches<ParseView>(shards, samplesPerEpoch, start, {
    batch,
    seed,
    required: ['jpg'],
    example: async (sample, own) => {
      const random = createRandom(own);
      const photo = await readParsePhoto(sample, random.fork('worn').uniform() < options.worn);
      // What wears a mask is covered enough, most of the time.
      const covered = photo?.covered ? options.covered / 3 : options.covered;
      return photo && parseView(photo, random, { ...options, covered }, options.teach);
    },
    collate(views, step) {
      const random = createRandom(`${seed}/${step}`).fork('crowd');
      // Each is crowded by its neighbour as it was before.
      const others = views.map(({ image, labels }) => ({ image: image.slice(), labels }));
      views.forEach((view, k) => crowdView(view, others[(k + 1) % views.length]!, size, random));
      return parseBatch(views, size);
    },
    ...(onWarning && { onWarning }),
  });
}

/** A sample of "rogue synth" or of `writePhotoShards`; none where no face is to be seen. */
export async function readParsePhoto(sample: ShardSample, wearing: boolean): Promise<ParsePhoto | undefined> {
  const photo = (await decodeImage(memberBytes(sample, 'jpg'))).image;
  const covered =
    wearing && sample.members.has('covered.jpg')
      ? {
          photo: (await decodeImage(memberBytes(sample, 'covered.jpg'))).image,
          mask: await decodeMask(memberBytes(sample, 'mask.png')),
        }
      : undefined;
  const labels = sample.members.has('labels.png')
    ? await decodeMask(memberBytes(sample, 'labels.png'))
    : undefined;
  if (sample.members.has('photo.json')) {
    const { box, roll, landmarks68 } = readPhotoSample(memberBytes(sample, 'photo.json'));
    const told = sample.members.get(WORN_FILE);
    const worn = told && readWorn(told);
    return { photo, covered, labels, worn, box, roll, landmarks: landmarks68.flat() };
  }
  const { truth } = decodeSample({
    json: memberBytes(sample, 'json'),
    safetensors: memberBytes(sample, 'safetensors'),
  });
  if (!showsFace(truth.pose)) return undefined;
  return {
    photo,
    covered,
    labels,
    worn: undefined,
    ...boxOfHead(truth),
    landmarks: truth.landmarks68.flat(),
  };
}

/** A parser as a teacher: the mean of what it says of a view and of its mirror image. */
export function parserTeacher(session: Session, size: number): ParseTeacher {
  const side = size / parserStride;
  const each = parsingClasses.length * side * side;
  const data = new Float32Array(2 * 3 * size * size);
  let last: Promise<unknown> = Promise.resolve();
  const taught = async (image: Float32Array): Promise<Float32Array> => {
    data.set(image);
    data.set(image, image.length);
    mirrorRows(data.subarray(image.length), size);
    const outputs = await session.run({ image: { dims: [2, 3, size, size], data } });
    const classes = floatOutput(outputs, 'classes').slice();
    return meanOfMirrored(classes.subarray(0, each), classes.subarray(each), side);
  };
  // One after the other: they share their memory.
  return (image) => {
    const next = last.then(() => taught(image));
    last = next.catch(() => undefined);
    return next;
  };
}
