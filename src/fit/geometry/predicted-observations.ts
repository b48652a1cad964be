import type { Camera } from '../../math/camera.js';
import { clampExpression, evaluatePoints } from '../../model/evaluate.js';
import type { MorphableModel, SurfacePoints } from '../../model/morphable-model.js';
import { evaluateBasis, type PointBasis } from '../../model/point-basis.js';
import { poseInPhoto, type HeadPose } from '../../network/face-view.js';
import type { PredictedHead } from '../../network/head-predictor.js';
import {
  defaultLandmarkFitOptions,
  type LandmarkFitOptions,
  type LandmarkObservations,
} from './fit-landmarks.js';

/** A predicted head in the camera of its photo. */
export interface HeadGuess {
  readonly pose: HeadPose;
  /** Within the model's bounds. */
  readonly shape: Float32Array;
  readonly expression: Float32Array;
}

/** @param shapeLimit greatest shape coefficient, standard deviations */
export function guessInPhoto(
  model: MorphableModel,
  { pose, crop, shape, expression }: PredictedHead,
  camera: Camera,
  shapeLimit: number,
): HeadGuess {
  return {
    pose: poseInPhoto(pose, camera, crop),
    shape: shape.map((value) => Math.min(shapeLimit, Math.max(-shapeLimit, value))),
    expression: clampExpression(model, expression),
  };
}

/**
 * How likely a point in a place of the photo, pixels, is in plain view, of how likely it is for all that the
 * regressor knows, 0…1.
 */
export type SightAt = (x: number, y: number, visible: number) => number;

/** How the two sources of a point's place are weighed; shares of its a priori trust. */
export interface FusionWeights {
  /**
   * Of the dense landmark network, where a point is in plain view and where it is hidden: there the network
   * infers it from what is seen.
   */
  readonly inView: number;
  readonly hidden: number;
  /** Of the prediction, where a point is in plain view and where it is hidden. */
  readonly predicted: number;
  readonly predictedHidden: number;
}

/** Chosen on validation photos under covers and noise (docs/training.md). */
export const fusionDefaults: FusionWeights = {
  inView: 1,
  hidden: 0.5,
  predicted: 0.1,
  predictedHidden: 0.03,
};

/**
 * How a predicted head is refined: its shape moves half as easily as a fit's from the mean head. Predicted
 * shapes are nearer the truth than those that landmarks alone suggest (docs/training.md).
 */
export const refinementOptions: LandmarkFitOptions = { ...defaultLandmarkFitOptions, shapePrior: 4 };

/**
 * Brings the places of points together that the dense landmark network and a predicted head give.
 *
 * @param basis of the points
 * @param visibility of each point, 0…1
 * @param sightAt what else is known of the places where the prediction sees the points
 * @returns points at the weighted means; `weights` of both together
 */
export function fuseObservations(
  basis: PointBasis,
  observed: LandmarkObservations,
  { pose: { rotation: r, translation: t }, shape, expression }: HeadGuess,
  camera: Camera,
  visibility: ArrayLike<number>,
  { inView, hidden, predicted, predictedHidden }: FusionWeights = fusionDefaults,
  sightAt?: SightAt,
): LandmarkObservations {
  const positions = evaluateBasis(basis, [...shape, ...expression], new Float64Array(basis.count * 3));
  const guesses = new Float64Array(basis.count * 3);
  const depthZero = meanDepth(positions, observed, r, camera.focal / -t[2]!);
  for (let i = 0; i < basis.count; i++) {
    const x = positions[3 * i]!;
    const y = positions[3 * i + 1]!;
    const z = positions[3 * i + 2]!;
    const row = (k: number): number => r[k]! * x + r[k + 1]! * y + r[k + 2]! * z + t[k / 3]!;
    const depth = -row(6);
    guesses[3 * i] = camera.cx + (camera.focal * row(0)) / depth;
    guesses[3 * i + 1] = camera.cy - (camera.focal * row(3)) / depth;
    guesses[3 * i + 2] = depthZero + (camera.focal / -t[2]!) * (depth + t[2]!);
  }
  const fused = Float32Array.from(observed.points);
  const weights = Float32Array.from(observed.weights);
  const shown = new Float32Array(basis.count);
  for (let i = 0; i < basis.count; i++) {
    const seen = guesses.subarray(3 * i, 3 * i + 3);
    const visible = sightAt?.(seen[0]!, seen[1]!, visibility[i]!) ?? visibility[i]!;
    shown[i] = visible;
    const dense = hidden + (inView - hidden) * visible;
    const guessed = predictedHidden + (predicted - predictedHidden) * visible;
    const total = dense + guessed;
    for (let axis = 0; axis < 3; axis++)
      fused[3 * i + axis] = (dense * observed.points[3 * i + axis]! + guessed * seen[axis]!) / total;
    weights[i]! *= total / (inView + predicted);
  }
  // Whether lips touch is seen or not known.
  const contacts = observed.contacts?.map((contact) => ({
    ...contact,
    weight: contact.weight * Math.min(shown[contact.upper]!, shown[contact.lower]!),
  }));
  return { ...observed, points: fused, weights, ...(contacts && { contacts }) };
}

/** The mean difference between the network's depth, whose zero is its own, and the guess's, px. */
function meanDepth(
  positions: Float64Array,
  { points, weights }: LandmarkObservations,
  r: ArrayLike<number>,
  scale: number,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const rz = r[6]! * positions[3 * i]! + r[7]! * positions[3 * i + 1]! + r[8]! * positions[3 * i + 2]!;
    sum += weights[i]! * (points[3 * i + 2]! + scale * rz);
    total += weights[i]!;
  }
  return total > 0 ? sum / total : 0;
}

/** mm; landmarks farther than some of these say little of a point. */
const REACH = 10;

/**
 * How visible surface points are, from the visibility of the 68 landmarks around them: a function of that.
 */
export function visibilitySpreader(
  model: MorphableModel,
  points: SurfacePoints,
): (landmarks: ArrayLike<number>) => Float32Array {
  const places = evaluatePoints(points, model.meanShape);
  const known = evaluatePoints(model.landmarks.ibug68!, model.meanShape);
  const rows = new Float32Array(points.count * 68);
  for (let i = 0; i < points.count; i++) {
    let total = 0;
    let nearest = Infinity;
    for (let k = 0; k < 68; k++) nearest = Math.min(nearest, gap(places, i, known, k));
    for (let k = 0; k < 68; k++)
      total += rows[68 * i + k] = Math.exp(-((gap(places, i, known, k) - nearest) / (2 * REACH * REACH)));
    for (let k = 0; k < 68; k++) rows[68 * i + k]! /= total;
  }
  return (landmarks) =>
    Float32Array.from({ length: points.count }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < 68; k++) sum += rows[68 * i + k]! * landmarks[k]!;
      return sum;
    });
}

/** Squared distance of two points. */
function gap(a: Float32Array, i: number, b: Float32Array, k: number): number {
  return (
    (a[3 * i]! - b[3 * k]!) ** 2 + (a[3 * i + 1]! - b[3 * k + 1]!) ** 2 + (a[3 * i + 2]! - b[3 * k + 2]!) ** 2
  );
}
