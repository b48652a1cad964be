import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transformPoints } from '../../src/math/camera.js';
import { alignPoints } from '../../src/math/procrustes.js';
import { rotationFromAxisAngle } from '../../src/math/rotation.js';
import { expectClose } from './close.js';

const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
const triple = fc.tuple(coordinate, coordinate, coordinate);
const turn = fc.tuple(
  ...[0, 1, 2].map(() => fc.double({ min: -1.8, max: 1.8, noNaN: true })),
) as fc.Arbitrary<[number, number, number]>;
/** A tetrahedron keeps random clouds from being flat, where the alignment has no single answer. */
const cloud = fc
  .array(triple, { minLength: 0, maxLength: 20 })
  .map((points) => Float64Array.from([...points.flat(), 0, 0, 0, 90, 0, 0, 0, 70, 0, 0, 0, 50]));

describe('alignPoints', () => {
  it('recovers a similarity', () => {
    fc.assert(
      fc.property(
        cloud,
        turn,
        triple,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (points, axis, t, scale) => {
          const r = rotationFromAxisAngle(axis);
          const moved = transformPoints(r, t, points, new Float64Array(points.length), scale);
          const fit = alignPoints(points, moved);
          expectClose(fit.rotation, r, 1e-8);
          expect(fit.scale).toBeCloseTo(scale, 8);
          expectClose(
            transformPoints(
              fit.rotation,
              fit.translation,
              points,
              new Float64Array(points.length),
              fit.scale,
            ),
            moved,
            1e-6,
          );
          expect(fit.rms).toBeLessThan(1e-4);
        },
      ),
    );
  });

  it('reports the distance that is left, with and without scale', () => {
    const source = [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0];
    const doubled = source.map((x) => 2 * x);
    expect(alignPoints(source, doubled).rms).toBeCloseTo(0, 9);
    const rigid = alignPoints(source, doubled, { scale: false });
    expect(rigid.scale).toBe(1);
    expect(rigid.rms).toBeCloseTo(1, 9);
  });

  it('ignores points of weight zero', () => {
    const source = [0, 0, 0, 10, 0, 0, 0, 20, 0, 0, 0, 30, 5, 5, 5];
    const target = source.map((x, i) => (i < 12 ? x + 1 : 1000));
    const fit = alignPoints(source, target, { weights: [1, 2, 3, 4, 0] });
    expectClose(fit.translation, [1, 1, 1], 1e-9);
    expect(fit.scale).toBeCloseTo(1, 9);
  });

  it('never mirrors', () => {
    const source = [0, 0, 0, 10, 0, 0, 0, 20, 0, 0, 0, 30];
    const { rotation: r } = alignPoints(
      source,
      source.map((x, i) => (i % 3 === 0 ? -x : x)),
    );
    const determinant =
      r[0]! * (r[4]! * r[8]! - r[5]! * r[7]!) -
      r[1]! * (r[3]! * r[8]! - r[5]! * r[6]!) +
      r[2]! * (r[3]! * r[7]! - r[4]! * r[6]!);
    expect(determinant).toBeCloseTo(1, 9);
  });

  it('refuses lists that do not match', () => {
    expect(() => alignPoints([1, 2, 3], [1, 2, 3])).toThrow(/at least three/);
    expect(() => alignPoints(new Float32Array(12), new Float32Array(9))).toThrow(/lengths 12 and 9/);
    expect(() => alignPoints(new Float32Array(12), new Float32Array(12), { weights: [0, 0, 0, 0] })).toThrow(
      /positive sum/,
    );
    expect(() => alignPoints(new Float32Array(12), new Float32Array(12), { weights: [1, 1] })).toThrow(
      /expected 4/,
    );
  });
});
