import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { landmarkBox, nme } from '../../src/evaluate/landmark-error.js';
import { perceptualError } from '../../src/evaluate/perceptual-error.js';
import { meanVertexDistance, vertexError } from '../../src/evaluate/vertex-error.js';
import { rotationFromEuler } from '../../src/math/rotation.js';
import { transformPoints } from '../../src/math/camera.js';

const number = fc.double({ min: -50, max: 50, noNaN: true });

describe('nme', () => {
  it('is the mean distance over the root of the box, %', () => {
    // A box of 8 × 2: its root is 4. Distances 1 and 3.
    const truth = [0, 0, 8, 2];
    const points = [1, 0, 8, 5];
    expect(landmarkBox(truth)).toEqual({ left: 0, top: 0, right: 8, bottom: 2 });
    expect(nme(points, truth, 0, 2)).toBeCloseTo(50, 12);
    expect(nme(points, truth, 1, 2)).toBeCloseTo(75, 12);
  });

  it('does not change when everything is moved and enlarged', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 8, maxLength: 8 }),
        number,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (noise, shift, scale) => {
          const truth = [0, 0, 10, 0, 10, 20, 0, 20];
          const points = truth.map((value, i) => value + noise[i]!);
          const moved = (values: readonly number[]): number[] => values.map((value) => scale * value + shift);
          expect(nme(moved(points), moved(truth), 0, 4)).toBeCloseTo(nme(points, truth, 0, 4), 6);
        },
      ),
    );
  });
});

describe('vertexError', () => {
  const cube = [0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 10, 10, 10, 10];
  const all = [1, 1, 1, 1, 1];

  it('is nothing after a rigid motion, and counts a difference of size', () => {
    fc.assert(
      fc.property(number, number, number, (yaw, pitch, shift) => {
        const moved = transformPoints(
          rotationFromEuler({ yaw, pitch, roll: 10 }),
          [shift, 1, 2],
          cube,
          new Float64Array(15),
        );
        expect(vertexError(moved, cube, all).rms).toBeLessThan(1e-4);
      }),
    );
    expect(
      vertexError(
        cube.map((value) => 1.1 * value),
        cube,
        all,
      ).mean,
    ).toBeGreaterThan(0.4);
  });

  it('weighs vertices', () => {
    const other = cube.slice();
    other[12] = 13;
    expect(meanVertexDistance(other, cube, all)).toBeCloseTo(3 / 5, 12);
    expect(meanVertexDistance(other, cube, [1, 1, 1, 1, 0])).toBe(0);
    expect(meanVertexDistance(other, cube, [0, 0, 0, 1, 3])).toBeCloseTo(9 / 4, 12);
    expect(() => meanVertexDistance(other, cube, [0, 0, 0, 0, 0])).toThrow(/no weight is positive/);
    expect(() => meanVertexDistance(other, cube, [1])).toThrow(/received 15, 15 and 1/);
  });
});

describe('perceptualError', () => {
  it('does not depend on lengths: 0 for one direction, √2 across, 2 for opposite ones', () => {
    expect(perceptualError([3, 4], [6, 8])).toBeCloseTo(0, 12);
    expect(perceptualError([5, 0], [0, 0.1])).toBeCloseTo(Math.SQRT2, 12);
    expect(perceptualError([1, 2], [-1, -2])).toBeCloseTo(2, 12);
  });
});
