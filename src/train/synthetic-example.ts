import { sampleCrop } from '../detect/crop.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import type { Random } from '../data/random.js';
import type { StoredSample } from '../data/synthetic/sample.js';
import { project, transformPoints } from '../math/camera.js';
import type { Image } from '../math/image.js';
import { rotateLight } from '../math/spherical-harmonics.js';
import { multiplyRotations, transposeRotation } from '../math/rotation.js';
import { evaluatePoints } from '../model/evaluate.js';
import type { MorphableModel, SurfacePoints } from '../model/morphable-model.js';
import {
  boxOfHead,
  poseInView,
  toView,
  viewNormalisation,
  viewOfBox,
  viewOutside,
  type FaceBox,
} from '../network/face-view.js';

/** A face as a regressor sees it, and all that is known of it; units as in `network/code.ts`. */
export interface SyntheticExample {
  /** 3×size×size, sRGB −1…1. */
  readonly image: Float32Array;
  /** P×2, −1…1 across the crop, and P×3, mm, head space. */
  readonly points: Float32Array;
  readonly positions: Float32Array;
  readonly shape: ArrayLike<number>;
  readonly expression: ArrayLike<number>;
  readonly albedo: ArrayLike<number>;
  readonly light: Float32Array;
  readonly rotation: ArrayLike<number>;
  readonly gaze: readonly [number, number];
  /** 68: whether each landmark is in plain view. */
  readonly visible: Float32Array;
}

/**
 * How crops differ from the detector's ordinary ones: standard deviations in sides of the box, of log size,
 * and degrees.
 */
const jitter = { shift: 0.05, size: 0.08, roll: 6 };
/** Now and then a crop is much off, as when covers mislead the detector. */
const astray = { share: 0.15, factor: 2 };

/**
 * 1 for each landmark that no mask covers.
 * @param landmarks pairs, pixels
 * @param mask one channel, 255 where it covers
 */
export function landmarksInView(landmarks: ArrayLike<number>, mask: Image | undefined): Float32Array {
  return Float32Array.from({ length: landmarks.length / 2 }, (_, k) => {
    const column = Math.floor(landmarks[2 * k]!);
    const row = Math.floor(landmarks[2 * k + 1]!);
    if (!mask || column < 0 || row < 0 || column >= mask.width || row >= mask.height) return 1;
    return mask.data[row * mask.width + column]! < 128 ? 1 : 0;
  });
}

/** What {@link syntheticExample} needs of a model. */
export interface ExamplePoints {
  readonly model: MorphableModel;
  readonly points: SurfacePoints;
}

/**
 * An example from a sample of `rogue synth`.
 * @param photo of the sample, clean or covered
 * @param mask of the covered photo, one channel
 */
export function syntheticExample(
  { model, points }: ExamplePoints,
  { truth, vertices }: StoredSample,
  photo: Image,
  mask: Image | undefined,
  size: number,
  random: Random,
): SyntheticExample {
  const { camera, pose } = truth;
  const { box, roll } = viewOfHead(truth, random);
  const crop = viewOfBox(box, roll, size);
  const image = new Float32Array(3 * size * size);
  sampleCrop(new ImagePyramid(photo), crop, viewNormalisation, image, 0, viewOutside);
  const positions = evaluatePoints(points, vertices);
  const seen = transformPoints(
    pose.rotation,
    pose.translation,
    positions,
    new Float32Array(positions.length),
  );
  const pixels = project(seen, camera, new Float32Array(2 * points.count));
  const { rotation } = poseInView(pose, camera, crop);
  const { coefficients } = truth;
  return {
    image,
    points: toView(crop, pixels),
    positions,
    shape: coefficients.shape,
    albedo: coefficients.albedo,
    expression: model.expression.names.map((name) => coefficients.expression[name] ?? 0),
    // From the photo's axes to the crop's, by the way that the head has turned.
    light: rotateLight(multiplyRotations(rotation, transposeRotation(pose.rotation)), coefficients.light),
    rotation,
    gaze: [truth.gaze.yaw, truth.gaze.pitch],
    visible: landmarksInView(truth.landmarks68.flat(), mask),
  };
}

/** A box and roll as the detector might give them in another picture of the same face. */
export function jitteredBox(
  { x, y, width, height }: FaceBox,
  roll: number,
  random: Random,
): { readonly box: FaceBox; readonly roll: number } {
  const side = Math.max(width, height);
  const spread = random.uniform() < astray.share ? astray.factor : 1;
  const moved = (): number => side * random.normal(0, jitter.shift * spread);
  const scaled = side * Math.exp(random.normal(0, jitter.size * spread));
  const box = {
    x: x + width / 2 + moved() - scaled / 2,
    y: y + height / 2 + moved() - scaled / 2,
    width: scaled,
    height: scaled,
  };
  return { box, roll: roll + random.normal(0, jitter.roll * spread) };
}

/** The box and roll that the face detector might give of a head. */
export function viewOfHead(
  head: Parameters<typeof boxOfHead>[0],
  random: Random,
): { readonly box: FaceBox; readonly roll: number } {
  const { box, roll } = boxOfHead(head);
  return jitteredBox(box, roll, random);
}
