import { z } from 'zod';
import type { PhotoTruth } from '../data/synthetic/photographer.js';
import type { StoredSample } from '../data/synthetic/sample.js';
import type { HeadDirections } from '../detect/detection.js';
import { project, transformPoints } from '../math/camera.js';
import type { Camera } from '../math/camera.js';
import { evaluatePoints, sphereCentre } from '../model/evaluate.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { boxOfHead, directionsOf, type HeadPose } from '../network/face-view.js';

/** A face, or what may be one, as a detector is to see it; pixels of the picture. */
export interface LabelledFace extends HeadDirections {
  readonly centreX: number;
  readonly centreY: number;
  /** Side of the detector's square box. */
  readonly size: number;
  /** x, y of right eye, left eye, nose tip, mouth, right ear, left ear; as in `DetectedFace`. */
  readonly keypoints: ArrayLike<number>;
  /** Of what may be a face nothing is taught, neither that it is one nor that it is none. */
  readonly doubtful: boolean;
}

/** Heads turned further than this, degrees, show no face; a little before, it is a matter of taste. */
const NO_FACE = 110;
const HARDLY_A_FACE = 97;

const vector = (length: number) => z.array(z.number()).length(length);
const schema = z.strictObject({
  version: z.literal(1),
  faces: z.array(
    z.strictObject({
      centreX: z.number(),
      centreY: z.number(),
      size: z.number().positive(),
      keypoints: vector(12),
      forward: vector(3),
      up: vector(2),
      doubtful: z.boolean(),
    }),
  ),
});

/** The member `faces.json` of a photo's sample. */
export function encodeLabels(faces: readonly LabelledFace[]): Uint8Array {
  const rounded = (values: ArrayLike<number>): number[] =>
    Array.from(values, (value) => Number(value.toFixed(3)));
  const described = faces.map((face) => ({
    ...face,
    keypoints: rounded(face.keypoints),
    forward: rounded(face.forward),
    up: rounded(face.up),
  }));
  return new TextEncoder().encode(`${JSON.stringify({ version: 1, faces: described })}\n`);
}

/** @throws Error of one line for anything else than such a member */
export function decodeLabels(bytes: Uint8Array): LabelledFace[] {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes))).faces as unknown as LabelledFace[];
  } catch (error) {
    throw new Error(
      'its faces.json is damaged or of another version; remove the folder of prepared photos and run again',
      { cause: error },
    );
  }
}

/** What must be known of a synthetic head. */
type TruePose = Pick<StoredSample['truth'], 'camera' | 'pose'> | Pick<PhotoTruth, 'camera' | 'pose'>;

/** The face of a synthetic photo; none of a head from behind. */
export function labelOfSample(
  model: MorphableModel,
  { truth, vertices }: { readonly truth: TruePose; readonly vertices: Float32Array },
): LabelledFace[] {
  const { camera, pose } = truth;
  const away = turnedAway(pose);
  if (away > NO_FACE) return [];
  const { box } = boxOfHead(truth);
  return [
    {
      centreX: box.x + box.width / 2,
      centreY: box.y + box.height / 2,
      size: box.width,
      keypoints: keypointsOf(model, vertices, pose, camera),
      ...directionsOf(pose.rotation),
      doubtful: away > HARDLY_A_FACE,
    },
  ];
}

/** Whether a head is turned to the camera far enough to show its face. */
export const showsFace = (pose: HeadPose): boolean => turnedAway(pose) < HARDLY_A_FACE;

/** Degrees between where the nose points and the camera. */
function turnedAway({ rotation, translation }: HeadPose): number {
  const [x, y, z] = translation as unknown as [number, number, number];
  const towards = -(rotation[2]! * x + rotation[5]! * y + rotation[8]! * z) / Math.hypot(x, y, z);
  return (Math.acos(Math.max(-1, Math.min(1, towards))) * 180) / Math.PI;
}

/** Of the 68: the tip of the nose, the middles of the lips, and where the jaw begins below the ears. */
const NOSE = 30;
const UPPER_LIP = 62;
const LOWER_LIP = 66;
const RIGHT_JAW = 0;
const LEFT_JAW = 16;

function keypointsOf(
  model: MorphableModel,
  head: Float32Array,
  { rotation, translation }: HeadPose,
  camera: Camera,
): Float32Array {
  const landmarks = evaluatePoints(model.landmarks.ibug68!, head);
  const landmark = (k: number): number[] => Array.from(landmarks.subarray(3 * k, 3 * k + 3));
  const [upper, lower] = [landmark(UPPER_LIP), landmark(LOWER_LIP)];
  const eyes = model.parts
    .filter(({ turnsAbout }) => turnsAbout === 'sphereCentre')
    .map((part) => Array.from(sphereCentre(part, head)))
    .sort((a, b) => a[0]! - b[0]!);
  const points = Float32Array.from([
    ...eyes.flat(),
    ...landmark(NOSE),
    ...upper.map((value, axis) => (value + lower[axis]!) / 2),
    ...landmark(RIGHT_JAW),
    ...landmark(LEFT_JAW),
  ]);
  const seen = transformPoints(rotation, translation, points, new Float32Array(18));
  return project(seen, camera, new Float32Array(12));
}
