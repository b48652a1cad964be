import { basename } from 'node:path';
import { cameraEffects } from '../../src/data/camera-effects.js';
import { createRandom } from '../../src/data/random.js';
import { readShards } from '../../src/data/shards/reader.js';
import { memberBytes, memberJson } from '../../src/data/shards/sample.js';
import type { SampleTruth } from '../../src/data/synthetic/sample.js';
import { alignmentPoints, alignmentTemplate } from '../../src/detect/alignment.js';
import { sampleCrop, type Crop } from '../../src/detect/crop.js';
import type { FoundFace } from '../../src/detect/find-faces.js';
import { ImagePyramid } from '../../src/detect/image-pyramid.js';
import { createImage, type Image } from '../../src/math/image.js';
import { alignPoints } from '../../src/math/procrustes.js';
import { decodeImage } from '../../src/node/files/image-codec.js';
import { jpegCodec } from '../../src/node/files/jpeg-codec.js';
import { picturesBelow } from '../../src/node/files/picture-files.js';
import { findShards } from '../../src/node/files/shard-reader.js';

/** A photo of one face, 224², with the face that was found in it. */
export interface FacePhoto {
  /** Photos of one person have one name. */
  readonly person: string;
  readonly image: Image;
  readonly face: FoundFace;
}

export type FindFaces = (image: Image) => Promise<readonly FoundFace[]>;

const SIZE = 224;
/**
 * Height of a face in parts of the photo's, as of synthetic ones, and its ratio to the distance of the eyes.
 */
const FACE_HEIGHTS = [0.42, 0.72] as const;
const HEIGHT_PER_EYES = 180 / 63;
/**
 * Real photos cut to the size and framing of synthetic ones and taken once more by the camera of those, so
 * that neither resolution nor noise nor JPEG tells them apart.
 * @param wanted which file names may be used
 */
export async function* realPhotos(
  folder: string,
  wanted: RegExp,
  find: FindFaces,
): AsyncGenerator<FacePhoto> {
  for (const path of await picturesBelow(folder)) {
    const person = basename(path).replace(/\.\w+$/, '');
    if (!wanted.test(person)) continue;
    const { image } = await decodeImage(path);
    const [whole] = await find(image);
    if (whole === undefined) continue;
    const random = createRandom(person).fork('telling');
    const [right, left] = [pointOf(whole, alignmentPoints[0]!), pointOf(whole, alignmentPoints[1]!)];
    const eyes = Math.hypot(left[0] - right[0], left[1] - right[1]);
    const pixels = (SIZE * random.uniform(...FACE_HEIGHTS)) / HEIGHT_PER_EYES;
    const jitter = (): number => eyes * random.normal(0, 0.1);
    const crop: Crop = {
      centreX: (left[0] + right[0]) / 2 + jitter(),
      centreY: (left[1] + right[1]) / 2 + 0.55 * eyes + jitter(),
      scale: eyes / pixels,
      roll: 0,
      width: SIZE,
      height: SIZE,
    };
    const small = await cameraEffects(cut(image, crop), random, { codec: jpegCodec });
    const [face] = await find(small.image);
    if (face !== undefined) yield { person, image: small.image, face };
  }
}

/**
 * Synthetic photos whose people are like those of the studio sets, so that it is not the choice of people
 * that tells: adults of light to medium skin, nearly frontal, eyes open and not under a fringe, little
 * expression, no spectacles.
 */
export async function* syntheticPhotos(shards: string, find: FindFaces): AsyncGenerator<FacePhoto> {
  const stream = readShards(await findShards(shards), {
    required: ['jpg', 'json'],
    decode: (sample) => ({ truth: memberJson(sample) as SampleTruth, jpg: memberBytes(sample, 'jpg') }),
  });
  for await (const { truth, jpg } of stream) {
    if (!isPortrait(truth)) continue;
    const { image } = await decodeImage(jpg);
    const [face] = await find(image);
    if (face !== undefined) yield { person: `synthetic ${truth.seed}`, image, face };
  }
}

/** Least age and tone (`PersonAttributes`, `SkinLook`), and styles that hide an eye. */
const ADULT = 0.36;
const LIGHT = 0;
const FRINGE = /bob|short03/;

function isPortrait({ pose, attributes, coefficients, hair, spectacles }: SampleTruth): boolean {
  return (
    Math.abs(pose.yaw) < 20 &&
    Math.abs(pose.pitch) < 15 &&
    attributes.age > ADULT &&
    coefficients.albedo[0]! > LIGHT &&
    !FRINGE.test(hair ?? '') &&
    !spectacles &&
    Object.entries(coefficients.expression).every(
      ([name, value]) => value < (/open|closure/.test(name) ? 0.3 : 0.5),
    )
  );
}

function pointOf({ landmarks: { points } }: FoundFace, index: number): [number, number] {
  return [points[3 * index]!, points[3 * index + 1]!];
}

/**
 * A crop that puts eyes, nose and mouth where the template has them, enlarged to `size` about the inner face.
 */
function alignedCrop(
  face: FoundFace,
  size: number,
  view: { readonly x: number; readonly y: number; readonly side: number },
): Crop {
  const source: number[] = [];
  const target: number[] = [];
  alignmentPoints.forEach((index, k) => {
    source.push(alignmentTemplate[2 * k]!, alignmentTemplate[2 * k + 1]!, 0);
    target.push(...pointOf(face, index), 0);
  });
  const { scale, rotation: r, translation: t } = alignPoints(source, target);
  const x = view.x + view.side / 2;
  const y = view.y + view.side / 2;
  return {
    centreX: scale * (r[0]! * x + r[1]! * y) + t[0]!,
    centreY: scale * (r[3]! * x + r[4]! * y) + t[1]!,
    scale: (scale * view.side) / size,
    roll: (Math.atan2(-r[3]!, r[0]!) * 180) / Math.PI,
    width: size,
    height: size,
  };
}

/** The whole template, for recognition networks: planar RGB, 3×112×112, 0…255. */
export function recognitionCrop({ image, face }: FacePhoto): Float32Array {
  return planes(image, alignedCrop(face, 112, { x: 0, y: 0, side: 112 }));
}

/**
 * The square around eyes, nose and mouth: planar RGB, 3×size×size, 0…255. Only its inscribed circle is surely
 * face.
 */
export function innerFaceCrop({ image, face }: FacePhoto, size: number): Float32Array {
  return planes(image, alignedCrop(face, size, { x: 21, y: 33, side: 70 }));
}

function planes(image: Image, crop: Crop): Float32Array {
  const values = new Float32Array(3 * crop.width * crop.height);
  sampleCrop(new ImagePyramid(image), crop, { gain: 1, offset: 0 }, values);
  return values;
}

function cut(image: Image, crop: Crop): Image {
  const values = planes(image, crop);
  const out = createImage(crop.width, crop.height, 3);
  const plane = crop.width * crop.height;
  for (let i = 0; i < plane; i++)
    for (let c = 0; c < 3; c++) out.data[3 * i + c] = Math.round(values[c * plane + i]!);
  return out;
}
