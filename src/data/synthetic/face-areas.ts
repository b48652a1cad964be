import { smoothstep } from '../../math/smoothstep.js';
import { evaluatePoints } from '../../model/evaluate.js';
import type { MorphableModel } from '../../model/morphable-model.js';

/**
 * Where things grow and are painted on a face: soft masks over the vertices of a head model, V, 0…1, from its
 * mean shape.
 */
export interface FaceAreas {
  /** All that a beard can cover, the upper neck among it, without the lips. */
  readonly beard: Float32Array;
  readonly lips: Float32Array;
  readonly cheeks: Float32Array;
  /** Upper lids. */
  readonly lids: Float32Array;
  readonly measures: FaceMeasures;
}

/** Places on the mean head, mm, head space. */
export interface FaceMeasures {
  /** Landmark of the iBUG order. */
  landmark(index: number): readonly [number, number, number];
  /** Half the width of the mouth and of the jaw at the ears. */
  readonly mouthWidth: number;
  readonly jawWidth: number;
  /** Between the lips. */
  readonly lip: readonly [number, number, number];
}

/** @throws Error when the model has no 68 landmarks or lacks a region */
export function faceAreas(model: MorphableModel): FaceAreas {
  const region = (name: string): Float32Array => {
    const mask = model.regions.get(name);
    if (mask === undefined)
      throw new Error(
        `faceAreas: the head model has no region "${name}"; build it again with "npm run build-head-model".`,
      );
    return mask;
  };
  const measures = faceMeasures(model);
  const { landmark, mouthWidth, jawWidth, lip } = measures;
  const count = model.vertexCount;
  const y = (v: number): number => model.meanShape[v * 3 + 1]!;
  const x = (v: number): number => Math.abs(model.meanShape[v * 3]!);
  const nose = landmark(33)[1];
  const chin = landmark(8)[1];
  const lipHeight = Math.abs(landmark(51)[1] - landmark(57)[1]) / 2;
  const lid = landmark(36)[1];
  const face = region('face');
  const neck = region('neck');
  const cheeks = region('cheeks');
  const eyes = region('eyes');
  const mask = (at: (v: number) => number): Float32Array =>
    Float32Array.from({ length: count }, (_, v) => at(v));
  const lips = mask(
    (v) =>
      face[v]! *
      smoothstep(
        1.1,
        0.85,
        Math.hypot(
          (model.meanShape[v * 3]! - lip[0]) / (mouthWidth * 1.02),
          (y(v) - lip[1]) / (lipHeight + 1.5),
        ),
      ),
  );
  return {
    measures,
    lips,
    beard: mask((v) => {
      // The upper edge runs from the ear down the cheek to the corner of the mouth, and up again to the
      // moustache.
      const across = Math.min(1, Math.max(0, (x(v) - mouthWidth) / (jawWidth - mouthWidth)));
      const edge = x(v) < mouthWidth ? nose - 3 : lip[1] + 4 + 28 * across ** 1.5;
      return (
        Math.max(face[v]!, 0.8 * neck[v]! * smoothstep(chin - 45, chin - 10, y(v))) *
        smoothstep(edge + 4, edge - 6, y(v)) *
        (1 - lips[v]!)
      );
    }),
    cheeks: mask((v) => cheeks[v]! * face[v]!),
    lids: mask((v) => eyes[v]! * face[v]! * smoothstep(lid - 2, lid + 4, y(v))),
  };
}

function faceMeasures(model: MorphableModel): FaceMeasures {
  if (!model.landmarks.ibug68)
    throw new Error(
      'faceAreas: the head model has no 68 landmarks; build it again with "npm run build-head-model".',
    );
  const points = evaluatePoints(model.landmarks.ibug68, model.meanShape);
  const landmark = (k: number): [number, number, number] => [
    points[k * 3]!,
    points[k * 3 + 1]!,
    points[k * 3 + 2]!,
  ];
  const half = (a: number, b: number): number => Math.abs(landmark(a)[0] - landmark(b)[0]) / 2;
  const upper = landmark(51);
  const lower = landmark(57);
  return {
    landmark,
    mouthWidth: half(54, 48),
    jawWidth: half(16, 0),
    lip: [(upper[0] + lower[0]) / 2, (upper[1] + lower[1]) / 2, (upper[2] + lower[2]) / 2],
  };
}
