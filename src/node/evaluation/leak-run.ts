import { leakedFromPhoto, leakedShare } from '../../evaluate/leak.js';
import { nme } from '../../evaluate/landmark-error.js';
import { lostBeyond, plainCover, plainCoverColor, type PlainCover } from '../../evaluate/plain-covers.js';
import {
  EvaluationError,
  type Evaluation,
  type EvaluationItem,
  type Outcome,
} from '../../evaluate/report.js';
import type { Reconstruction } from '../../fit/reconstruction.js';
import type { Rogue } from '../../fit/rogue.js';
import { version } from '../../fit/version.js';
import type { Image } from '../../math/image.js';
import { decodeImage } from '../files/image-codec.js';
import { annotatedPhotos, type Annotated } from './annotated-photos.js';
import { readPhoto, type DataFace } from './evaluation-cases.js';
import { hardwareHere } from './evaluation-run.js';

/** Covers of one colour, which can be found again in a texture. */
export const leakCovers = ['half', 'lower', 'rand40', 'eyes'] as const satisfies readonly PlainCover[];

/** Texels per side: the same for clean and covered, so that shares can be compared. */
const TEXTURE = 1024;

/** A face that is covered by plain colours. */
export interface LeakFace extends DataFace {
  /**
   * How much of each cover gets painted on the skin: the share of the texture that has taken the cover's
   * colour on.
   */
  measure(): Promise<EvaluationItem[]>;
}

/**
 * Photos with known landmarks.
 * @param path a folder of photos, or an `index.json`, with landmarks
 * @param count only the first so many
 * @throws EvaluationError for a path without annotated photos
 */
export async function leakFaces(path: string, rogue: Rogue, count?: number): Promise<LeakFace[]> {
  const photos = (await annotatedPhotos(path)).filter(({ landmarks68 }) => landmarks68).slice(0, count);
  if (photos.length === 0)
    throw new EvaluationError(`no photos with landmarks in ${path}; expected an index.json with landmarks68`);
  return photos.map((photo) => ({
    id: photo.id,
    content: async () => [photo.id, await readPhoto(photo.path)],
    measure: () => leaksOf(rogue, photo),
  }));
}

/** What a report tells beside what was measured. */
export interface LeakReport {
  readonly path: string;
  readonly count?: number | undefined;
  readonly sha256: string;
  /** ISO 8601. */
  readonly created: string;
}

/** @param items of all covers of each photo */
export function leakEvaluation(
  items: readonly EvaluationItem[],
  { path, count, sha256, created }: LeakReport,
): Evaluation {
  return {
    schema: 'rogue-face/evaluation',
    version: 1,
    protocol: 'leak',
    rogue: version,
    created,
    seed: '',
    settings: { data: path, ...(count !== undefined && { count }), texture: TEXTURE },
    hardware: hardwareHere(),
    data: { items: items.length / leakCovers.length, sha256 },
    methods: ['refine'],
    conditions: [...leakCovers],
    measures: [
      { name: 'leak', unit: '% of the atlas', better: 'lower', digits: 2 },
      { name: 'taken', unit: '% of the atlas, from the photo', better: 'lower', digits: 3 },
      { name: 'seen', unit: '% of the face', better: 'lower', digits: 0 },
    ],
    items: [...items],
  };
}

async function leaksOf(rogue: Rogue, { id, path, landmarks68 }: Annotated): Promise<EvaluationItem[]> {
  const { image } = await decodeImage(path);
  const truth = landmarks68!;
  const clean = await headAt(rogue, image, truth);
  const items: EvaluationItem[] = [];
  for (const condition of leakCovers) {
    const covered = clean && (await headAt(rogue, plainCover(image, truth, condition, id), truth));
    const color = plainCoverColor(truth, condition, id)!;
    const outcome: Outcome =
      clean && covered
        ? { values: { ...leakOf(covered, clean, color), seen: 100 * covered.visibility.face } }
        : { failed: clean ? 'the covered face was not found' : 'the face was not found' };
    items.push({ id, condition, slices: {}, outcomes: { refine: outcome } });
  }
  return items;
}

/** Percent of the atlas. */
function leakOf(
  { textures: covered }: Reconstruction,
  { textures: clean }: Reconstruction,
  color: readonly number[],
): { readonly leak: number; readonly taken: number } {
  const [a, b] = [covered, clean].map((textures) => ({
    photo: textures!.photo!,
    sources: textures!.sources,
  }));
  return {
    leak: 100 * leakedShare(a!.photo, b!.photo, color),
    taken: 100 * leakedFromPhoto(a!, b!, color),
  };
}

/** The head whose landmarks are nearest to true ones, unless it is another's. */
async function headAt(
  rogue: Rogue,
  image: Image,
  truth: readonly number[],
): Promise<Reconstruction | undefined> {
  const heads = await rogue.reconstruct(image, { textureSize: TEXTURE });
  return heads
    .map((head) => ({ head, error: nme(head.landmarks68, truth, 17, 68) }))
    .filter(({ error }) => error < lostBeyond)
    .toSorted((a, b) => a.error - b.error)[0]?.head;
}
