import type { Image } from '../math/image.js';
import { mirrorRows } from '../math/mirror-rows.js';
import { floatOutput } from '../runtime/session.js';
import type { HostTensor, Runtime, Session } from '../runtime/session.js';
import { cropAxes, sampleCrop } from './crop.js';
import type { Crop } from './crop.js';
import type { DetectedFace } from './face-detector.js';
import { ImagePyramid } from './image-pyramid.js';
import {
  densePointCount,
  eyeOutlineCount,
  leftEyeIndices,
  leftIrisStart,
  lipIndices,
  rightEyeIndices,
  rightIrisStart,
} from './mesh-regions.js';
import { mirroredPoint } from './mesh-mirror.js';

/** The square of a photo that the landmark network looked at, in pixels of the photo. */
export interface RegionOfInterest {
  readonly centreX: number;
  readonly centreY: number;
  /** Side length. */
  readonly size: number;
  /** Degrees, anticlockwise in the picture. */
  readonly roll: number;
}

/** The dense mesh of one face. */
export interface DenseLandmarks {
  /**
   * 478 × (x, y, z) in MediaPipe order. x, y are pixels of the photo; z is depth on the same scale, smaller
   * is nearer to the camera, and 0 about at the head's centre.
   */
  readonly points: Float32Array;
  /**
   * 0…1, the network's belief that a face is in the region. No measure of quality: it stays near 1 on a wrong
   * fit.
   */
  readonly presence: number;
  readonly roi: RegionOfInterest;
}

export interface DenseLandmarker {
  /** The mesh of one detected face. */
  landmark(image: Image | ImagePyramid, face: DetectedFace): Promise<DenseLandmarks>;
  /** One look at a region, as of the same face in a video's picture before. */
  landmarkIn(image: Image | ImagePyramid, region: RegionOfInterest): Promise<DenseLandmarks>;
  release(): Promise<void>;
}

/** Side of the network's input, pixels. */
export const landmarkerInput = 192;
const normalisation = { gain: 1 / 255, offset: 0 };

/** The region's side relative to the detector's box and, in the second pass, to the mesh's own extent. */
const boxMargin = 1.5;
const meshMargin = 1.4;

/** Below this presence a second look is not worth its time. */
const leastPresence = 0.05;

/** Outer corners of the subject's right and left eye, whose line gives the roll of the second pass. */
const rightEyeCorner = 33;
const leftEyeCorner = 263;

/**
 * The dense landmark network: MediaPipe face mesh with attention (Grishchenko et al. 2020, arXiv 2006.10962),
 * from `assets/networks/dense-landmarks.onnx`.
 *
 * It looks twice: at the detector's box, and at the square around the mesh found there, which is steadier.
 * The second time it looks in a mirror as well, and the mean counts: errors of both sides are not the same.
 *
 * @throws Error when the bytes are no ONNX network
 */
export async function createDenseLandmarks(runtime: Runtime, network: Uint8Array): Promise<DenseLandmarker> {
  const session = await runtime.createSession(network);
  return {
    async landmark(image, face) {
      const pyramid = image instanceof ImagePyramid ? image : new ImagePyramid(image);
      const first = await look(session, pyramid, regionOfFace(face));
      // Where no face is seen there is no mesh to go by.
      return first.presence < leastPresence
        ? first
        : look(session, pyramid, regionOfMesh(first.points), true);
    },
    landmarkIn: (image, region) =>
      look(session, image instanceof ImagePyramid ? image : new ImagePyramid(image), region),
    release: () => session.release(),
  };
}

/** Where the network first looks for a detected face. */
export function regionOfFace({ box, roll }: DetectedFace): RegionOfInterest {
  return {
    centreX: box.x + box.width / 2,
    centreY: box.y + box.height / 2,
    size: boxMargin * Math.max(box.width, box.height),
    roll,
  };
}

/** The square around a mesh, upright in the face's own frame. */
export function regionOfMesh(points: Float32Array): RegionOfInterest {
  const dx = points[leftEyeCorner * 3]! - points[rightEyeCorner * 3]!;
  const dy = points[leftEyeCorner * 3 + 1]! - points[rightEyeCorner * 3 + 1]!;
  const length = Math.hypot(dx, dy) || 1;
  const cos = dx / length;
  const sin = -dy / length;
  let [minA, maxA, minB, maxB] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let k = 0; k < densePointCount; k++) {
    const a = points[3 * k]! * cos - points[3 * k + 1]! * sin;
    const b = points[3 * k]! * sin + points[3 * k + 1]! * cos;
    minA = Math.min(minA, a);
    maxA = Math.max(maxA, a);
    minB = Math.min(minB, b);
    maxB = Math.max(maxB, b);
  }
  const a = (minA + maxA) / 2;
  const b = (minB + maxB) / 2;
  return {
    centreX: a * cos + b * sin,
    centreY: b * cos - a * sin,
    size: meshMargin * Math.max(maxA - minA, maxB - minB),
    roll: (Math.atan2(sin, cos) * 180) / Math.PI,
  };
}

/** The network's view of a region. */
export function cropOfRegion({ centreX, centreY, size, roll }: RegionOfInterest): Crop {
  const side = landmarkerInput;
  return { centreX, centreY, roll, scale: size / side, width: side, height: side };
}

/** @param alsoMirrored whether the mean of what is seen directly and in a mirror counts */
async function look(
  session: Session,
  pyramid: ImagePyramid,
  roi: RegionOfInterest,
  alsoMirrored = false,
): Promise<DenseLandmarks> {
  const crop = cropOfRegion(roi);
  const input = new Float32Array(3 * landmarkerInput * landmarkerInput);
  sampleCrop(pyramid, crop, normalisation, input);
  const { mesh, presence } = await meshIn(session, input);
  if (!alsoMirrored) return { points: toImage(mesh, crop), presence, roi };
  mirrorRows(input, landmarkerInput);
  const other = mirroredMesh((await meshIn(session, input)).mesh);
  return {
    points: toImage(
      mesh.map((value, i) => (value + other[i]!) / 2),
      crop,
    ),
    presence,
    roi,
  };
}

/** The mesh in pixels of the network's input, and its presence. */
async function meshIn(
  session: Session,
  data: Float32Array,
): Promise<{ readonly mesh: Float32Array; readonly presence: number }> {
  const outputs = await session.run({
    image: { dims: [1, 3, landmarkerInput, landmarkerInput], data },
  });
  const presence = 1 / (1 + Math.exp(-floatOutput(outputs, 'presence')[0]!));
  return { mesh: assembleMesh(outputs), presence };
}

/** A mesh that was seen in a mirror, as it is seen directly. */
function mirroredMesh(mesh: Float32Array): Float32Array {
  const out = new Float32Array(mesh.length);
  mirroredPoint.forEach((other, k) => {
    out[3 * k] = landmarkerInput - mesh[3 * other]!;
    out[3 * k + 1] = mesh[3 * other + 1]!;
    out[3 * k + 2] = mesh[3 * other + 2]!;
  });
  return out;
}

/** All 478 points in crop pixels: the mesh, with lips, eyes and irises from the branches that look closer. */
function assembleMesh(outputs: Readonly<Record<string, HostTensor>>): Float32Array {
  const points = new Float32Array(densePointCount * 3);
  points.set(floatOutput(outputs, 'mesh'));
  replace(points, lipIndices, floatOutput(outputs, 'lips'));
  replace(points, rightEyeIndices, floatOutput(outputs, 'rightEye'));
  replace(points, leftEyeIndices, floatOutput(outputs, 'leftEye'));
  setIris(points, rightIrisStart, floatOutput(outputs, 'rightIris'), rightEyeIndices);
  setIris(points, leftIrisStart, floatOutput(outputs, 'leftIris'), leftEyeIndices);
  return points;
}

function replace(points: Float32Array, indices: readonly number[], positions: Float32Array): void {
  indices.forEach((index, k) => {
    points[3 * index] = positions[2 * k]!;
    points[3 * index + 1] = positions[2 * k + 1]!;
  });
}

/** The iris branch gives no depth; the mean depth of the eye's outline is the nearest that is known. */
function setIris(points: Float32Array, start: number, positions: Float32Array, eye: readonly number[]): void {
  const outline = eye.slice(0, eyeOutlineCount);
  const depth = outline.reduce((sum, index) => sum + points[3 * index + 2]!, 0) / outline.length;
  for (let k = 0; k < 5; k++) points.set([positions[2 * k]!, positions[2 * k + 1]!, depth], 3 * (start + k));
}

function toImage(points: Float32Array, crop: Crop): Float32Array {
  const { ax, ay, bx, by } = cropAxes(crop);
  const result = new Float32Array(points.length);
  for (let k = 0; k < points.length; k += 3) {
    const x = points[k]! - crop.width / 2;
    const y = points[k + 1]! - crop.height / 2;
    result[k] = crop.centreX + x * ax + y * bx;
    result[k + 1] = crop.centreY + x * ay + y * by;
    result[k + 2] = points[k + 2]! * crop.scale;
  }
  return result;
}
