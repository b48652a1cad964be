import { coverFaceFlat } from '../data/occlusion/face-covers.js';
import { coverFrameOf } from './cover-frame.js';
import type { Random } from '../data/random.js';
import { cropAxes, cropToImage, sampleCrop, type Crop } from '../detect/crop.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import type { Image } from '../math/image.js';
import { mirrorRows } from '../math/mirror-rows.js';
import { viewNormalisation, viewOutside } from '../network/face-view.js';
import { detectionSide, mixTaught, type DetectionView, type TaughtAnchors } from './detection-targets.js';
import type { LabelledFace } from './labelled-faces.js';
import { pictureOfView, viewOfPicture } from './view-picture.js';
import { augmentView } from './view-augmentation.js';

/** How views are made; chances and shares 0…1. */
export interface DetectionViewOptions {
  /** Of views that show a face: covers laid over each. */
  readonly covered: number;
  /** Deviation of the strongest noise, of 0…255. */
  readonly noise: number;
}

export const detectionViewDefaults: DetectionViewOptions = { covered: 0.7, noise: 50 };

/** Sides of faces in the views, pixels: what the network sees at once. */
const smallestFace = 15;
const largestFace = 210;
/** Pictures are enlarged by no more than this. */
const LARGEST_SCALE = 2.5;
/** Views of a place where perhaps no face is. */
const ANYWHERE = 0.12;
/** Views that are about upright, and those that lie on a side; the others are turned anyhow. */
const UPRIGHT = 0.8;
const LYING = 0.13;
/** Of a face's box, what must be in the view for it to be one, and what is none. */
const ENOUGH = 0.5;
const TOO_LITTLE = 0.12;
/** Faces that are covered by more than this are none that anyone would see. */
const ALL_COVERED = 0.82;
/** Small faces are not worth a cover of their own, pixels. */
const LEAST_COVERED = 13;

/** A photo that views are made of. */
export interface DetectionPhoto {
  readonly photo: Image;
  /** The same, with something in front of a face; what is seen, where there is one. */
  readonly worn?: Image;
  /** All faces; everything else is taught to be none. */
  readonly faces: readonly LabelledFace[];
}

/**
 * A view of a photo as a detector may meet it: of any size and turn, cut by the border, covered, noisy, badly
 * exposed.
 * @param teach asked of the clean view, before anything is put over it
 */
export async function detectionView(
  { photo, worn, faces }: DetectionPhoto,
  random: Random,
  options: DetectionViewOptions = detectionViewDefaults,
  teach?: Teacher,
): Promise<DetectionView> {
  const crop = drawCrop(photo, faces, random.fork('crop'));
  const outside = random.fork('outside');
  const beyond = outside.uniform() < 0.7 ? viewOutside : outside.uniform(0, 255);
  const mirrored = random.fork('mirror').uniform() < 0.5;
  const viewOf = (picture: Image): Float32Array => {
    const view = new Float32Array(3 * detectionSide ** 2);
    sampleCrop(new ImagePyramid(picture), crop, viewNormalisation, view, 0, beyond);
    if (mirrored) mirrorRows(view, detectionSide);
    return view;
  };
  const image = viewOf(worn ?? photo);
  const taught = await teach?.(worn ? viewOf(photo) : image);
  let seen = faces.flatMap((face) => {
    const part = shareInView(face, crop, photo);
    if (part < TOO_LITTLE) return [];
    const there = faceInCrop(face, crop);
    return [{ ...(mirrored ? mirroredFace(there) : there), doubtful: face.doubtful || part < ENOUGH }];
  });
  const covering = random.fork('covers');
  if (covering.uniform() < options.covered) seen = coverView(image, seen, covering);
  augmentView(image, detectionSide, new Float32Array(0), [], random.fork('look'), {
    boxes: 0,
    noise: options.noise,
    noisy: 0.35,
    coarse: 0.12,
    grey: 0.08,
  });
  return { image, faces: seen, ...(taught && { taught }) };
}

/** What a detector says of a view, 3×side×side, −1…1. */
export type Teacher = (image: Float32Array) => Promise<TaughtAnchors>;

function drawCrop(photo: Image, faces: readonly LabelledFace[], random: Random): Crop {
  const sure = faces.filter(({ doubtful }) => !doubtful);
  const kind = random.uniform();
  const roll =
    kind < UPRIGHT
      ? random.normal(0, 12)
      : kind < UPRIGHT + LYING
        ? random.choice([-1, 1]) * (90 + random.normal(0, 15))
        : random.uniform(-180, 180);
  const side = detectionSide;
  const square = { width: side, height: side, roll };
  const pixels = Math.exp(random.uniform(Math.log(smallestFace), Math.log(largestFace)));
  if (sure.length === 0 || random.uniform() < ANYWHERE) {
    const typical = 0.4 * Math.min(photo.width, photo.height);
    return {
      ...square,
      scale: Math.max(1 / LARGEST_SCALE, typical / pixels),
      centreX: random.uniform(0, photo.width),
      centreY: random.uniform(0, photo.height),
    };
  }
  const face = random.choice(sure);
  const scale = Math.max(1 / LARGEST_SCALE, face.size / pixels);
  const shown = face.size / scale;
  // Where the face's middle lies in the view: anywhere, the border cutting off a third at most.
  const margin = Math.min(side / 2, 0.25 * shown);
  const crop = { ...square, scale, centreX: face.centreX, centreY: face.centreY };
  const { ax, ay, bx, by } = cropAxes(crop);
  const dx = side / 2 - random.uniform(margin, side - margin);
  const dy = side / 2 - random.uniform(margin, side - margin);
  return {
    ...crop,
    centreX: face.centreX + dx * ax + dy * bx,
    centreY: face.centreY + dx * ay + dy * by,
  };
}

/** A face of the photo in the pixels of a crop. */
function faceInCrop(face: LabelledFace, crop: Crop): LabelledFace {
  const { ax, ay, bx, by } = cropAxes(crop);
  const per = 1 / (crop.scale * crop.scale);
  const turn = (x: number, y: number): [number, number] => [(x * ax + y * ay) * per, (x * bx + y * by) * per];
  const place = (x: number, y: number): [number, number] => {
    const [u, v] = turn(x - crop.centreX, y - crop.centreY);
    return [u + crop.width / 2, v + crop.height / 2];
  };
  const [centreX, centreY] = place(face.centreX, face.centreY);
  const keypoints = new Float32Array(12);
  for (let k = 0; k < 12; k += 2) keypoints.set(place(face.keypoints[k]!, face.keypoints[k + 1]!), k);
  const direction = (x: number, y: number): [number, number] => {
    const [u, v] = turn(x, y);
    return [u * crop.scale, v * crop.scale];
  };
  return {
    centreX,
    centreY,
    size: face.size / crop.scale,
    keypoints,
    forward: [...direction(face.forward[0], face.forward[1]), face.forward[2]],
    up: direction(...face.up),
    doubtful: face.doubtful,
  };
}

/** Positions of the key points of a mirrored face: what was right is left. */
const swapped = [1, 0, 2, 3, 5, 4];

function mirroredFace(face: LabelledFace): LabelledFace {
  const keypoints = new Float32Array(12);
  swapped.forEach((from, to) => {
    keypoints[2 * to] = detectionSide - face.keypoints[2 * from]!;
    keypoints[2 * to + 1] = face.keypoints[2 * from + 1]!;
  });
  return {
    ...face,
    centreX: detectionSide - face.centreX,
    keypoints,
    forward: [-face.forward[0], face.forward[1], face.forward[2]],
    up: [-face.up[0], face.up[1]],
  };
}

/** Points along each side of a face's box where it is asked whether they are in view. */
const SAMPLES = 7;

/** The share of a face's box that both crop and photo hold. */
function shareInView(face: LabelledFace, crop: Crop, photo: Image): number {
  const { centreX, centreY, size } = faceInCrop(face, crop);
  let inside = 0;
  for (let k = 0; k < SAMPLES * SAMPLES; k++) {
    const u = centreX + size * (((k % SAMPLES) + 0.5) / SAMPLES - 0.5);
    const v = centreY + size * ((Math.floor(k / SAMPLES) + 0.5) / SAMPLES - 0.5);
    if (u < 0 || v < 0 || u > crop.width || v > crop.height) continue;
    const [x, y] = cropToImage(crop, u, v);
    if (x >= 0 && y >= 0 && x <= photo.width && y <= photo.height) inside++;
  }
  return inside / SAMPLES ** 2;
}

function coverView(image: Float32Array, faces: readonly LabelledFace[], random: Random): LabelledFace[] {
  const picture = pictureOfView(image, detectionSide);
  const covered = coverFaces(picture, faces, random);
  viewOfPicture(picture, image);
  return covered;
}

/**
 * Lays something over each face of a picture, but the doubtful and the tiny ones.
 * @param picture changed in place
 * @returns the faces; those of which nothing is left are doubtful
 */
export function coverFaces(picture: Image, faces: readonly LabelledFace[], random: Random): LabelledFace[] {
  return faces.map((face) => {
    if (face.size < LEAST_COVERED || face.doubtful) return face;
    const { share } = coverFaceFlat(picture, coverFrameOf(face), random);
    return { ...face, doubtful: share > ALL_COVERED };
  });
}

/** Views into which a part of another is laid. */
const MIXED = 0.35;
/** Sides of that part, in sides of the view. */
const smallestPart = 0.25;
const largestPart = 0.75;

/**
 * Lays a rectangle of another view over one, so that faces stand close to each other, cover each other, and
 * are cut off by straight borders (after Yun et al. 2019, "CutMix"). Changes the first.
 */
export function mixViews(view: DetectionView, other: DetectionView, random: Random): DetectionView {
  if (random.uniform() > MIXED) return view;
  const side = detectionSide;
  const width = Math.round(side * random.uniform(smallestPart, largestPart));
  const height = Math.round(side * random.uniform(smallestPart, largestPart));
  const left = random.integer(0, side - width);
  const top = random.integer(0, side - height);
  for (let row = top; row < top + height; row++)
    for (let c = 0; c < 3; c++) {
      const at = c * side * side + row * side + left;
      view.image.set(other.image.subarray(at, at + width), at);
    }
  const shareInPart = ({ centreX, centreY, size }: LabelledFace): number => {
    const over = (a: number, from: number, length: number): number =>
      Math.max(0, Math.min(a + size / 2, from + length) - Math.max(a - size / 2, from)) / size;
    return over(centreX, left, width) * over(centreY, top, height);
  };
  const judged = (face: LabelledFace, share: number): LabelledFace[] =>
    share < TOO_LITTLE ? [] : [{ ...face, doubtful: face.doubtful || share < ENOUGH }];
  const inside = (x: number, y: number): boolean =>
    x >= left && x < left + width && y >= top && y < top + height;
  const taught = mixTaught(view.taught, other.taught, inside);
  return {
    image: view.image,
    ...(taught && { taught }),
    faces: [
      ...view.faces.flatMap((face) => judged(face, 1 - shareInPart(face))),
      ...other.faces.flatMap((face) => judged(face, shareInPart(face))),
    ],
  };
}
