import { createRandom } from '../../data/random.js';
import type { ShardSource, ShardWarning } from '../../data/shards/reader.js';
import { memberBytes, type ShardSample } from '../../data/shards/sample.js';
import { decodeSample } from '../../data/synthetic/sample.js';
import { mirrorRows } from '../../math/mirror-rows.js';
import { boxOfHead, greyView } from '../../network/face-view.js';
import { parserStride } from '../../network/parsing/parser.js';
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

/**
 * A parser as a teacher: the mean of what it says of a view, of its mirror image, and of that in grey: odd
 * colours are what it is most often misled by.
 */
export function parserTeacher(session: Session, size: number): ParseTeacher {
  const side = size / parserStride;
  const plane = side * side;
  const looks = 3;
  const data = new Float32Array(looks * 3 * size * size);
  let last: Promise<unknown> = Promise.resolve();
  const taught = async (image: Float32Array): Promise<Float32Array> => {
    for (let look = 0; look < looks; look++) data.set(image, look * image.length);
    greyView(data.subarray(2 * image.length));
    mirrorRows(data.subarray(image.length), size);
    const outputs = await session.run({ image: { dims: [looks, 3, size, size], data } });
    const classes = floatOutput(outputs, 'classes').slice();
    const each = parsingClasses.length * plane;
    mirrorRows(classes.subarray(each), side);
    return classes.slice(0, each).map((likelihood, at) => {
      const [mirrored, inGrey] = [classes[each + at]!, classes[2 * each + at]!];
      return (likelihood + mirrored + inGrey) / looks;
    });
  };
  // One after the other: they share their memory.
  return (image) => {
    const next = last.then(() => taught(image));
    last = next.catch(() => undefined);
    return next;
  };
}
