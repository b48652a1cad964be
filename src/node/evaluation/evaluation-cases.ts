import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { faceRegion } from '../../data/occlusion/face-region.js';
import { occludedFaceOf } from '../../data/occlusion/occluded-face.js';
import type { HandModel } from '../../data/occlusion/hand/hand-file.js';
import { memberBytes } from '../../data/shards/sample.js';
import { readShards } from '../../data/shards/reader.js';
import { decodeSample, type StoredSample } from '../../data/synthetic/sample.js';
import { alignmentPoints } from '../../detect/alignment.js';
import type { FoundFace } from '../../detect/find-faces.js';
import type { CorruptionContext } from '../../evaluate/corruptions.js';
import type { CaseSource, FaceCase } from '../../evaluate/evaluate-faces.js';
import { landmarkBox, nme } from '../../evaluate/landmark-error.js';
import { landmarks68Of } from '../../evaluate/methods.js';
import type { FacePlace } from '../../evaluate/prediction.js';
import { EvaluationError } from '../../evaluate/report.js';
import type { Rogue } from '../../fit/rogue.js';
import type { Image } from '../../math/image.js';
import { rotationToEuler } from '../../math/rotation.js';
import { boxOfHead } from '../../network/face-view.js';
import { decodeImage } from '../files/image-codec.js';
import { jpegCodec } from '../files/jpeg-codec.js';
import { insideFolder } from '../files/inside-folder.js';
import { findShards } from '../files/shard-reader.js';
import { annotatedPhotos, readable, yawBin, type Annotated } from './annotated-photos.js';

/** What opening faces needs. */
export interface CaseTools {
  readonly rogue: Rogue;
  readonly hand: HandModel;
}

/** A face of data that can be told from others by its bytes. */
export interface DataFace {
  /** Unique within the data. */
  readonly id: string;
  /** Name, files and labels. @throws EvaluationError for a file that cannot be read */
  content(): Promise<readonly (string | Uint8Array)[]>;
}

/** A face that is opened when its turn comes. */
export type DataSource = CaseSource & DataFace;

/** The faces of some data, and a digest of all of it. */
export interface EvaluationData {
  readonly sources: readonly CaseSource[];
  readonly sha256: string;
}

/** SHA-256 of data, and the same of each face. */
export interface DataDigests {
  readonly sha256: string;
  readonly byId: ReadonlyMap<string, string>;
}

/** Reads all files once, one face after the other. @throws EvaluationError, the signal's reason */
export async function digestsOf(sources: readonly DataFace[], signal: AbortSignal): Promise<DataDigests> {
  const all = createHash('sha256');
  const byId = new Map<string, string>();
  for (const { id, content } of sources) {
    signal.throwIfAborted();
    const own = createHash('sha256');
    for (const piece of await content()) {
      all.update(piece);
      own.update(piece);
    }
    byId.set(id, own.digest('hex'));
  }
  return { sha256: all.digest('hex'), byId };
}

/** A found face farther from the true landmarks than this, %, is another one. */
const ANOTHER_FACE = 30;
/** Side of the square around a face that noise levels refer to, in sizes of its box. */
const CROP_PER_BOX = 1.6;
/** Bytes of a sample: all are held at once, and those of "rogue synth" have some 200 kB. */
const LARGEST_SAMPLE = 4 * 2 ** 20;
/** Vertices of these regions are measured by themselves. */
export const measuredRegions: readonly string[] = ['eyes', 'nose', 'mouth', 'cheeks', 'forehead'];

/**
 * The photos at a path: a folder, or an `index.json` of `{file, landmarks68}`. Landmarks come from the index
 * (also one within the folder), from a `.pts` beside the picture, or from AFLW2000-3D's `.mat`.
 *
 * @param needsLandmarks whether a photo without any is an error
 * @throws EvaluationError when there are none
 */
export async function photoCases(
  path: string,
  tools: CaseTools,
  needsLandmarks: boolean,
): Promise<DataSource[]> {
  const photos = await annotatedPhotos(path);
  if (photos.length === 0)
    throw new EvaluationError(`no pictures in ${path}; name a folder with photos, or an index.json`);
  if (needsLandmarks && !photos.some(({ landmarks68 }) => landmarks68))
    throw new EvaluationError(
      `no landmarks for the photos in ${path}; expected an index.json with landmarks68, or .pts or .mat files beside them`,
    );
  const wanted = needsLandmarks ? photos.filter(({ landmarks68 }) => landmarks68) : photos;
  return wanted.map((photo) => ({
    id: photo.id,
    open: () => openPhoto(photo, tools),
    content: async () => [photo.id, await readPhoto(photo.path), JSON.stringify(photo.landmarks68 ?? null)],
  }));
}

async function openPhoto(
  { path, landmarks68, slices }: Annotated,
  { rogue, hand }: CaseTools,
): Promise<FaceCase | { readonly failed: string }> {
  const { image } = await decodeImage(path);
  const found = await rogue.findFaces(image);
  const right = landmarks68 ? nearest(found, landmarks68) : found[0];
  if (!right && !landmarks68) return { failed: 'no face found in the clean photo' };
  const place = right ? { box: right.box, roll: right.roll } : placeOf(landmarks68!);
  const boxes = [{ ...place.box, roll: place.roll }];
  const [head] = await rogue.reconstruct(image, {
    boxes,
    texture: 'none',
    hair: 'none',
    method: 'landmarks',
  });
  const [face] = right ? [right] : await rogue.findFaces(image, { boxes });
  const { points } = face!.landmarks;
  const truth = {
    clean: image,
    ...(landmarks68 && { landmarks68 }),
    recognised: {
      box: place.box,
      alignment: alignmentPoints.flatMap((k) => [points[3 * k]!, points[3 * k + 1]!]),
    },
  };
  const corruption = contextOf(occludedFaceOf(rogue.model, head!), hand, place, image, landmarks68);
  const { yaw } = rotationToEuler(head!.pose.rotation);
  return { place, corruption, truth, slices: { yaw: yawBin(Math.abs(yaw)), ...slices } };
}

/** A photo's bytes. @throws EvaluationError */
export async function readPhoto(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'not found' : `not readable (${error.code ?? error.message})`;
    throw new EvaluationError(`${path}: ${reason}; remove it from the data, or bring it back`);
  });
}

/** The found face that is nearest to true landmarks, if it is that face. */
function nearest(found: readonly FoundFace[], landmarks68: readonly number[]): FoundFace | undefined {
  const error = (face: FoundFace): number => nme(landmarks68Of(face), landmarks68, 17, 68);
  const [best] = found.toSorted((a, b) => error(a) - error(b));
  return best && error(best) < ANOTHER_FACE ? best : undefined;
}

/** A box about landmarks, as square as the detector's. */
function placeOf(landmarks68: readonly number[]): FacePlace {
  const { left, top, right, bottom } = landmarkBox(landmarks68);
  const side = Math.max(right - left, bottom - top);
  return {
    box: { x: (left + right - side) / 2, y: (top + bottom - side) / 2, width: side, height: side },
    roll: 0,
  };
}

function contextOf(
  face: CorruptionContext['face'],
  hand: HandModel,
  { box }: FacePlace,
  image: Image,
  landmarks68: ArrayLike<number> | undefined,
): CorruptionContext {
  const around = landmarks68 && landmarkBox(landmarks68);
  const region = around
    ? {
        x: Math.floor(around.left),
        y: Math.floor(around.top),
        width: Math.ceil(around.right - around.left),
        height: Math.ceil(around.bottom - around.top),
      }
    : faceRegion(face, image.width, image.height).box;
  return { face, hand, region, faceSize: CROP_PER_BOX * Math.max(box.width, box.height), codec: jpegCodec };
}

/**
 * Synthetic photos of `rogue synth`, with their true heads.
 * @param count most samples that are taken
 * @throws ShardReadError
 */
export async function syntheticCases(
  path: string,
  { rogue, hand }: CaseTools,
  count: number,
): Promise<DataSource[]> {
  const sources: DataSource[] = [];
  const regions = new Map(
    measuredRegions.flatMap((name) => {
      const weights = rogue.model.regions.get(name);
      return weights ? [[name, weights] as const] : [];
    }),
  );
  const stream = readShards(await findShards(path), {
    required: ['jpg', 'json', 'safetensors'],
    decode: (sample) => sample,
    maxBytes: LARGEST_SAMPLE,
  });
  for await (const sample of stream) {
    if (sources.length >= count) break;
    const jpg = memberBytes(sample, 'jpg');
    const json = memberBytes(sample, 'json');
    const id = `${sources.length}-${sample.key}`;
    // Pictures are written and looked for under this name.
    readable(path, () => insideFolder('.', id));
    sources.push({
      id,
      open: async () =>
        openSample(
          jpg,
          decodeSample({ json, safetensors: memberBytes(sample, 'safetensors') }),
          rogue,
          hand,
          regions,
        ),
      content: () => Promise.resolve([sample.key, jpg, json]),
    });
  }
  if (sources.length === 0) throw new EvaluationError(`no samples in ${path}; write some with "rogue synth"`);
  return sources;
}

async function openSample(
  jpg: Uint8Array,
  { truth, vertices }: StoredSample,
  { model }: Rogue,
  hand: HandModel,
  regions: ReadonlyMap<string, Float32Array>,
): Promise<FaceCase> {
  const { image } = await decodeImage(jpg);
  const { camera, pose, attributes, coefficients } = truth;
  const place = boxOfHead(truth);
  const tone = coefficients.albedo[0]!;
  const face = occludedFaceOf(model, { camera, pose, vertices, coefficients });
  return {
    place,
    corruption: contextOf(face, hand, place, image, undefined),
    truth: { clean: image, landmarks68: truth.landmarks68.flat(), vertices, regions },
    slices: {
      yaw: yawBin(Math.abs(pose.yaw)),
      'skin tone': tone < -0.5 ? 'dark' : tone > 0.5 ? 'light' : 'medium',
      sex: attributes.male < 0.5 ? 'female' : 'male',
      age: attributes.age < 0.4 ? 'younger' : attributes.age > 0.6 ? 'older' : 'middle-aged',
      spectacles: truth.spectacles ? 'with' : 'without',
      beard: truth.beard === null ? 'without' : 'with',
    },
  };
}
