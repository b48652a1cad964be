import type { DenseLandmarks } from './dense-landmarks.js';
import type { DetectedFace } from './face-detector.js';
import type { ImagePyramid } from './image-pyramid.js';

/** What a third network, that of the whole head, makes of a detected face. */
export interface CloserLook {
  /** A better box and roll. */
  readonly box: DetectedFace['box'];
  readonly roll: number;
  /** x, y of right eye, left eye, nose tip and mouth. */
  readonly keypoints: ArrayLike<number>;
  /** How far the box moved, in its sides, and the logarithm of how much its side changed. */
  readonly moved: number;
  readonly resized: number;
  /** 0…1, of the judge, where the network has one. */
  readonly face?: number;
}

/** How a detected face is looked at again. */
export interface LookAgainOptions {
  /** How faces are expected to stand, degrees. Default 0. */
  readonly upright?: number;
  /** Gives up where the judge finds no turn of the face at least so likely, 0…1. Default 0: never. */
  readonly least?: number;
}

/** Looks at a detected face until its head stands still; `undefined` when it was given up. */
export type LookAgain = (
  pyramid: ImagePyramid,
  face: Pick<DetectedFace, 'box' | 'roll'>,
  options?: LookAgainOptions,
) => Promise<CloserLook | undefined>;

/** What tells a face from what only looks like one. */
export interface Evidence {
  /** 0…1, of the detector. */
  readonly score: number;
  /** 0…1, of the mesh's network. */
  readonly presence: number;
  /** Mean distance of eyes, nose and mouth between the mesh and the detector, in sides of the box. */
  readonly fromDetector: number;
  /** The same between the mesh and the predicted head; as the detector's where no head is predicted. */
  readonly fromHead: number;
  /** As in `CloserLook`; 0 where there is none. */
  readonly moved: number;
  readonly resized: number;
  readonly face?: number;
}

/**
 * Irises, nose tip and the lips' two middle points in the mesh, which the detector's key points mark as well.
 */
const rightIris = 468;
const leftIris = 473;
const noseTip = 1;
const upperLip = 13;
const lowerLip = 14;

export function evidenceOf(
  face: DetectedFace,
  { points, presence }: Pick<DenseLandmarks, 'points' | 'presence'>,
  closer?: CloserLook,
): Evidence {
  const side = (closer?.box ?? face.box).width;
  const fromDetector = distanceTo(face.keypoints, points) / side;
  return {
    score: face.score,
    presence,
    fromDetector,
    fromHead: closer ? distanceTo(closer.keypoints, points) / side : fromDetector,
    moved: closer?.moved ?? 0,
    resized: closer?.resized ?? 0,
    ...(closer?.face !== undefined && { face: closer.face }),
  };
}

/** Mean distance of eyes, nose and mouth from the mesh's, pixels. */
function distanceTo(keypoints: ArrayLike<number>, points: Float32Array): number {
  const distance = (keypoint: number, a: number, b = a): number =>
    Math.hypot(
      (points[3 * a]! + points[3 * b]!) / 2 - keypoints[2 * keypoint]!,
      (points[3 * a + 1]! + points[3 * b + 1]!) / 2 - keypoints[2 * keypoint + 1]!,
    );
  return (
    (distance(0, rightIris) +
      distance(1, leftIris) +
      distance(2, noseTip) +
      distance(3, upperLip, lowerLip)) /
    4
  );
}

/** Beyond these, evidence gets no worse; so near 0 and 1, no surer. */
const FARTHEST = 0.5;
const SUREST = 0.995;
/** A mesh's presence tells more: on faces it is next to 1, on what only looks like one merely near. */
const SUREST_MESH = 1 - 1e-10;

/** What the confidence adds up: logits of the networks, and four distances; the judge's last, if any. */
export function evidenceFeatures(evidence: Evidence): number[] {
  const { score, presence, fromDetector, fromHead, moved, resized, face } = evidence;
  const distance = (value: number): number => Math.min(FARTHEST, value);
  return [
    logit(score),
    logit(presence, SUREST_MESH),
    distance(fromDetector),
    distance(fromHead),
    distance(moved),
    distance(resized),
    ...(face === undefined ? [] : [logit(face)]),
  ];
}

/** The logarithm of the odds, bounded as what networks say is. */
export function logit(probability: number, surest = SUREST): number {
  const bounded = Math.max(1 - surest, Math.min(surest, probability));
  return Math.log(bounded / (1 - bounded));
}

/** Fitted by `tools/fit-confidence.ts`: with a judge's word, and without. */
const judged = { weights: [1.569, 0.132, -2.879, -3.792, -0.192, -1.233, 0.497], bias: -3.399 };
const unjudged = { weights: [2.197, 0.117, -2.457, -3.41, -0.758, -1.282], bias: -1.872 };

/** How likely it is that there is a face in the box, 0…1. */
export function confidenceOf(evidence: Evidence): number {
  const { weights, bias } = evidence.face === undefined ? unjudged : judged;
  const sum = evidenceFeatures(evidence).reduce((total, value, k) => total + weights[k]! * value, bias);
  return 1 / (1 + Math.exp(-sum));
}
