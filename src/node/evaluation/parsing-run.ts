import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { coverFace } from '../../data/synthetic/covered.js';
import type { HandModel } from '../../data/occlusion/hand/hand-file.js';
import { occludedFaceOf } from '../../data/occlusion/occluded-face.js';
import { ImagePyramid } from '../../detect/image-pyramid.js';
import { parsingOverlap } from '../../evaluate/parsing-overlap.js';
import {
  EvaluationError,
  type Evaluation,
  type EvaluationItem,
  type Outcome,
} from '../../evaluate/report.js';
import type { Rogue } from '../../fit/rogue.js';
import { version } from '../../fit/version.js';
import type { Image } from '../../math/image.js';
import { likeliestLabels, type FaceParser, type FaceParsing } from '../../network/parsing/face-parser.js';
import type { FaceBox } from '../../network/face-view.js';
import { parsingClasses, UNKNOWN_LABEL } from '../../network/parsing/parsing-classes.js';
import { parserStride } from '../../network/parsing/parser.js';
import { labelsInCrop } from '../../train/parse-view.js';
import { readShards } from '../../data/shards/reader.js';
import { decodeImage } from '../files/image-codec.js';
import { picturesBelow } from '../files/picture-files.js';
import { findShards } from '../files/shard-reader.js';
import { readParsePhoto } from '../training/parse-data.js';
import { holdsShards } from '../training/training-data.js';
import { hardwareHere } from './evaluation-run.js';

export interface ParsingOptions {
  readonly count?: number;
  readonly seed: string;
  /** ISO 8601. */
  readonly created: string;
  readonly signal?: AbortSignal;
  /** Hears of each photo that is done. */
  readonly onPhoto?: (done: number, id: string) => void;
}

/** What a parser is asked with. */
export interface ParsingTools {
  readonly rogue: Rogue;
  readonly parser: FaceParser;
  readonly hand: HandModel;
}

/** A photo whose pixels are known, in part at least. */
interface KnownPhoto {
  readonly id: string;
  readonly photo: Image;
  readonly covered: { readonly photo: Image; readonly mask: Image } | undefined;
  readonly labels: Image | undefined;
  readonly box: FaceBox;
  readonly roll: number;
}

/** Faces taken without a count. */
const COUNT = 200;

/**
 * How well a parser's classes overlap with known ones: of synthetic photos all are known; photos are covered
 * with something whose mask is known, and what the parser says of the clean photo counts for the rest.
 * @param path shards of `rogue synth`, or a folder of photos
 * @throws EvaluationError for a path without faces; the signal's reason
 */
export async function runParsing(
  path: string,
  tools: ParsingTools,
  { count = COUNT, seed, created, signal, onPhoto }: ParsingOptions,
): Promise<Evaluation> {
  const hash = createHash('sha256');
  const items: EvaluationItem[] = [];
  const photos = (await holdsShards(path)) ? photosOfShards(path) : coveredPhotos(path, tools, seed);
  let done = 0;
  for await (const known of photos) {
    signal?.throwIfAborted();
    if (done >= count) break;
    hash.update(known.id).update(known.photo.data);
    items.push(...(await overlapsOf(tools.parser, known)));
    done++;
    onPhoto?.(done, known.id);
  }
  if (done === 0)
    throw new EvaluationError(`no faces in ${path}; name shards of "rogue synth", or a folder of photos`);
  return {
    schema: 'rogue-face/evaluation',
    version: 1,
    protocol: 'parsing',
    rogue: version,
    created,
    seed,
    settings: { data: path, count },
    hardware: hardwareHere(),
    data: { items: done, sha256: hash.digest('hex') },
    methods: ['parser'],
    conditions: [...new Set(items.map(({ condition }) => condition))],
    measures: parsingClasses.map((name) => ({ name, unit: '% IoU', better: 'higher', digits: 1 })),
    items,
  };
}

async function overlapsOf(parser: FaceParser, known: KnownPhoto): Promise<EvaluationItem[]> {
  const { id, photo, covered, labels, box, roll } = known;
  const items: EvaluationItem[] = [];
  const clean = await parser.parse(photo, box, roll);
  const add = (condition: string, said: FaceParsing, truth: Uint8Array): void => {
    const overlap = parsingOverlap(likeliestLabels(said), truth);
    const outcome: Outcome = {
      values: Object.fromEntries(Object.entries(overlap).map(([name, value]) => [name, 100 * value])),
    };
    items.push({ id, condition, slices: {}, outcomes: { parser: outcome } });
  };
  if (labels) add('clean', clean, cells(labelsInCrop({ photo, covered: undefined, labels }, clean.crop)));
  if (covered) {
    const truth = cells(labelsInCrop({ photo, covered, labels }, clean.crop));
    // What nobody knows of a photo is what the clean one shows.
    const supposed = likeliestLabels(clean);
    const whole = labels
      ? truth
      : truth.map((label, at) => (label === UNKNOWN_LABEL ? supposed[at]! : label));
    add('covered', await parser.parse(new ImagePyramid(covered.photo), box, roll), whole);
  }
  return items;
}

/** Labels of the crop's pixels as those of the maps' cells: one of each square's. */
function cells(labels: Uint8Array): Uint8Array {
  const size = Math.sqrt(labels.length);
  const side = size / parserStride;
  return Uint8Array.from(
    { length: side * side },
    (_, at) => labels[parserStride * (Math.floor(at / side) * size + (at % side))]!,
  );
}

async function* photosOfShards(path: string): AsyncGenerator<KnownPhoto> {
  const stream = readShards(await findShards(path), { required: ['jpg'], decode: (sample) => sample });
  for await (const sample of stream) {
    const known = await readParsePhoto(sample, true);
    if (known && (known.labels || known.covered)) yield { id: sample.key, ...known };
  }
}

async function* coveredPhotos(
  path: string,
  { rogue, hand }: ParsingTools,
  seed: string,
): AsyncGenerator<KnownPhoto> {
  for (const file of await picturesBelow(path)) {
    // By the name within the folder, so that the same photos are covered alike wherever they lie.
    const id = relative(path, file).replaceAll('\\', '/');
    const { image } = await decodeImage(await readFile(file));
    const [face] = await rogue.findFaces(image, { maxFaces: 1 });
    if (!face) continue;
    const [head] = await rogue.reconstruct(image, { faces: [face], texture: 'none', hair: 'none' });
    const { image: photo, mask } = coverFace(
      image,
      occludedFaceOf(rogue.model, head!),
      hand,
      `${seed}/${id}`,
    );
    const { box, roll } = face;
    yield { id, photo: image, covered: { photo, mask }, labels: undefined, box, roll };
  }
}
