import { evaluatePoints, sphereCentre } from '../model/evaluate.js';
import type { MorphableModel } from '../model/morphable-model.js';

export type Point = readonly [number, number, number];

/** Where a head turns: head space, mm. */
export interface JointPlaces {
  /** The base of the skull, between the ears and a little below. */
  readonly head: Point;
  /** The base of the neck, at the back: the seventh vertebra. */
  readonly neck: Point;
  /** Centres of the eyeballs; none where a model has no eyes that turn. */
  readonly leftEye: Point | undefined;
  readonly rightEye: Point | undefined;
  readonly chin: Point;
  /** Size of this head to a mean adult's. */
  readonly scale: number;
}

/** From the eyes back to the ears of the mean adult, mm. */
const EYES_TO_EARS = 77;
/** From the middle of the ears to the joint of skull and spine, and on to the seventh vertebra, mm. */
const TO_SKULL_BASE: Point = [0, -14, -4];
const TO_NECK_BASE: Point = [0, -105, -22];
/** The point of the chin among iBUG's 68. */
const CHIN = 8;

/** @param neutral vertices of the head without expression, V×3 mm */
export function placeJoints(model: MorphableModel, neutral: Float32Array): JointPlaces {
  const ears = regionCentre(model, 'ears', neutral) ?? meanOf(neutral);
  const scale = Math.min(1.3, Math.max(0.6, Math.abs(ears[2]) / EYES_TO_EARS));
  const head = moved([0, ears[1], ears[2]], TO_SKULL_BASE, scale);
  const neck = moved(head, TO_NECK_BASE, scale);
  const eyes = model.parts
    .filter(({ turnsAbout }) => turnsAbout === 'sphereCentre')
    .map((part) => sphereCentre(part, neutral) as Point);
  return {
    head,
    neck,
    leftEye: eyes.find(([x]) => x > 0),
    rightEye: eyes.find(([x]) => x <= 0),
    chin: chinOf(model, neutral) ?? moved(head, [0, -75, 85], scale),
    scale,
  };
}

/** A point moved by an offset, mm of the mean adult. */
export function moved(from: Point, offset: Point, scale: number): Point {
  return [from[0] + scale * offset[0], from[1] + scale * offset[1], from[2] + scale * offset[2]];
}

function chinOf({ landmarks }: MorphableModel, neutral: Float32Array): Point | undefined {
  if (!landmarks.ibug68) return undefined;
  const points = evaluatePoints(landmarks.ibug68, neutral);
  return [...points.subarray(3 * CHIN, 3 * CHIN + 3)] as unknown as Point;
}

function regionCentre(model: MorphableModel, name: string, vertices: Float32Array): Point | undefined {
  const region = model.regions.get(name);
  return region && meanOf(vertices, region);
}

function meanOf(vertices: Float32Array, weights?: Float32Array): Point {
  const sum: [number, number, number] = [0, 0, 0];
  let total = 0;
  for (let v = 0; v < vertices.length / 3; v++) {
    const weight = weights?.[v] ?? 1;
    total += weight;
    for (let axis = 0; axis < 3; axis++) sum[axis]! += weight * vertices[3 * v + axis]!;
  }
  return total > 0 ? [sum[0] / total, sum[1] / total, sum[2] / total] : [0, 0, 0];
}
