import { beforeAll, describe, expect, it } from 'vitest';
import { project, transformPoints } from '../../../src/math/camera.js';
import { rotationFromEuler } from '../../../src/math/rotation.js';
import { evaluatePoints, evaluateVertices } from '../../../src/model/evaluate.js';
import type { MorphableModel, SurfacePoints } from '../../../src/model/morphable-model.js';
import { pointBasis, type PointBasis } from '../../../src/model/point-basis.js';
import {
  defaultLandmarkFitOptions,
  fitLandmarks,
  type LandmarkObservations,
  faceSize,
} from '../../../src/fit/geometry/fit-landmarks.js';
import { FACE_POINTS } from '../../../src/fit/geometry/observations.js';
import {
  fuseObservations,
  guessInPhoto,
  visibilitySpreader,
  type HeadGuess,
} from '../../../src/fit/geometry/predicted-observations.js';
import { poseInView, viewOfBox } from '../../../src/network/face-view.js';
import { loadModel } from '../../../src/node.js';

const camera = { focal: 800, cx: 320, cy: 240 };
let model: MorphableModel;
let points: SurfacePoints;
let basis: PointBasis;
let guess: HeadGuess;
let seen: Float32Array;
beforeAll(async () => {
  model = await loadModel();
  const { vertices, weights } = model.landmarks.mediapipe!;
  points = {
    count: FACE_POINTS,
    vertices: vertices.subarray(0, 3 * FACE_POINTS),
    weights: weights.subarray(0, 3 * FACE_POINTS),
  };
  basis = pointBasis(model, points);
  const shape = new Float32Array(model.shape.count);
  const expression = new Float32Array(model.expression.count);
  shape[0] = 1;
  expression[4] = 0.4;
  guess = {
    pose: { rotation: rotationFromEuler({ yaw: 20, pitch: -5, roll: 8 }), translation: [30, 20, -700] },
    shape,
    expression,
  };
  const positions = evaluatePoints(points, evaluateVertices(model, { shape, expression }));
  seen = project(
    transformPoints(
      guess.pose.rotation,
      guess.pose.translation,
      positions,
      new Float32Array(positions.length),
    ),
    camera,
    new Float32Array(2 * FACE_POINTS),
  );
});

/** The guess's own points, moved. */
function observed(dx: number, dy: number): LandmarkObservations {
  const moved = new Float32Array(3 * FACE_POINTS);
  for (let i = 0; i < FACE_POINTS; i++) moved.set([seen[2 * i]! + dx, seen[2 * i + 1]! + dy, 0], 3 * i);
  return {
    points: moved,
    weights: new Float32Array(FACE_POINTS).fill(1),
    outlineNormals: new Float32Array(2 * FACE_POINTS).fill(NaN),
  };
}

describe('fuseObservations', () => {
  it('takes points in view from the network and hidden ones from the prediction', () => {
    const visibility = Float32Array.from({ length: FACE_POINTS }, (_, k) => k % 2);
    const fused = fuseObservations(basis, observed(10, -6), guess, camera, visibility, {
      inView: 1,
      hidden: 0,
      predicted: 1e-6,
      predictedHidden: 1e-6,
    });
    for (let i = 0; i < FACE_POINTS; i++) {
      expect(fused.points[3 * i]! - seen[2 * i]!).toBeCloseTo(10 * (i % 2), 2);
      expect(fused.points[3 * i + 1]! - seen[2 * i + 1]!).toBeCloseTo(-6 * (i % 2), 2);
    }
  });

  it('weighs both where both count', () => {
    const fused = fuseObservations(
      basis,
      observed(10, 0),
      guess,
      camera,
      new Float32Array(FACE_POINTS).fill(1),
      { inView: 1, hidden: 0, predicted: 0.25, predictedHidden: 0 },
    );
    for (let i = 0; i < FACE_POINTS; i++) expect(fused.points[3 * i]! - seen[2 * i]!).toBeCloseTo(8, 2);
    expect(fused.weights.every((weight) => Math.abs(weight - 1) < 1e-6)).toBe(true);
  });
});

describe('fuseObservations of hidden points', () => {
  it('follows the network by its share, near the prediction and far from it', () => {
    const hidden = new Float32Array(FACE_POINTS);
    const size = faceSize(seen, 2);
    const weights = { inView: 1, hidden: 0.4, predicted: 0.1, predictedHidden: 0.1 };
    for (const away of [0.04, 0.5]) {
      const fused = fuseObservations(basis, observed(away * size, 0), guess, camera, hidden, weights);
      expect((fused.points[0]! - seen[0]!) / (away * size)).toBeCloseTo(0.8, 2);
    }
  });
});

describe('visibilitySpreader', () => {
  it('hides what lies around hidden landmarks', () => {
    const spread = visibilitySpreader(model, points);
    const landmarks = Float32Array.from({ length: 68 }, (_, k) => (k >= 48 ? 0 : 1));
    const visible = spread(landmarks);
    // MediaPipe: lips, then brows.
    for (const mouth of [0, 17, 13, 61, 291]) expect(visible[mouth]).toBeLessThan(0.2);
    for (const brow of [105, 334, 33, 263]) expect(visible[brow]).toBeGreaterThan(0.95);
    expect(spread(new Float32Array(68).fill(1)).every((value) => Math.abs(value - 1) < 1e-5)).toBe(true);
  });
});

describe('guessInPhoto', () => {
  it('brings back the pose that a crop was seen in, and keeps to the bounds', () => {
    const crop = viewOfBox({ x: 280, y: 180, width: 170, height: 170 }, 8, 128);
    const limit = {
      gaze: { yaw: 0, pitch: 0 },
      albedo: new Float32Array(10),
      light: new Float32Array(27),
      visibility: new Float32Array(68),
    };
    const back = guessInPhoto(
      model,
      {
        ...limit,
        crop,
        pose: poseInView(guess.pose, camera, crop),
        shape: new Float32Array(model.shape.count).fill(7),
        expression: new Float32Array(model.expression.count).fill(9),
      },
      camera,
      3,
    );
    Array.from(back.pose.rotation).forEach((value, k) => {
      expect(value).toBeCloseTo(guess.pose.rotation[k]!, 6);
    });
    Array.from(back.pose.translation).forEach((value, k) => {
      expect(value).toBeCloseTo(guess.pose.translation[k]!, 3);
    });
    expect(Math.max(...back.shape)).toBe(3);
    back.expression.forEach((value, k) => {
      expect(value).toBeLessThanOrEqual(model.expression.upper[k]!);
    });
  });
});

describe('fitLandmarks with a start', () => {
  const limits = (): Parameters<typeof fitLandmarks>[3] => ({
    shapeCount: model.shape.count,
    lower: model.expression.lower,
    upper: model.expression.upper,
    shapeLimit: 3,
  });

  it('stays where the points agree with it', () => {
    const start = { ...guess.pose, coefficients: [...guess.shape, ...guess.expression] };
    const fit = fitLandmarks(
      pointBasis(model, points),
      withDepth(observed(0, 0)),
      camera,
      limits(),
      defaultLandmarkFitOptions,
      start,
    );
    fit.coefficients.forEach((value, k) => {
      expect(Math.abs(value - start.coefficients[k]!)).toBeLessThan(0.02);
    });
    fit.rotation.forEach((value, k) => {
      expect(value).toBeCloseTo(guess.pose.rotation[k]!, 2);
    });
  });

  it("keeps the start's coefficients where no point says anything", () => {
    const nothing = { ...observed(0, 0), weights: new Float32Array(FACE_POINTS).fill(1e-9) };
    const start = { ...guess.pose, coefficients: [...guess.shape, ...guess.expression] };
    const fit = fitLandmarks(
      pointBasis(model, points),
      nothing,
      camera,
      limits(),
      defaultLandmarkFitOptions,
      start,
    );
    fit.coefficients.forEach((value, k) => {
      expect(Math.abs(value - start.coefficients[k]!)).toBeLessThan(1e-3);
    });
  });

  /** Depth as the network would give it: pixels, smaller is nearer. */
  function withDepth(observations: LandmarkObservations): LandmarkObservations {
    const positions = evaluatePoints(
      points,
      evaluateVertices(model, { shape: guess.shape, expression: guess.expression }),
    );
    const { rotation: r, translation: t } = guess.pose;
    for (let i = 0; i < FACE_POINTS; i++)
      observations.points[3 * i + 2] =
        (-camera.focal / -t[2]!) *
        (r[6]! * positions[3 * i]! + r[7]! * positions[3 * i + 1]! + r[8]! * positions[3 * i + 2]!);
    return observations;
  }
});
