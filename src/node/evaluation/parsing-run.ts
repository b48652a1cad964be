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
import { parserStride } from '../../network/parsing/parser-view.js';
import { labelsInCrop } from '../../train/parse-view.js';
import { readShards } from '../../data/shards/reader.js';
import { decodeImage } from '../files/image-codec.js';
import { picturesBelow } from '../files/picture-files.js';
import { findShards } from '../files/shard-reader.js';
import { readParsePhoto } from '../training/parse-data.js';
import { holdsShards } from '../training/training-data.js';
import { readPhoto, type DataFace } from './evaluation-cases.js';
import { hardwareHere } from './evaluation-run.js';

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

/** A face around which a parser tells what the pixels show. */
export interface ParsedFace extends DataFace {
  /** One item without a cover, if all is known, and one with; none where no face is found. */
  measure(): Promise<EvaluationItem[]>;
}

/** Faces taken without a count. */
const COUNT = 200;
/** Bytes of a sample: all are held at once. */
const LARGEST_SAMPLE = 4 * 2 ** 20;

/**
 * Faces of which pixels are known: of synthetic photos all; photos are covered with something whose mask is
 * known, and what the parser says of the clean photo counts for the rest.
 * @param path shards of `rogue synth`, or a folder of photos
 * @param count only the first so many
 * @throws EvaluationError for a path without any; ShardReadError
 */
export async function parsingFaces(
  path: string,
  tools: ParsingTools,
  seed: string,
  count = COUNT,
): Promise<ParsedFace[]> {
  const faces = (await holdsShards(path))
    ? await facesOfShards(path, tools, count)
    : (await picturesBelow(path)).slice(0, count).map((file) => coveredFace(file, path, tools, seed));
  if (faces.length === 0)
    throw new EvaluationError(`no faces in ${path}; name shards of "rogue synth", or a folder of photos`);
  return faces;
}

/** What a report tells beside what was measured. */
export interface ParsingReport {
  readonly path: string;
  readonly seed: string;
  readonly count?: number | undefined;
  readonly sha256: string;
  /** ISO 8601. */
  readonly created: string;
}

/**
 * @param items of all faces
 * @throws EvaluationError where there are none
 */
export function parsingEvaluation(
  items: readonly EvaluationItem[],
  { path, seed, count = COUNT, sha256, created }: ParsingReport,
): Evaluation {
  const faces = new Set(items.map(({ id }) => id)).size;
  if (faces === 0)
    throw new EvaluationError(`no faces found in ${path}; name photos that show faces, and no covers`);
  return {
    schema: 'rogue-face/evaluation',
    version: 1,
    protocol: 'parsing',
    rogue: version,
    created,
    seed,
    settings: { data: path, count },
    hardware: hardwareHere(),
    data: { items: faces, sha256 },
    methods: ['parser'],
    conditions: [...new Set(items.map(({ condition }) => condition))],
    measures: parsingClasses.map((name) => ({ name, unit: '% IoU', better: 'higher', digits: 1 })),
    items: [...items],
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

async function facesOfShards(path: string, { parser }: ParsingTools, count: number): Promise<ParsedFace[]> {
  const faces: ParsedFace[] = [];
  const stream = readShards(await findShards(path), {
    required: ['jpg'],
    decode: (sample) => sample,
    maxBytes: LARGEST_SAMPLE,
  });
  for await (const sample of stream) {
    if (faces.length >= count) break;
    const known = await readParsePhoto(sample, true);
    if (!known || !(known.labels || known.covered)) continue;
    const id = `${faces.length}-${sample.key}`;
    faces.push({
      id,
      content: () => Promise.resolve([sample.key, ...sample.members.values()]),
      measure: async () => overlapsOf(parser, { id, ...(await readParsePhoto(sample, true))! }),
    });
  }
  return faces;
}

function coveredFace(
  file: string,
  folder: string,
  { rogue, parser, hand }: ParsingTools,
  seed: string,
): ParsedFace {
  // By the name within the folder, so that the same photos are covered alike wherever they lie.
  const id = relative(folder, file).replaceAll('\\', '/');
  return {
    id,
    content: async () => [id, await readPhoto(file)],
    async measure() {
      const { image } = await decodeImage(file);
      const [face] = await rogue.findFaces(image, { maxFaces: 1 });
      if (!face) return [];
      const [head] = await rogue.reconstruct(image, { faces: [face], texture: 'none', hair: 'none' });
      const covered = occludedFaceOf(rogue.model, head!);
      const { image: photo, mask } = coverFace(image, covered, hand, `${seed}/${id}`);
      const { box, roll } = face;
      return overlapsOf(parser, {
        ...{ id, photo: image, covered: { photo, mask }, labels: undefined },
        ...{ box, roll },
      });
    },
  };
}
