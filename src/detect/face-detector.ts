import type { Image } from '../math/image.js';
import { floatOutput } from '../runtime/session.js';
import type { Runtime, Session } from '../runtime/session.js';
import { anchorAlignment, anchorCentres } from './anchors.js';
import { cropAxes, cropToImage, sampleCrop } from './crop.js';
import type { Crop } from './crop.js';
import { decodeDetections, intersectionOverSmaller, mergeOverlapping } from './detection.js';
import type { Detection } from './detection.js';
import { ImagePyramid } from './image-pyramid.js';

/** A face found in a photo; all positions in pixels of that photo. */
export interface DetectedFace {
  /** A square around brows to chin and cheek to cheek; may reach beyond the photo. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** 0…1, the detector's confidence on the upright, enlarged face. */
  readonly score: number;
  /** x, y of right eye, left eye, nose tip, mouth centre, right ear, left ear; right and left are the subject's. */
  readonly keypoints: Float32Array;
  /** Degrees, from the line through the eyes; anticlockwise in the picture is positive. */
  readonly roll: number;
}

export interface DetectOptions {
  /** Least score of a face, 0…1; covered faces score 0.45–0.7. Default 0.4. */
  readonly threshold?: number;
  /** Keeps only the largest and surest faces. Default: all. */
  readonly maxFaces?: number;
  /** Side of the smallest face of interest as a fraction of the photo's width, 0.01…1. Default 0.04. */
  readonly minSize?: number;
}

export interface FaceDetector {
  /** All faces of a photo, the largest and surest first. Upright and turned up to ±90° of roll. */
  detect(image: Image | ImagePyramid, options?: DetectOptions): Promise<DetectedFace[]>;
  release(): Promise<void>;
}

/** Network input is −1…1; what lies beyond the photo is mid grey, with which more small faces are found than with black. */
const normalisation = { gain: 1 / 127.5, offset: -1 };
const outsideGrey = 128;

/** The network finds faces of 14 to some 220 pixels; sides of the input in which the smallest face has 18. */
const smallestFacePixels = 18;
const coarseSide = 256;
/** Bounds the second look at very elongated photos or tiny `minSize` (pixels). */
const largestFinePixels = 1 << 20;

/** Candidates of the first looks are looked at again, upright, at the size at which the network is surest. */
const refineSide = 128;
const refineFacePixels = 64;

/**
 * The face detector: BlazeFace, full-range variant (Bazarevsky et al. 2019, arXiv 1907.05047), from
 * `assets/networks/face-detector.onnx`.
 *
 * The whole photo is looked at twice, small for large faces and larger for small ones, because the convolutional
 * network accepts any size. Each candidate is then cut out upright and looked at once more, which removes false ones and
 * places the key points of turned faces.
 *
 * @throws Error when the bytes are no ONNX network
 */
export async function createFaceDetector(runtime: Runtime, network: Uint8Array): Promise<FaceDetector> {
  const session = await runtime.createSession(network);
  return {
    async detect(image, { threshold = 0.4, maxFaces = Infinity, minSize = 0.04 } = {}) {
      if (!(threshold > 0 && threshold < 1)) throw new RangeError(`detect: threshold must lie between 0 and 1, received ${threshold}.`);
      if (!(minSize >= 0.01 && minSize <= 1)) throw new RangeError(`detect: minSize must lie in 0.01…1, received ${minSize}.`);
      const pyramid = image instanceof ImagePyramid ? image : new ImagePyramid(image);
      const candidates: Detection[] = [];
      for (const crop of overviews(pyramid, minSize)) {
        candidates.push(...(await look(session, pyramid, [crop], threshold)).flat());
      }
      const refined = await refine(session, pyramid, mergeOverlapping(candidates), threshold);
      const smallest = 0.75 * minSize * pyramid.width;
      return largestFirst(dropNested(refined))
        .filter(({ width }) => width >= smallest)
        .slice(0, maxFaces)
        .map(describe);
    },
    release: () => session.release(),
  };
}

/** The whole photo at the sizes in which large and small faces fall into the network's range. */
function overviews({ width, height }: ImagePyramid, minSize: number): Crop[] {
  const whole = (scale: number): Crop => ({
    centreX: width / 2,
    centreY: height / 2,
    scale,
    roll: 0,
    width: aligned(width / scale),
    height: aligned(height / scale),
  });
  const coarse = Math.max(width, height) / coarseSide;
  const wanted = (minSize * width) / smallestFacePixels;
  // Enlarging the photo invents nothing: beyond twice its size there is no more to see.
  const fine = Math.max(wanted, 0.5, Math.sqrt((width * height) / largestFinePixels));
  // A second look at nearly the same size would only cost time.
  return fine < 0.8 * coarse ? [whole(coarse), whole(fine)] : [whole(coarse)];
}

function aligned(size: number): number {
  return Math.max(1, Math.ceil(size / anchorAlignment - 1e-6)) * anchorAlignment;
}

/** Runs the network on crops of one size in one batch; detections per crop, in image pixels. */
async function look(session: Session, pyramid: ImagePyramid, crops: readonly Crop[], threshold: number): Promise<Detection[][]> {
  const { width, height } = crops[0]!;
  const values = 3 * width * height;
  const data = new Float32Array(crops.length * values);
  crops.forEach((crop, k) => sampleCrop(pyramid, crop, normalisation, data, k * values, outsideGrey));
  const outputs = await session.run({ image: { dims: [crops.length, 3, height, width], data } });
  const scores = floatOutput(outputs, 'scores');
  const boxes = floatOutput(outputs, 'boxes');
  const anchors = anchorCentres(width, height);
  const count = anchors.length / 2;
  return crops.map((crop, k) =>
    decodeDetections(
      scores.subarray(k * count, (k + 1) * count),
      boxes.subarray(k * count * 16, (k + 1) * count * 16),
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
  return { centreX, centreY, width: size, height: size, score: detection.score, keypoints };
}

async function refine(session: Session, pyramid: ImagePyramid, candidates: Detection[], threshold: number): Promise<Detection[]> {
  const refined: Detection[] = [];
  const batch = 8;
  for (let start = 0; start < candidates.length; start += batch) {
    const group = candidates.slice(start, start + batch);
    const crops = group.map((candidate): Crop => ({
      centreX: candidate.centreX,
      centreY: candidate.centreY,
      scale: candidate.width / refineFacePixels,
      roll: eyeRoll(candidate.keypoints),
      width: refineSide,
      height: refineSide,
    }));
    const seen = await look(session, pyramid, crops, threshold);
    seen.forEach((detections, k) => {
      const same = mergeOverlapping(detections).find((detection) => isSameFace(detection, group[k]!));
      if (same) refined.push(same);
    });
  }
  return refined;
}

/** A neighbour's face may lie in the crop as well. */
function isSameFace(detection: Detection, candidate: Detection): boolean {
  const distance = Math.hypot(detection.centreX - candidate.centreX, detection.centreY - candidate.centreY);
  const ratio = detection.width / candidate.width;
  return distance < 0.4 * candidate.width && ratio > 0.6 && ratio < 1.7;
}

/** Merges what the looks found twice and drops boxes inside better ones: a face within a face is a false one. */
function dropNested(detections: readonly Detection[]): Detection[] {
  const merged = mergeOverlapping(detections);
  return merged.filter((detection) =>
    merged.every((other) => other === detection || other.score < detection.score || intersectionOverSmaller(detection, other) < 0.7),
  );
}

function largestFirst(detections: readonly Detection[]): Detection[] {
  return [...detections].sort((a, b) => b.width * b.score - a.width * a.score);
}

function eyeRoll(keypoints: Float32Array): number {
  return (Math.atan2(keypoints[1]! - keypoints[3]!, keypoints[2]! - keypoints[0]!) * 180) / Math.PI;
}

function describe(detection: Detection): DetectedFace {
  const { centreX, centreY, width, height, score, keypoints } = detection;
  const box = { x: centreX - width / 2, y: centreY - height / 2, width, height };
  return { box, score, keypoints, roll: eyeRoll(keypoints) };
}
