import { coverFaceFlat } from '../data/occlusion/face-covers.js';
import type { Random } from '../data/random.js';
import { cropAxes, sampleCrop, type Crop } from '../detect/crop.js';
import {
  cropOfRegion,
  landmarkerInput,
  regionOfFace,
  regionOfMesh,
  type RegionOfInterest,
} from '../detect/dense-landmarks.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import { subset68 } from '../detect/mediapipe-to-68.js';
import type { Image } from '../math/image.js';
import { viewNormalisation, type FaceBox } from '../network/face-view.js';
import { coverFrame } from './cover-frame.js';
import type { LandmarksExample } from './landmarks.js';
import { oddLight } from './odd-light.js';
import { augmentView, coverView } from './view-augmentation.js';
import { pictureOfView, viewOfPicture } from './view-picture.js';

/** A photo that dense landmarks learn from; pixels of the photo. */
export interface LandmarksPhoto {
  /** As it is, or with something over the face. */
  readonly photo: Image;
  /** The detector's box, and the face's roll in degrees. */
  readonly box: FaceBox;
  readonly roll: number;
  /** What the teacher says of the photo as it is: 478 × (x, y, z). */
  readonly points: Float32Array;
}

/** How views are made; chances 0…1. */
export interface LandmarksViewOptions {
  /** Of views: something flat is laid over the face. */
  readonly covered: number;
  /** Deviation of the strongest noise, of 0…255. */
  readonly noise: number;
}

/** Of views, those that look past the face. */
const BESIDE = 0.08;
/** Of the others, those that look at the detector's box; the rest looks at the mesh of a first look. */
const FIRST = 0.5;
/** What either is off by: deviations in sides, of log size, and degrees. */
const offs = {
  first: { shift: 0.06, growth: 0.1, roll: 10 },
  second: { shift: 0.03, growth: 0.06, roll: 5 },
} as const;
/** Of flat covers, boxes and halves of one colour or noise anywhere. */
const BOXES = 0.4;

/** A crop as the network sees it, and where the mesh lies there. */
export interface LandmarksView extends Pick<LandmarksExample, 'image' | 'points' | 'taught'> {
  readonly region: RegionOfInterest;
}

/** A view of a photo: off its place, covered, noisy, badly exposed. */
export function landmarksView(
  source: LandmarksPhoto,
  random: Random,
  { covered, noise }: LandmarksViewOptions,
): LandmarksView {
  const size = landmarkerInput;
  const { region, beside } = drawRegion(source, random.fork('view'));
  const crop = cropOfRegion(region);
  const points = pointsIn(crop, source.points);
  const view = new Float32Array(3 * size * size);
  sampleCrop(new ImagePyramid(source.photo), crop, viewNormalisation, view);
  const covering = random.fork('cover');
  if (!beside && covering.uniform() < covered) {
    const marks = subset68(points);
    if (covering.uniform() < BOXES) {
      coverView(view, size, new Float32Array(0), [], covering);
    } else {
      const picture = pictureOfView(view, size);
      coverFaceFlat(picture, coverFrame(crop, source, marks), covering);
      viewOfPicture(picture, view);
    }
  }
  oddLight(view, size, random.fork('light'));
  augmentView(view, size, new Float32Array(0), [], random.fork('look'), {
    boxes: 0,
    noise,
    noisy: 0.3,
    coarse: 0.12,
    grey: 0.06,
  });
  return { region, points, taught: beside ? 0 : 1, image: view.map((value) => (value + 1) / 2) };
}

function drawRegion(
  { box, roll, points }: LandmarksPhoto,
  random: Random,
): { readonly region: RegionOfInterest; readonly beside: boolean } {
  const beside = random.uniform() < BESIDE;
  const first = random.uniform() < FIRST;
  const off = first ? offs.first : offs.second;
  const region = first
    ? regionOfFace({ box, roll, score: 1, keypoints: new Float32Array(12) })
    : regionOfMesh(points);
  const { size } = region;
  const angle = random.uniform(0, 2 * Math.PI);
  const away = beside ? size * random.uniform(0.5, 1) : 0;
  return {
    beside,
    region: {
      centreX: region.centreX + size * random.normal(0, off.shift) + away * Math.cos(angle),
      centreY: region.centreY + size * random.normal(0, off.shift) + away * Math.sin(angle),
      size: size * Math.exp(random.normal(0, off.growth)),
      roll: region.roll + random.normal(0, off.roll),
    },
  };
}

/** Triples of the photo in pixels of a crop; depth on the same scale. */
function pointsIn(crop: Crop, points: Float32Array): Float32Array {
  const { ax, ay, bx, by } = cropAxes(crop);
  const area = crop.scale * crop.scale;
  const result = new Float32Array(points.length);
  for (let k = 0; k < points.length; k += 3) {
    const dx = points[k]! - crop.centreX;
    const dy = points[k + 1]! - crop.centreY;
    result[k] = (dx * ax + dy * ay) / area + crop.width / 2;
    result[k + 1] = (dx * bx + dy * by) / area + crop.height / 2;
    result[k + 2] = points[k + 2]! / crop.scale;
  }
  return result;
}
