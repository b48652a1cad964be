import { subset68 } from '../src/detect/mediapipe-to-68.js';
import type { FoundFace } from '../src/detect/find-faces.js';
import type { PhotoTruth } from '../src/data/synthetic/photographer.js';
import type { MorphableModel } from '../src/model/morphable-model.js';
import { projectLandmarks68 } from '../src/model/project-landmarks.js';

/** Largest angles, degrees, and strength of a unit of an easy photo. */
const MOST_YAW = 20;
const MOST_PITCH = 15;
const MOST_STRENGTH = 0.6;
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const NOWHERE = [0, 0, 0];
const JAW = 17;

/** Whether a landmark network should be right on a photo: nearly frontal, no extreme expression. */
export function isEasy({ pose: { angles }, expression }: PhotoTruth): boolean {
  return (
    Math.abs(angles.yaw) <= MOST_YAW &&
    Math.abs(angles.pitch) <= MOST_PITCH &&
    expression.every((value) => value <= MOST_STRENGTH)
  );
}

/**
 * Where the network's 68 points lie from the truth's, parts of √(width·height) of the truth's box: 68×2,
 * right and down.
 */
export function landmarkOffsets(
  model: MorphableModel,
  { vertices, camera }: PhotoTruth,
  face: FoundFace,
): Float64Array {
  const truth = projectLandmarks68(model, vertices, IDENTITY, NOWHERE, camera);
  const found = subset68(face.landmarks.points);
  const range = (axis: number): number => {
    const values = truth.filter((_, i) => i % 2 === axis);
    return Math.max(...values) - Math.min(...values);
  };
  const size = Math.sqrt(range(0) * range(1));
  return Float64Array.from(truth, (value, i) => (found[i]! - value) / size);
}

/** What photos' offsets come to; errors are medians over photos of the mean distance, per cent. */
export interface LandmarkAgreement {
  readonly all: number;
  readonly inner: number;
  /** The same after the mean offset of each point, which is a difference of convention, is taken away. */
  readonly innerCalibrated: number;
  readonly allCalibrated: number;
  /**
   * Mean offset of the parts of the face, per cent right and down, and the mean length of their points' mean
   * offsets.
   */
  readonly parts: readonly {
    readonly name: string;
    readonly right: number;
    readonly down: number;
    readonly length: number;
  }[];
}

const PARTS: readonly (readonly [name: string, from: number, to: number])[] = [
  ['jaw', 0, 17],
  ['brows', 17, 27],
  ['nose', 27, 36],
  ['eyes', 36, 48],
  ['mouth', 48, 68],
];

/** @param photos offsets of each photo, 68×2 */
export function agreement(photos: readonly Float64Array[]): LandmarkAgreement {
  const mean = Float64Array.from(
    { length: 136 },
    (_, i) => photos.reduce((sum, offsets) => sum + offsets[i]!, 0) / photos.length,
  );
  const error = (first: number, calibrated: boolean): number =>
    median(
      photos.map((offsets) => {
        const lengths = Array.from({ length: 68 - first }, (_, k) => {
          const i = 2 * (k + first);
          return Math.hypot(
            offsets[i]! - (calibrated ? mean[i]! : 0),
            offsets[i + 1]! - (calibrated ? mean[i + 1]! : 0),
          );
        });
        return 100 * average(lengths);
      }),
    );
  return {
    all: error(0, false),
    inner: error(JAW, false),
    allCalibrated: error(0, true),
    innerCalibrated: error(JAW, true),
    parts: PARTS.map(([name, from, to]) => {
      const points = Array.from(
        { length: to - from },
        (_, k) => [mean[2 * (from + k)]!, mean[2 * (from + k) + 1]!] as const,
      );
      return {
        name,
        right: 100 * average(points.map(([x]) => x)),
        down: 100 * average(points.map(([, y]) => y)),
        length: 100 * average(points.map(([x, y]) => Math.hypot(x, y))),
      };
    }),
  };
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
