import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { valueAndGrad } from '../../../src/graph/gradient.js';
import {
  cross,
  crossMatrix,
  dot,
  irradiance,
  multiply3x3,
  multiplyVector,
  normalize,
  rotatePoints,
  rotationFrom6d,
  rotationFromAxisAngle,
  sphericalHarmonics,
  transpose3x3,
} from '../../../src/graph/ops/geometry.js';
import {
  axisAngleDerivatives,
  identityRotation,
  multiplyRotations,
  rotatePoints as hostRotatePoints,
  rotationFromAxisAngle as hostRotation,
  transposeRotation,
} from '../../../src/math/rotation.js';
import {
  irradiance as hostIrradiance,
  sphericalHarmonics as hostHarmonics,
} from '../../../src/math/spherical-harmonics.js';
import { expectClose } from '../../math/close.js';
import { compute, computeAll, given, shapeOf, useDoubles, wave } from './compute.js';

beforeAll(useDoubles);

const component = fc.double({ min: -3, max: 3, noNaN: true });
const vector = fc.tuple(component, component, component);

describe('rotations', () => {
  it('agree with src/math for any axis and angle', () => {
    fc.assert(
      fc.property(fc.array(vector, { minLength: 4, maxLength: 4 }), (vectors) => {
        expectClose(
          compute({ v: given([4, 3], vectors.flat()) }, (t) => rotationFromAxisAngle(t.v)),
          vectors.flatMap((v) => [...hostRotation(v)]),
          1e-12,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('have the gradients of src/math, also at zero and beside it', () => {
    const vectors = [
      [0, 0, 0],
      [1e-6, 0, -1e-6],
      [2e-4, 1e-4, 0],
      [0.3, -0.2, 0.9],
      [0, 3, 0],
    ];
    const weight = wave([3, 3]);
    const gradient = compute(
      { v: given([5, 3], vectors.flat()), weight },
      (t) => valueAndGrad((v: typeof t.v) => rotationFromAxisAngle(v).mul(t.weight).sum())(t.v).grad,
    );
    const expected = vectors.flatMap((v) => {
      const derivatives = axisAngleDerivatives(v);
      return [0, 1, 2].map((k) =>
        Array.from(weight.values).reduce((sum, w, i) => sum + w * derivatives[9 * k + i]!, 0),
      );
    });
    expectClose(gradient, expected, 1e-5);
  });

  it('from six numbers are orthonormal, right-handed and keep the first direction', () => {
    expectClose(
      compute({ x: given([6], [1, 0, 0, 0, 1, 0]) }, (t) => rotationFrom6d(t.x)),
      identityRotation(),
    );
    const r = compute({ x: given([6], [0, 2, 0, -3, 5, 0]) }, (t) => rotationFrom6d(t.x));
    expectClose(r, [0, -1, 0, 1, 0, 0, 0, 0, 1]);
    const any = Float64Array.from(compute({ x: wave([6]) }, (t) => rotationFrom6d(t.x)));
    expectClose(multiplyRotations(any, transposeRotation(any)), identityRotation(), 1e-12);
    // Reading the two columns of a rotation back gives the rotation.
    const rotation = hostRotation([0.4, -1.1, 0.3]);
    const columns = [0, 3, 6, 1, 4, 7].map((i) => rotation[i]!);
    expectClose(
      compute({ x: given([6], columns) }, (t) => rotationFrom6d(t.x)),
      rotation,
      1e-12,
    );
  });

  it('multiply, transpose and turn points as src/math does', () => {
    const a = hostRotation([0.4, -1.1, 0.3]);
    const b = hostRotation([1, 0.2, 0]);
    const points = wave([4, 3]);
    const results = computeAll({ a: given([3, 3], a), b: given([1, 3, 3], b), points }, (t) => ({
      product: multiply3x3(t.a, t.b),
      back: transpose3x3(t.a),
      points: rotatePoints(t.a, t.points),
      one: multiplyVector(t.a, t.points),
    }));
    expectClose(results['product']!, multiplyRotations(a, b), 1e-12);
    expectClose(results['back']!, transposeRotation(a), 1e-12);
    const turned = hostRotatePoints(a, points.values, new Float64Array(12));
    expectClose(results['points']!, turned, 1e-12);
    expectClose(results['one']!, turned, 1e-12);
  });

  it('turn each batch element by its own rotation', () => {
    const a = hostRotation([0.4, -1.1, 0.3]);
    const b = hostRotation([1, 0.2, 0]);
    const points = wave([2, 3]);
    const turned = [a, b].flatMap((r) => [...hostRotatePoints(r, points.values, new Float64Array(6))]);
    expectClose(
      compute({ r: given([2, 3, 3], [...a, ...b]), points }, (t) => rotatePoints(t.r, t.points)),
      turned,
      1e-12,
    );
  });
});

describe('vectors', () => {
  it('multiply across, along and as matrices', () => {
    const a = given([2, 3], [1, 0, 0, 1, 2, 3]);
    const b = given([2, 3], [0, 1, 0, -2, 1, 5]);
    const results = computeAll({ a, b }, (t) => ({
      cross: cross(t.a, t.b),
      dot: dot(t.a, t.b),
      matrix: multiplyVector(crossMatrix(t.a), t.b),
    }));
    expectClose(results['cross']!, [0, 0, 1, 7, -11, 5]);
    expectClose(results['dot']!, [0, 15]);
    expectClose(results['matrix']!, results['cross']!);
  });

  it('get length one; zero stays zero', () => {
    expectClose(
      compute({ x: given([2, 2], [3, 4, 0, 0]) }, (t) => normalize(t.x)),
      [0.6, 0.8, 0, 0],
    );
    expectClose(
      compute({ x: given([2, 2], [3, 5, 4, 12]) }, (t) => normalize(t.x, 0)),
      [0.6, 5 / 13, 0.8, 12 / 13],
    );
  });
});

describe('light', () => {
  const normals = Array.from({ length: 8 }, (_, i) => [
    Math.sin(i) * Math.cos(2 * i),
    Math.cos(i),
    Math.sin(i) * Math.sin(2 * i),
  ]);

  it('has the harmonics of src/math', () => {
    const expected = normals.flatMap(([x, y, z]) => [...hostHarmonics(x!, y!, z!, new Float64Array(9))]);
    expectClose(
      compute({ n: given([2, 4, 3], normals.flat()) }, (t) => sphericalHarmonics(t.n)),
      expected,
      1e-14,
    );
  });

  it('has the irradiance of src/math, each batch element its own light', () => {
    const light = wave([2, 27]);
    const flat = normals.flat();
    const expected = [0, 1].flatMap((b) => [
      ...hostIrradiance(
        flat.slice(12 * b, 12 * (b + 1)),
        Array.from(light.values).slice(27 * b, 27 * (b + 1)),
        new Float64Array(12),
      ),
    ]);
    expectClose(
      compute({ n: given([2, 4, 3], flat), light }, (t) => irradiance(t.n, t.light)),
      expected,
      1e-13,
    );
    expectClose(
      compute({ n: given([2, 2, 2, 3], flat), light }, (t) => irradiance(t.n, t.light)),
      expected,
      1e-13,
    );
  });
});

describe('geometry', () => {
  it('names itself and what does not fit', () => {
    expect(() => shapeOf({ a: [2, 3], b: [2] }, ({ a, b }) => cross(a, b))).toThrow(
      /cross: \[2, 3\] and \[2\]/,
    );
    expect(() => shapeOf({ a: [2, 3], b: [3, 3] }, ({ a, b }) => multiply3x3(a, b))).toThrow(
      /multiply3x3: \[2, 3\] and \[3, 3\]: needs 3×3/,
    );
    expect(() => shapeOf({ a: [3, 3], b: [2] }, ({ a, b }) => multiplyVector(a, b))).toThrow(
      /multiplyVector: .*vectors/,
    );
    expect(() => shapeOf({ a: [3, 3], b: [3] }, ({ a, b }) => rotatePoints(a, b))).toThrow(
      /rotatePoints: \[3, 3\] and \[3\]: needs points/,
    );
    expect(() => shapeOf({ a: [3, 2] }, ({ a }) => transpose3x3(a))).toThrow(/transpose3x3: \[3, 2\]/);
    expect(() => shapeOf({ a: [4] }, ({ a }) => rotationFromAxisAngle(a))).toThrow(
      /rotationFromAxisAngle: \[4\]/,
    );
    expect(() => shapeOf({ a: [4] }, ({ a }) => crossMatrix(a))).toThrow(/crossMatrix: \[4\]/);
    expect(() => shapeOf({ a: [4] }, ({ a }) => rotationFrom6d(a))).toThrow(/rotationFrom6d: \[4\]/);
    expect(() => shapeOf({ a: [4] }, ({ a }) => sphericalHarmonics(a))).toThrow(/sphericalHarmonics: \[4\]/);
    expect(() => shapeOf({ a: [2, 3], light: [27] }, (t) => irradiance(t.a, t.light))).toThrow(
      /irradiance: \[2, 3\] and \[27\]: expected normals/,
    );
  });
});
