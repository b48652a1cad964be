import { alignedSize, alignmentCrop } from '../detect/alignment.js';
import { coverFaceFlat } from '../data/occlusion/face-covers.js';
import { sampleCrop } from '../detect/crop.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import { noiseProtocol } from '../data/noise/protocol.js';
import type { JpegCodec } from '../data/jpeg.js';
import { createRandom } from '../data/random.js';
import type { StoredSample } from '../data/synthetic/sample.js';
import { project, transformPoints } from '../math/camera.js';
import type { Image } from '../math/image.js';
import { evaluatePoints } from '../model/evaluate.js';
import {
  boxOfHead,
  toView,
  viewNormalisation,
  viewOfBox,
  viewOutside,
  type FaceBox,
} from '../network/face-view.js';
import { recognitionNormalisation } from '../network/recognition-view.js';
import { coverFrame } from './cover-frame.js';
import { jitteredBox, landmarksInView, type ExamplePoints } from './synthetic-example.js';
import { coverView } from './view-augmentation.js';
import { pictureOfView, viewOfPicture } from './view-picture.js';

/** What training by guidance needs to know of a photo; pixels of the photo. */
export interface GuidedPhoto {
  readonly photo: Image;
  /** The same photo with something over the face, and where, one channel. */
  readonly covered: { readonly photo: Image; readonly mask: Image } | undefined;
  /** The detector's box, and the face's roll in degrees. */
  readonly box: FaceBox;
  readonly roll: number;
  /** 68 pairs; contour points where the pose puts them. */
  readonly landmarks: Float32Array;
  /** Five pairs that recognition networks align by. */
  readonly alignment: ArrayLike<number>;
  /** What only synthetic photos know. */
  readonly truth: { readonly positions: Float32Array; readonly gaze: readonly [number, number] } | undefined;
}

/** A sample of `rogue synth` as a guided photo: box and landmarks are those of its true head. */
export function guidedPhotoOf(
  { model, points }: ExamplePoints,
  { truth, vertices }: StoredSample,
  photo: Image,
  covered: GuidedPhoto['covered'],
): GuidedPhoto {
  const { camera, pose } = truth;
  const five = evaluatePoints(model.landmarks.alignment5!, vertices);
  return {
    photo,
    covered,
    ...boxOfHead(truth),
    landmarks: Float32Array.from(truth.landmarks68.flat()),
    alignment: project(
      transformPoints(pose.rotation, pose.translation, five, five),
      camera,
      new Float32Array(10),
    ),
    truth: { positions: evaluatePoints(points, vertices), gaze: [truth.gaze.yaw, truth.gaze.pitch] },
  };
}

/** One photo as the stages `guide` and `robustify` see it; units as in `network/code.ts`. */
export interface GuidedExample {
  /** Clean, occluded and noisy, 3×size×size each, sRGB −1…1; the clean one alone for guidance. */
  readonly views: readonly Float32Array[];
  /** The clean photo at the size of the renderer's pictures, 3×side×side. */
  readonly picture: Float32Array;
  /** The face, aligned for recognition: 3×112×112, the network's own range. */
  readonly aligned: Float32Array;
  /** 68×2, −1…1 across the crop. */
  readonly points: Float32Array;
  /** 68 each, of the views: 1 where a landmark is in plain view. */
  readonly visible: readonly Float32Array[];
  readonly truth: GuidedPhoto['truth'];
}

export interface GuidedViewOptions {
  /** Of the regressor's input and of the renderer's pictures, pixels. */
  readonly size: number;
  readonly pictureSize: number;
  /** Whether there are occluded and noisy views. */
  readonly robust: boolean;
  /** For the noise protocol. */
  readonly codec: JpegCodec;
}

/**
 * Share of covered views that take the covered photo where there is one; of the others, those that get a box
 * anywhere; what is left gets what is likely over a face: bands, halves, masks, glasses.
 */
const PLAUSIBLE = 0.45;
const BOXES = 0.4;

/**
 * The views of a photo: the same crop of it clean, with something over the face, and noisy. The same seed
 * gives the same views.
 */
export async function guidedExample(
  source: GuidedPhoto,
  seed: string,
  { size, pictureSize, robust, codec }: GuidedViewOptions,
): Promise<GuidedExample> {
  const random = createRandom(seed);
  const { box, roll } = jitteredBox(source.box, source.roll, random.fork('view'));
  const crop = viewOfBox(box, roll, size);
  const pyramid = new ImagePyramid(source.photo);
  const view = (from: ImagePyramid, side: number): Float32Array => {
    const image = new Float32Array(3 * side * side);
    sampleCrop(from, viewOfBox(box, roll, side), viewNormalisation, image, 0, viewOutside);
    return image;
  };
  const clean = view(pyramid, size);
  const picture = view(pyramid, pictureSize);
  const aligned = new Float32Array(3 * alignedSize * alignedSize);
  const points = toView(crop, source.landmarks);
  sampleCrop(pyramid, alignmentCrop(source.alignment), recognitionNormalisation, aligned);
  const shared = { picture, aligned, points, truth: source.truth };
  const seen = new Float32Array(68).fill(1);
  if (!robust) return { ...shared, views: [clean], visible: [seen] };
  const choice = random.fork('cover');
  const occludedSeen = seen.slice();
  let occluded: Float32Array;
  if (source.covered && choice.uniform() < PLAUSIBLE) {
    occluded = view(new ImagePyramid(source.covered.photo), size);
    occludedSeen.set(landmarksInView(source.landmarks, source.covered.mask));
  } else if (choice.uniform() < BOXES) {
    occluded = clean.slice();
    coverView(occluded, size, occludedSeen, points, choice);
  } else {
    const picture = pictureOfView(clean, size);
    const pixels = points.map((value) => ((value + 1) / 2) * size);
    const { hides } = coverFaceFlat(picture, coverFrame(crop, source, pixels), choice);
    for (let k = 0; k < 68; k++) if (hides(pixels[2 * k]!, pixels[2 * k + 1]!)) occludedSeen[k] = 0;
    occluded = viewOfPicture(picture);
  }
  const { image: noisy } = await noiseProtocol(pictureOfView(clean, size), `${seed}/noise`, {
    faceSize: size,
    codec,
  });
  return { ...shared, views: [clean, occluded, viewOfPicture(noisy)], visible: [seen, occludedSeen, seen] };
}
