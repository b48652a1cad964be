import type { Image } from '../math/image.js';
import type { DenseLandmarker, DenseLandmarks } from './dense-landmarks.js';
import { confidenceOf, evidenceOf, type Evidence, type LookAgain } from './confidence.js';
import { turnBetween } from './detection.js';
import type { DetectedFace, DetectOptions, FaceDetector } from './face-detector.js';
import { ImagePyramid } from './image-pyramid.js';
import { densePointCount } from './mesh-regions.js';

/** What faces are found with. */
export interface FaceFinders {
  readonly detector: FaceDetector;
  readonly landmarker: DenseLandmarker;
  /** Improves the boxes of covered faces; without it, the detector's stay. */
  readonly lookAgain?: LookAgain | undefined;
}

/** A detected face whose dense mesh confirms it. */
export interface FoundFace extends DetectedFace {
  readonly landmarks: DenseLandmarks;
  /** 0…1: how likely it is a face on which the mesh lies right. */
  readonly confidence: number;
  /** What the confidence comes from. */
  readonly evidence: Evidence;
}

export interface FindFacesOptions extends Pick<DetectOptions, 'maxFaces' | 'minFace'> {
  /**
   * Least confidence of a face, 0…1: how likely it must be. Default 0.5; docs/detection.md shows what that
   * keeps and removes.
   */
  readonly threshold?: number;
  /** Looks for faces upside down as well where none is sure. Default true. */
  readonly upsideDown?: boolean;
}

/**
 * A photo's only candidate may have this confidence, if it is large (in parts of the photo's width) and
 * nobody asked for another.
 */
const lastResort = 0.25;
const subjectSize = 0.15;
/** Faces are looked for up to ±90° of roll; what seems turned further is most often hair or a hand. */
const largestRoll = 120;
/** So faces of a photo that is upside down must be this sure, and surer than the upright ones. */
const upsideDownConfidence = 0.5;
/** Where a face is as sure as this, nobody asks whether the photo is upside down. */
const standingConfidence = 0.9;
const defaultThreshold = 0.5;
/** What the detector must say of a face for the other networks to be asked: covered ones may be faint. */
const leastScore = 0.35;
/** And when the least confidence is lower than usual. */
const lowestScore = 0.15;
/**
 * Nobody looks for a second face within a sure one: closer to its middle than this share of its half side.
 */
const sureConfidence = 0.8;
const insideShare = 0.8;
/**
 * Where a photo has a face as sure as `standingConfidence`, others must have at least this score of the
 * detector, and this chance of the judge at some turn, to be looked at closely. Of 1,554 faces, most of them
 * covered or lying, found above the
 * default threshold, two had less than 0.55 and none less than 0.42.
 */
const secondScore = 0.42;
const secondChance = 0.4;
/** Two meshes nearer than this, in box sizes, have converged to one face. */
const sameMeshDistance = 0.25;

/** The largest `threshold` with which a face of this confidence is found, two decimals. */
export function scoreThatTakes({ confidence }: Pick<FoundFace, 'confidence'>): number {
  return Math.floor(100 * confidence) / 100;
}

/** Whether a face is upside down, so that its photo most likely is. */
export function isUpsideDown({ roll }: { readonly roll: number }): boolean {
  return turnBetween(roll, 0) > largestRoll;
}

/**
 * All faces of a photo with their dense meshes, the largest and surest first. Where none is sure, the photo
 * may be upside down: sure faces the other way up come before doubtful ones.
 *
 * The networks must agree on a face: the detector, lenient enough to find covered ones, also fires on hands,
 * hair and ornaments, where the mesh then has low presence or its eyes, nose and mouth lie elsewhere.
 *
 * @throws RangeError for options out of range
 */
export async function findFaces(
  finders: FaceFinders,
  image: Image | ImagePyramid,
  { threshold: wanted, maxFaces = Infinity, upsideDown = true, ...options }: FindFacesOptions = {},
): Promise<FoundFace[]> {
  const threshold = wanted ?? defaultThreshold;
  if (!(threshold > 0 && threshold < 1))
    throw new RangeError(`findFaces: threshold must lie between 0 and 1, received ${threshold}.`);
  const pyramid = image instanceof ImagePyramid ? image : new ImagePyramid(image);
  const score = Math.max(lowestScore, Math.min(leastScore, threshold));
  const look = (turn: 0 | 180): Promise<FoundFace[]> =>
    confirmedFaces(finders, pyramid, {
      ...options,
      threshold: score,
      turn,
      all: threshold < defaultThreshold,
    });
  const [upright, fallen] = byTurn(await look(0), 0);
  let faces = upright.filter(({ confidence }) => confidence >= threshold);
  const surest = surestOf(upright);
  // What is seen in a photo that is upside down is doubtful, or stands on its head.
  if (upsideDown && (surest < standingConfidence || surest < surestOf(fallen))) {
    const least = Math.max(threshold, upsideDownConfidence);
    const [turned] = byTurn(await look(180), 180);
    const sure = turned.filter(({ confidence }) => confidence >= least);
    if (surestOf(sure) > surest) faces = sure;
  }
  if (faces.length === 0 && wanted === undefined) faces = likeliestSubject(upright, pyramid.width);
  return faces.sort((a, b) => b.box.width * b.confidence - a.box.width * a.confidence).slice(0, maxFaces);
}

/** Faces that stand in a photo turned so, and those upside down in it. */
function byTurn(faces: readonly FoundFace[], turn: 0 | 180): [standing: FoundFace[], fallen: FoundFace[]] {
  const stands = ({ roll }: FoundFace): boolean => turnBetween(roll, turn) <= largestRoll;
  return [faces.filter(stands), faces.filter((face) => !stands(face))];
}

function surestOf(faces: readonly FoundFace[]): number {
  return Math.max(0, ...faces.map(({ confidence }) => confidence));
}

/**
 * The detector's faces in the photo, turned or not, with their meshes; each once, the surest first. After a
 * sure one, what will hardly become a face is left out, unless `all` are asked for.
 */
async function confirmedFaces(
  { detector, landmarker, lookAgain }: FaceFinders,
  pyramid: ImagePyramid,
  { all, ...options }: DetectOptions & { readonly turn: 0 | 180; readonly all: boolean },
): Promise<FoundFace[]> {
  const found: FoundFace[] = [];
  const candidates = [...(await detector.detect(pyramid, options))].sort((a, b) => b.score - a.score);
  for (const face of candidates) {
    if (found.some((other) => other.confidence > sureConfidence && isWithin(face, other))) continue;
    const second = !all && found.some(({ confidence }) => confidence >= standingConfidence);
    if (second && face.score < secondScore) continue;
    const closer = await lookAgain?.(pyramid, face, {
      upright: options.turn,
      ...(second && { least: secondChance }),
    });
    if (lookAgain && !closer) continue;
    const placed = { ...face, ...(closer && { box: closer.box, roll: closer.roll }) };
    const landmarks = await landmarker.landmark(pyramid, placed);
    const evidence = evidenceOf(face, landmarks, closer);
    found.push({ ...placed, landmarks, evidence, confidence: confidenceOf(evidence) });
  }
  return dropRepeated(found);
}

/** Whether the middle of a box lies well inside another. */
function isWithin({ box }: Pick<DetectedFace, 'box'>, { box: other }: Pick<DetectedFace, 'box'>): boolean {
  const dx = box.x + box.width / 2 - other.x - other.width / 2;
  const dy = box.y + box.height / 2 - other.y - other.height / 2;
  return Math.max(Math.abs(dx), Math.abs(dy)) < insideShare * (other.width / 2);
}

/**
 * A rectangle of a photo in which somebody says that a face is; as the detector's boxes, from the brows to
 * the chin.
 */
export interface GivenBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of the face, degrees, anticlockwise in the picture. Default 0. */
  readonly roll?: number;
}

/**
 * The face in a given box: for photos where the detector misses it. The mesh is taken as it comes, and its
 * presence as the confidence.
 *
 * @throws RangeError for a box without size, or outside the photo
 */
export async function faceInBox(
  landmarker: DenseLandmarker,
  image: Image | ImagePyramid,
  box: GivenBox,
): Promise<FoundFace> {
  const pyramid = image instanceof ImagePyramid ? image : new ImagePyramid(image);
  const { x, y, width, height, roll = 0 } = box;
  if (
    !(width >= 8 && height >= 8) ||
    !(x < pyramid.width && y < pyramid.height && x + width > 0 && y + height > 0)
  ) {
    throw new RangeError(
      `box: expected x, y, width, height within the ${pyramid.width}×${pyramid.height} photo and at least 8 pixels large, received ${[x, y, width, height].join(', ')}.`,
    );
  }
  // Detectors' boxes are square.
  const side = Math.max(width, height);
  const square = { x: x + (width - side) / 2, y: y + (height - side) / 2, width: side, height: side };
  const face: DetectedFace = { box: square, score: 1, keypoints: new Float32Array(12).fill(NaN), roll };
  const landmarks = await landmarker.landmark(pyramid, face);
  return { ...face, landmarks, evidence: evidenceOf(face, landmarks), confidence: landmarks.presence };
}

function dropRepeated(faces: readonly FoundFace[]): FoundFace[] {
  const kept: FoundFace[] = [];
  for (const face of [...faces].sort((a, b) => b.confidence - a.confidence)) {
    if (kept.every((other) => meshDistance(face, other) > sameMeshDistance)) kept.push(face);
  }
  return kept;
}

/**
 * Where no face is sure, a large doubtful one is most likely the photo's subject, covered by a hand, a mask
 * or glasses: the best such one.
 */
function likeliestSubject(faces: readonly FoundFace[], imageWidth: number): FoundFace[] {
  return faces
    .filter(({ box, confidence }) => confidence >= lastResort && box.width >= subjectSize * imageWidth)
    .slice(0, 1);
}

/** Mean distance between two meshes in sizes of the smaller box. */
function meshDistance(a: FoundFace, b: FoundFace): number {
  const p = a.landmarks.points;
  const q = b.landmarks.points;
  let sum = 0;
  for (let k = 0; k < 3 * densePointCount; k += 3) sum += Math.hypot(p[k]! - q[k]!, p[k + 1]! - q[k + 1]!);
  return sum / densePointCount / Math.min(a.box.width, b.box.width);
}
