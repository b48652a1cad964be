import { beforeAll, describe, expect, it } from 'vitest';
import {
  defaultLandmarkFitOptions,
  faceSize,
  fitLandmarks,
  type Contact,
  type HeadFit,
  type LandmarkFitOptions,
  type LandmarkObservations,
} from '../../../src/fit/geometry/fit-landmarks.js';
import { evaluateBasis, pointBasis, type PointBasis } from '../../../src/model/point-basis.js';
import { FACE_POINTS, landmarkTrust, observe } from '../../../src/fit/geometry/observations.js';
import { project, transformPoints } from '../../../src/math/camera.js';
import {
  multiplyRotations,
  rotationToAxisAngle,
  transposeRotation,
  type EulerAngles,
} from '../../../src/math/rotation.js';
import { followingIndices, unitStiffness } from '../../../src/model/arkit-units.js';
import { evaluatePoints, evaluateVertices } from '../../../src/model/evaluate.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { seededRandom } from '../../../tools/build-head-model/random.js';
import { expectClose } from '../../math/close.js';
import { photoCamera, syntheticFace, type SyntheticFace } from '../synthetic-face.js';

let model: MorphableModel;
let basis: PointBasis;
let trust: Float32Array;
beforeAll(async () => {
  model = await loadModel();
  const { vertices, weights } = model.landmarks.mediapipe!;
  basis = pointBasis(model, {
    count: FACE_POINTS,
    vertices: vertices.subarray(0, FACE_POINTS * 3),
    weights: weights.subarray(0, FACE_POINTS * 3),
  });
  trust = landmarkTrust(model);
});

const photo = { width: 640, height: 640 };

function fit(observed: LandmarkObservations, options: Partial<LandmarkFitOptions> = {}): HeadFit {
  const limits = {
    shapeCount: model.shape.count,
    lower: model.expression.lower,
    upper: model.expression.upper,
    shapeLimit: 3,
  };
  return fitLandmarks(basis, observed, photoCamera, limits, { ...defaultLandmarkFitOptions, ...options });
}

/** Without outline normals: synthetic points lie exactly where the model's are. */
const observeExactly = (points: Float32Array): LandmarkObservations => ({
  ...observe(points, trust, photo),
  outlineNormals: new Float32Array(FACE_POINTS * 2).fill(NaN),
});

/** Distance in the image of each fitted point to a point of `points`, in face sizes. */
function errors({ rotation, translation, coefficients }: HeadFit, points: Float32Array): number[] {
  const positions = evaluateBasis(basis, coefficients, new Float64Array(FACE_POINTS * 3));
  const pixels = project(
    transformPoints(rotation, translation, positions, positions),
    photoCamera,
    new Float64Array(FACE_POINTS * 2),
  );
  const size = faceSize(points, 3);
  return Array.from(
    { length: FACE_POINTS },
    (_, i) => Math.hypot(pixels[i * 2]! - points[i * 3]!, pixels[i * 2 + 1]! - points[i * 3 + 1]!) / size,
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const degreesApart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  (Math.hypot(...rotationToAxisAngle(multiplyRotations(transposeRotation(a), b))) * 180) / Math.PI;

function randomFace(seed: number): SyntheticFace {
  const random = seededRandom(seed);
  const within = (limit: number) => limit * (2 * random.uniform() - 1);
  const angles: EulerAngles = { yaw: within(45), pitch: within(20), roll: within(40) };
  const shape = Array.from({ length: 20 }, () => Math.min(1.5, Math.max(-1.5, random.normal())));
  const expression = new Float32Array(model.expression.count);
  for (let k = 0; k < 3; k++)
    expression[Math.floor(random.uniform() * expression.length)] = 0.8 * random.uniform();
  return syntheticFace(model, { shape, expression }, angles, [
    within(60),
    within(60),
    -700 - 100 * random.uniform(),
  ]);
}

describe('pointBasis', () => {
  it('gives the positions that evaluating the whole head gives', () => {
    const shape = [1, -0.5, 2];
    // Blinks have a part that is not linear.
    const [brow, smile] = [5, 30];
    const expression = new Float64Array(model.expression.count);
    expression[brow] = 0.3;
    expression[smile] = 0.9;
    expect(model.expression.personal!.some(({ unit }) => unit === brow || unit === smile)).toBe(false);
    const coefficients = new Float64Array(basis.coefficients);
    coefficients.set(shape);
    coefficients.set(expression, model.shape.count);
    const points = evaluatePoints(
      model.landmarks.mediapipe!,
      evaluateVertices(model, { shape, expression }),
    ).subarray(0, FACE_POINTS * 3);
    expectClose(evaluateBasis(basis, coefficients, new Float64Array(FACE_POINTS * 3)), points, 1e-3);
  });
});

describe('faceSize', () => {
  it('is the root of the bounding box area', () => {
    expect(faceSize([0, 0, 9, 4, 9, 9, 2, 3, 9], 3)).toBe(6);
    expect(faceSize([1, 1, 3, 9], 2)).toBe(4);
  });
});

describe('observe', () => {
  it('gives no weight to points outside the photo and full weight to those inside', () => {
    const { points } = syntheticFace(model, {}, undefined, [-190, 0, -700]);
    const { weights } = observe(points, trust, photo);
    let outside = 0;
    weights.forEach((weight, i) => {
      const x = points[i * 3]!;
      if (x < -0.02 * photo.width) {
        outside++;
        expect(weight).toBe(0);
      } else if (x > 0) expect(weight).toBe(trust[i]);
    });
    expect(outside).toBeGreaterThan(50);
  });

  it('gives the outline unit normals that point out of the face', () => {
    const { points, outlineNormals } = observe(syntheticFace(model).points, trust, photo);
    const chin = [outlineNormals[152 * 2]!, outlineNormals[152 * 2 + 1]!];
    expect(Math.abs(chin[1]!)).toBeGreaterThan(0.95);
    let outline = 0;
    for (let i = 0; i < FACE_POINTS; i++) {
      if (Number.isNaN(outlineNormals[i * 2]!)) continue;
      outline++;
      expect(Math.hypot(outlineNormals[i * 2]!, outlineNormals[i * 2 + 1]!)).toBeCloseTo(1, 5);
      const out =
        outlineNormals[i * 2]! * (points[i * 3]! - points[3]!) +
        outlineNormals[i * 2 + 1]! * (points[i * 3 + 1]! - points[4]!);
      expect(Math.abs(out)).toBeGreaterThan(10);
    }
    expect(outline).toBe(36);
  });

  it('trusts lids and lips more than cheeks', () => {
    expect(trust).toHaveLength(FACE_POINTS);
    for (const definite of [33, 133, 61, 291]) expect(trust[definite]).toBeGreaterThan(0.7);
    expect(mean([...trust])).toBeLessThan(0.8);
    expect([...trust].every((value) => value >= 0 && value <= 1.5)).toBe(true);
  });
});

describe('fitLandmarks on exact landmarks', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('recovers pose and points of random face %i', (seed) => {
    const face = randomFace(seed);
    const result = fit(observeExactly(face.points), { iterations: 12 });
    expect(mean(errors(result, face.points))).toBeLessThan(0.003);
    expect(degreesApart(result.rotation, face.rotation)).toBeLessThan(2);
    expect(result.error).toBeLessThan(0.003);
    expect(Math.abs(result.translation[2]! / face.translation[2]! - 1)).toBeLessThan(0.05);
  });

  it('gives the mean head for the mean head', () => {
    const face = syntheticFace(model);
    const result = fit(observeExactly(face.points));
    expect(Math.max(...result.coefficients.map(Math.abs))).toBeLessThan(0.2);
    expect(degreesApart(result.rotation, face.rotation)).toBeLessThan(0.5);
    expect(Math.min(...result.confidence.filter((_, i) => trust[i]! > 0))).toBeGreaterThan(0.99);
  });

  it('also serves outline points that only count across the outline', () => {
    const face = randomFace(9);
    const result = fit(observe(face.points, trust, photo));
    expect(mean(errors(result, face.points))).toBeLessThan(0.006);
  });

  it('comes closer with every step', () => {
    const face = randomFace(10);
    const observed = observeExactly(face.points);
    const after = [1, 3, 5, 8, 12].map((iterations) =>
      mean(errors(fit(observed, { iterations }), face.points)),
    );
    for (let k = 1; k < after.length; k++) expect(after[k]).toBeLessThan(after[k - 1]! + 5e-4);
    expect(after.at(-1)).toBeLessThan(after[0]! / 5);
  });
});

/**
 * The function that the fit's description says it minimises, without depth: for a check of its derivatives
 * from outside.
 */
function cost(result: HeadFit, observed: LandmarkObservations): number {
  const { noise, outlierScale, contactNoise } = defaultLandmarkFitOptions;
  const squares = errors(result, observed.points).map((error) => (error / noise) ** 2);
  const robust = squares.reduce(
    (sum, e, i) => sum + observed.weights[i]! * (e / (1 + e / outlierScale ** 2)),
    0,
  );
  const scale = photoCamera.focal / -result.translation[2]! / (contactNoise * faceSize(observed.points, 3));
  const contacts = (observed.contacts ?? []).reduce(
    (sum, contact) => sum + contact.weight * (scale * parted(contact, result.coefficients)) ** 2,
    0,
  );
  return robust + contacts + result.coefficients.reduce((sum, value) => sum + value * value, 0);
}

/** By how many mm two lips are farther apart than they are seen. */
function parted({ upper, lower, gap }: Contact, coefficients: Float64Array): number {
  const expressions = coefficients.map((value, k) => (k < model.shape.count ? 0 : value));
  const moved = evaluateBasis(basis, expressions, new Float64Array(FACE_POINTS * 3));
  const apart = (of: ArrayLike<number>) => of[3 * upper + 1]! - of[3 * lower + 1]!;
  const seen = Math.max(0, gap / (photoCamera.focal / 700) - apart(basis.mean));
  return apart(moved) - apart(basis.mean) - seen;
}

describe('fitLandmarks as a minimiser', () => {
  it('ends where no small change of any parameter helps', () => {
    const face = randomFace(11);
    const observed = { ...observeExactly(face.points) };
    const result = fit(observed, { iterations: 40, depthFrom: 10 });
    const best = cost(result, observed);
    const { lower, upper } = model.expression;
    const h = 0.02;
    for (let k = 0; k < basis.coefficients; k += 3) {
      for (const step of [-h, h]) {
        const coefficients = result.coefficients.slice();
        const e = k - model.shape.count;
        coefficients[k]! += step;
        if (e >= 0 && (coefficients[k]! < lower[e]! || coefficients[k]! > upper[e]!)) continue;
        expect(cost({ ...result, coefficients }, observed), `coefficient ${k}`).toBeGreaterThan(best - 1e-3);
      }
    }
    for (let axis = 0; axis < 3; axis++) {
      for (const step of axis < 2 ? [-0.1, 0.1] : [-2, 2]) {
        const translation = result.translation.slice();
        translation[axis]! += step;
        expect(cost({ ...result, translation }, observed), `axis ${axis}`).toBeGreaterThan(best - 1e-3);
      }
    }
  });
});

describe('fitLandmarks on bad landmarks', () => {
  /** Moves the points of the subject's left cheek and mouth side by a fifth of the face. */
  function displaced(face: SyntheticFace): { points: Float32Array; moved: Set<number> } {
    const size = faceSize(face.points, 3);
    const points = face.points.slice();
    const moved = new Set<number>();
    const order = Array.from({ length: FACE_POINTS }, (_, i) => i).sort(
      (a, b) => basis.mean[b * 3]! - basis.mean[a * 3]!,
    );
    for (const i of order.slice(0, FACE_POINTS / 4)) {
      moved.add(i);
      points[i * 3]! += 0.14 * size;
      points[i * 3 + 1]! += 0.14 * size;
    }
    return { points, moved };
  }

  const confidence = (result: HeadFit, among: (index: number) => boolean) =>
    mean([...result.confidence].filter((_, i) => trust[i]! > 0 && among(i)));

  it.each([21, 22, 23])(
    'disbelieves a quarter of the points of face %i with a tight outlier scale',
    (seed) => {
      const face = randomFace(seed);
      const { points, moved } = displaced(face);
      const result = fit(observeExactly(points), { iterations: 20, outlierScale: 2.5 });
      expect(mean(errors(result, face.points).filter((_, i) => !moved.has(i)))).toBeLessThan(0.015);
      expect(confidence(result, (i) => moved.has(i))).toBeLessThan(0.1);
      expect(confidence(result, (i) => !moved.has(i))).toBeGreaterThan(0.8);
    },
  );

  it.each([21, 22, 23])(
    'is drawn little by a quarter of the points of face %i with the default scale',
    (seed) => {
      // The default is wide, because real landmarks of unusual faces must not count as outliers; it keeps
      // some influence of these.
      const face = randomFace(seed);
      const { points, moved } = displaced(face);
      const result = fit(observeExactly(points));
      expect(mean(errors(result, face.points).filter((_, i) => !moved.has(i)))).toBeLessThan(0.03);
      expect(confidence(result, (i) => moved.has(i))).toBeLessThan(
        confidence(result, (i) => !moved.has(i)) - 0.1,
      );
    },
  );

  it('keeps coefficients within their bounds whatever it is given', () => {
    const random = seededRandom(5);
    for (let k = 0; k < 4; k++) {
      const face = randomFace(30 + k);
      const points = face.points.map((value) => value + 60 * random.normal());
      const { coefficients, rotation, translation, confidence, error } = fit(observe(points, trust, photo));
      coefficients.forEach((value, i) => {
        const e = i - model.shape.count;
        const [low, high] = e < 0 ? [-3, 3] : [model.expression.lower[e]!, model.expression.upper[e]!];
        expect(value >= low && value <= high).toBe(true);
      });
      for (const value of [...rotation, ...translation, ...confidence, error])
        expect(Number.isFinite(value)).toBe(true);
      expect(translation[2]).toBeLessThan(0);
    }
  });

  it('ignores what lies off the photo', () => {
    const face = syntheticFace(model, { shape: [1, 0.5] }, { yaw: 20, pitch: 0, roll: 0 }, [-170, 0, -700]);
    const wild = face.points.slice();
    let outside = 0;
    for (let i = 0; i < FACE_POINTS; i++) {
      if (face.points[i * 3]! > -0.03 * photo.width) continue;
      outside++;
      wild[i * 3]! -= 35;
      wild[i * 3 + 1]! += 40;
    }
    expect(outside).toBeGreaterThan(20);
    const inside = errors(fit(observeExactly(wild)), face.points).filter((_, i) => face.points[i * 3]! > 0);
    expect(mean(inside)).toBeLessThan(0.006);
  });
});

describe('the chin of a wide open mouth', () => {
  const weightsOf = (jawOpen: number): Float32Array => {
    const expression = new Float32Array(model.expression.count);
    expression[model.expression.names.indexOf('jawOpen')] = jawOpen;
    return observe(syntheticFace(model, { expression }).points, trust, photo).weights;
  };
  const [chin, lowerLip] = [152, 17];

  it('hardly counts, as the dense network leaves it behind', () => {
    const [closed, wide] = [weightsOf(0), weightsOf(1)];
    expect(closed[chin]).toBe(trust[chin]);
    expect(wide[chin]! / trust[chin]!).toBeCloseTo(0.1, 5);
    expect(wide[lowerLip]).toBe(trust[lowerLip]);
  });
});

describe('closed lips', () => {
  /** The mean head's points; those of the upper lip are seen too high, but where it meets the lower one. */
  function thinned(): LandmarkObservations {
    const { points } = syntheticFace(model);
    const seen = points.slice();
    for (const i of [...OUTER_UPPER, ...MIDDLE_UPPER]) seen[3 * i + 1]! -= 4;
    return observeExactly(seen);
  }
  const OUTER_UPPER = [40, 39, 37, 0, 267, 269, 270];
  const MIDDLE_UPPER = [74, 73, 72, 11, 302, 303, 304, 41, 38, 12, 268, 271];

  const gaps = (result: HeadFit, observed: LandmarkObservations) =>
    observed.contacts!.map((contact) => parted(contact, result.coefficients));

  it('touch in the head, wherever their edges are seen', () => {
    const observed = thinned();
    const bare = fit({ ...observed, contacts: [] });
    expect(Math.max(...gaps(bare, observed))).toBeGreaterThan(0.5);
    expect(Math.max(...gaps(fit(observed), observed).map(Math.abs))).toBeLessThan(0.15);
  });

  it('are not told of open mouths', () => {
    const expression = new Float32Array(model.expression.count);
    expression[model.expression.names.indexOf('jawOpen')] = 0.6;
    const { contacts } = observeExactly(syntheticFace(model, { expression }).points);
    const middle = contacts!.filter(({ upper }) => [81, 82, 13, 312, 311].includes(upper));
    expect(middle.map(({ weight }) => weight)).toEqual([0, 0, 0, 0, 0]);
  });

  it('are as far apart as a mouth that is seen lying on its side', () => {
    const upright = observeExactly(syntheticFace(model).points).contacts!;
    const lying = observeExactly(syntheticFace(model, {}, { yaw: 0, pitch: 0, roll: 90 }).points).contacts!;
    upright.forEach(({ gap }, k) => {
      // Perspective shifts the upper lip, which stands out a little.
      expect(Math.abs(lying[k]!.gap - gap)).toBeLessThan(0.2);
    });
  });
});

describe('an expression that follows another', () => {
  it('never passes it, and goes with it where it would', () => {
    const names = model.expression.names;
    const [close, open] = [names.indexOf('mouthClose'), names.indexOf('jawOpen')];
    for (const [jaw, lips] of [
      [0.5, 0.5],
      [0.5, 0.2],
      [0.2, 0.6],
    ] as const) {
      const expression = new Float32Array(model.expression.count);
      expression[open] = jaw;
      expression[close] = lips;
      const observed = observeExactly(syntheticFace(model, { expression }).points);
      const { coefficients } = fitLandmarks(basis, observed, photoCamera, {
        shapeCount: model.shape.count,
        lower: model.expression.lower,
        upper: model.expression.upper,
        shapeLimit: 3,
        following: followingIndices(names),
      });
      const fitted = (unit: number) => coefficients[model.shape.count + unit]!;
      expect(fitted(close)).toBeLessThanOrEqual(fitted(open) + 1e-6);
      expect(fitted(open)).toBeGreaterThan(0.1);
      if (lips < jaw) expect(fitted(open) - fitted(close)).toBeGreaterThan(0.1);
    }
  });
});

describe('unitStiffness', () => {
  it('lets the jaw open a mouth before the lower lip does', () => {
    for (const known of [false, true])
      expect(unitStiffness('mouthLowerDownLeft', known)).toBeGreaterThan(5 * unitStiffness('jawOpen', known));
  });
});
