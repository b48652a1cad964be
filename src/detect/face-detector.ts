import type { Image } from '../math/image.js';
import { floatOutput } from '../runtime/session.js';
import type { Runtime, Session } from '../runtime/session.js';
import { anchorAlignment, anchorCentres } from './anchors.js';
import { cropAxes, cropToImage, sampleCrop } from './crop.js';
import type { Crop } from './crop.js';
import {
  decodeDetections,
  intersectionOverSmaller,
  mergeOverlapping,
  poseOf,
  rollOf,
  turnBetween,
} from './detection.js';
import type { Detection, HeadDirections, RoughPose } from './detection.js';
import { ImagePyramid } from './image-pyramid.js';

/** A face found in a photo; all positions in pixels of that photo. */
export interface DetectedFace {
  /** A square around brows to chin and cheek to cheek; may reach beyond the photo. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** 0…1, the detector's confidence on the upright, enlarged face. */
  readonly score: number;
  /**
   * x, y of right eye, left eye, nose tip, mouth centre, right ear, left ear; right and left are the
   * subject's.
   */
  readonly keypoints: Float32Array;
  /**
   * Degrees, by the line through the eyes, in profile by the crown; anticlockwise in the picture is positive.
   */
  readonly roll: number;
  /** Roughly how the head is turned, where the detector says so. */
  readonly pose?: RoughPose;
}

export interface DetectOptions {
  /** Least score of a face, 0…1; covered faces score 0.45–0.7. Default 0.4. */
  readonly threshold?: number;
  /** Keeps only the largest and surest faces. Default: all. */
  readonly maxFaces?: number;
  /**
   * Side of the smallest face of interest, brows to chin, in pixels of the photo, from 4 on. Default: 80, and
   * less in small photos (`defaultMinFace`). In photos of many megapixels small values are not reached: 4
   * million network pixels are looked at, at most.
   */
  readonly minFace?: number;
  /** Looks at the photo as if it were turned by so many degrees. Default 0. */
  readonly turn?: 0 | 180;
}

/** The smallest faces that are looked for unless told otherwise: 80 pixels, or 4 % of the photo's width. */
export function defaultMinFace({ width }: { readonly width: number }): number {
  return Math.min(80, 0.04 * width);
}

export interface FaceDetector {
  /** All faces of a photo, the largest and surest first. Upright and turned up to ±90° of roll. */
  detect(image: Image | ImagePyramid, options?: DetectOptions): Promise<DetectedFace[]>;
  release(): Promise<void>;
}

/**
 * Network input is −1…1; what lies beyond the photo is mid grey, with which more small faces are found than
 * with black.
 */
const normalisation = { gain: 1 / 127.5, offset: -1 };
const outsideGrey = 128;

/**
 * The network finds faces of 14 to some 220 pixels: the longer side of the first look, and what the smallest
 * face has in the last (at 4 % of the width that makes the photo 448 pixels wide, a multiple of 32).
 */
const coarseSide = 192;
/** Grey around the first look, so that a face that fills or leaves the photo has its outline inside. */
const coarseMargin = 32;
const smallestFacePixels = 17.92;
/** Bounds the finest look at large photos or tiny `minFace`, in time and in memory (pixels). */
const largestFinePixels = 1 << 22;
const largestTilePixels = 1 << 20;
/** Tiles of a look overlap by this much; faces that do not fit are large enough for the look before. */
const tileSide = 1024;
const tileOverlap = 128;
/** A look shows faces of one to this many times its smallest size surely; larger steps get one in between. */
const largestStep = 10;

/** Candidates of the first looks are looked at again, upright, at the size at which the network is surest. */
const refineSide = 128;
const refineFacePixels = 64;
const refineBatch = 8;
/** A first look counts from this score on: turned and covered faces only become sure when seen upright. */
const candidateScore = 0.3;
/**
 * From this score, less what is taken off for a lean of more than this many degrees, the upright look is
 * sure.
 */
const sureTrust = 0.75;
const toleratedLean = 10;
/**
 * Of two turns of a face, the one that is upside down must be surer by this: a covered face has few features
 * that tell which way up it is, and most people are upright.
 */
const lyingDoubt = 0.2;
/**
 * Where a first look at the photo and the upright one add up to less than this times the threshold, turns are
 * only tried if nothing in the photo is sure: a second face that both hardly see is rare, and most of what
 * they hardly see is none.
 */
const faintSum = 1.15;
/** Part of the smaller box inside the other from which two boxes cannot be two faces. */
const nestedOverlap = 0.7;

/**
 * The face detector: BlazeFace, full-range variant (Bazarevsky et al. 2019, arXiv 1907.05047), from
 * `assets/networks/face-detector.onnx`.
 *
 * The whole photo is looked at twice or more often, small for large faces and larger for small ones, because
 * the convolutional network accepts any size; large looks come in tiles. Each candidate is then cut out
 * upright and looked at once more, which removes false ones and places the key points of turned faces.
 *
 * @throws Error when the bytes are no ONNX network
 */
export async function createFaceDetector(runtime: Runtime, network: Uint8Array): Promise<FaceDetector> {
  const session = await runtime.createSession(network);
  return {
    async detect(image, { threshold = 0.4, maxFaces = Infinity, turn = 0, ...options } = {}) {
      const pyramid = image instanceof ImagePyramid ? image : new ImagePyramid(image);
      const { minFace = defaultMinFace(pyramid) } = options;
      if (!(threshold > 0 && threshold < 1))
        throw new RangeError(`detect: threshold must lie between 0 and 1, received ${threshold}.`);
      if (options.minFace !== undefined && !(minFace >= 4 && minFace < Infinity))
        throw new RangeError(`detect: minFace must be at least 4 pixels, received ${minFace}.`);
      const candidates: Detection[] = [];
      for (const crop of overviews(pyramid, minFace, turn)) {
        candidates.push(
          ...(await look(session, pyramid, [crop], Math.min(threshold, candidateScore))).flat(),
        );
      }
      const refined = (await refine(session, pyramid, mergeOverlapping(candidates), turn, threshold)).filter(
        ({ score }) => score >= threshold,
      );
      return largestFirst(dropNested(refined))
        .filter(({ width }) => width >= 0.75 * minFace)
        .slice(0, maxFaces)
        .map(describe);
    },
    release: () => session.release(),
  };
}

/** The whole photo at the sizes in which large and small faces fall into the network's range. */
function overviews({ width, height }: ImagePyramid, minFace: number, turn: number): Crop[] {
  const whole = (scale: number, margin: number): Crop => ({
    centreX: width / 2,
    centreY: height / 2,
    scale,
    roll: turn,
    width: aligned(width / scale + 2 * margin),
    height: aligned(height / scale + 2 * margin),
  });
  const coarse = Math.max(width, height) / coarseSide;
  // Enlarging the photo invents nothing: beyond twice its size there is no more to see.
  const fine = Math.max(minFace / smallestFacePixels, 0.5, Math.sqrt((width * height) / largestFinePixels));
  const looks = [whole(coarse, coarseMargin)];
  // A second look at nearly the same size would only cost time.
  if (fine >= 0.8 * coarse) return looks;
  const steps = Math.ceil(Math.log(coarse / fine) / Math.log(largestStep));
  for (let k = steps - 1; k >= 0; k--) looks.push(...tiles(whole(fine * (coarse / fine) ** (k / steps), 0)));
  return looks;
}

/** An upright or upside-down look, in overlapping parts where it is large. */
function tiles(look: Crop): Crop[] {
  if (look.width * look.height <= largestTilePixels) return [look];
  const columns = spans(look.width);
  const rows = spans(look.height);
  return rows.centres.flatMap((y) =>
    columns.centres.map((x): Crop => {
      const [centreX, centreY] = cropToImage(look, x, y);
      return { ...look, centreX, centreY, width: columns.length, height: rows.length };
    }),
  );
}

/** A side in equal parts of at most about the tiles' side. */
function spans(side: number): { readonly length: number; readonly centres: readonly number[] } {
  const count = Math.max(1, Math.ceil((side - tileOverlap) / (tileSide - tileOverlap)));
  const length = Math.min(side, aligned((side + (count - 1) * tileOverlap) / count));
  const step = count === 1 ? 0 : (side - length) / (count - 1);
  return { length, centres: Array.from({ length: count }, (_, k) => length / 2 + k * step) };
}

function aligned(size: number): number {
  return Math.max(1, Math.ceil(size / anchorAlignment - 1e-6)) * anchorAlignment;
}

/** Runs the network on crops of one size in one batch; detections per crop, in image pixels. */
async function look(
  session: Session,
  pyramid: ImagePyramid,
  crops: readonly Crop[],
  threshold: number,
): Promise<Detection[][]> {
  const { width, height } = crops[0]!;
  const pixels = 3 * width * height;
  const data = new Float32Array(crops.length * pixels);
  crops.forEach((crop, k) => sampleCrop(pyramid, crop, normalisation, data, k * pixels, outsideGrey));
  const outputs = await session.run({ image: { dims: [crops.length, 3, height, width], data } });
  const scores = floatOutput(outputs, 'scores');
  const boxes = floatOutput(outputs, 'boxes');
  const anchors = anchorCentres(width, height);
  const count = anchors.length / 2;
  const values = boxes.length / scores.length;
  return crops.map((crop, k) =>
    decodeDetections(
      scores.subarray(k * count, (k + 1) * count),
      boxes.subarray(k * count * values, (k + 1) * count * values),
      anchors,
      threshold,
    ).map((detection) => toImage(detection, crop)),
  );
}

/** The box stays a square of its own turned frame: only its centre and size are carried over. */
function toImage(detection: Detection, crop: Crop): Detection {
  const { ax, ay, bx, by } = cropAxes(crop);
  const keypoints = new Float32Array(12);
  for (let k = 0; k < 12; k += 2) {
    const x = detection.keypoints[k]! - crop.width / 2;
    const y = detection.keypoints[k + 1]! - crop.height / 2;
    keypoints[k] = crop.centreX + x * ax + y * bx;
    keypoints[k + 1] = crop.centreY + x * ay + y * by;
  }
  const [centreX, centreY] = cropToImage(crop, detection.centreX, detection.centreY);
  const size = ((detection.width + detection.height) / 2) * crop.scale;
  return {
    ...{ centreX, centreY, width: size, height: size, score: detection.score, keypoints },
    ...(detection.directions && { directions: turned(detection.directions, crop) }),
  };
}

/** Directions of a crop in the image. */
function turned({ forward: [x, y, z], up }: HeadDirections, crop: Crop): HeadDirections {
  const { ax, ay, bx, by } = cropAxes({ ...crop, scale: 1 });
  return {
    forward: [x * ax + y * bx, x * ay + y * by, z],
    up: [up[0] * ax + up[1] * bx, up[0] * ay + up[1] * by],
  };
}

/** A candidate and the direction in which its crown may lie. */
interface Task {
  readonly candidate: Detection;
  readonly roll: number;
}

/**
 * Looks at each candidate again, enlarged and upright by its eyes' roll. Where that leaves doubt, the key
 * points of a turned face may have misled, so four turns of the crop compete.
 * @param threshold below which a detection will not count
 */
async function refine(
  session: Session,
  pyramid: ImagePyramid,
  candidates: readonly Detection[],
  turn: number,
  threshold: number,
): Promise<Detection[]> {
  const first = candidates.map((candidate): Task => ({ candidate, roll: rollOf(candidate) }));
  const seenFirst = await lookCloser(session, pyramid, first);
  const sure = seenFirst.filter((seen) => seen !== undefined && seen.trust >= sureTrust);
  const doubtful = first.flatMap(({ candidate, roll }, k) => {
    const seen = seenFirst[k];
    // A doubtful box around or inside a sure face will not become a second one.
    if (
      sure.some(
        (other) => other === seen || intersectionOverSmaller(other!.detection, candidate) > nestedOverlap,
      )
    )
      return [];
    if (sure.length > 0 && candidate.score + Math.max(0, seen?.trust ?? 0) < faintSum * threshold) return [];
    const upright = seen ? rollOf(seen.detection) : roll;
    const turns = turnBetween(upright, roll) > toleratedLean ? [0, 90, 180, 270] : [90, 180, 270];
    return turns.map((turn): Task => ({ candidate, roll: upright + turn }));
  });
  const seenAgain = await lookCloser(session, pyramid, doubtful);
  return candidates.flatMap((candidate, k) => {
    const looks = [seenFirst[k], ...seenAgain.filter((_, i) => doubtful[i]!.candidate === candidate)];
    const rank = ({ detection, trust }: CloserDetection): number =>
      trust - (lyingDoubt * turnBetween(rollOf(detection), turn)) / 180;
    const best = looks.filter((look) => look !== undefined).sort((a, b) => rank(b) - rank(a))[0];
    return best ? [{ ...best.detection, score: best.trust }] : [];
  });
}

/** What is seen in a closer look, and how far it can be trusted, 0…1. */
interface CloserDetection {
  readonly detection: Detection;
  readonly trust: number;
}

/**
 * What is seen of each candidate in a crop of the given roll. A face that does not look upright there is
 * trusted less: a look is only right when eyes and crop agree.
 */
async function lookCloser(
  session: Session,
  pyramid: ImagePyramid,
  tasks: readonly Task[],
): Promise<(CloserDetection | undefined)[]> {
  const found: (CloserDetection | undefined)[] = [];
  for (let start = 0; start < tasks.length; start += refineBatch) {
    const group = tasks.slice(start, start + refineBatch);
    const crops = group.map(({ candidate, roll }): Crop => ({
      centreX: candidate.centreX,
      centreY: candidate.centreY,
      scale: candidate.width / refineFacePixels,
      roll,
      width: refineSide,
      height: refineSide,
    }));
    const seen = await look(session, pyramid, crops, candidateScore);
    seen.forEach((detections, k) => {
      const { candidate, roll } = group[k]!;
      const detection = mergeOverlapping(detections).find((other) => isSameFace(other, candidate));
      if (!detection) return found.push(undefined);
      const lean = Math.max(0, turnBetween(rollOf(detection), roll) - toleratedLean);
      return found.push({ detection, trust: detection.score - lean / 180 });
    });
  }
  return found;
}

/** A neighbour's face may lie in the crop as well. */
function isSameFace(detection: Detection, candidate: Detection): boolean {
  const distance = Math.hypot(detection.centreX - candidate.centreX, detection.centreY - candidate.centreY);
  const ratio = detection.width / candidate.width;
  return distance < 0.4 * candidate.width && ratio > 0.6 && ratio < 1.7;
}

/**
 * Merges what the looks found twice and drops boxes inside better ones: a face within a face is a false one.
 */
function dropNested(detections: readonly Detection[]): Detection[] {
  const merged = mergeOverlapping(detections);
  return merged.filter((detection) =>
    merged.every(
      (other) =>
        other === detection ||
        other.score < detection.score ||
        intersectionOverSmaller(detection, other) < nestedOverlap,
    ),
  );
}

function largestFirst(detections: readonly Detection[]): Detection[] {
  return [...detections].sort((a, b) => b.width * b.score - a.width * a.score);
}

function describe(detection: Detection): DetectedFace {
  const { centreX, centreY, width, height, score, keypoints, directions } = detection;
  const box = { x: centreX - width / 2, y: centreY - height / 2, width, height };
  return { box, score, keypoints, roll: rollOf(detection), ...(directions && { pose: poseOf(directions) }) };
}
