import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  axisAngleDerivatives,
  identityRotation,
  multiplyRotations,
  rotatePoints,
  rotationFromAxisAngle,
  rotationFromEuler,
  rotationFromQuaternion,
  rotationToAxisAngle,
  rotationToEuler,
  rotationToQuaternion,
  transposeRotation,
} from '../../src/math/rotation.js';
import { expectClose } from './close.js';

const component = fc.double({ min: -3, max: 3, noNaN: true });
const vector = fc.tuple(component, component, component);
const shortVector = vector.filter((v) => Math.hypot(...v) < Math.PI - 1e-3);

describe('rotation', () => {
  it('turns the axes as the conventions say', () => {
    const forward = [0, 0, 1];
    const turn = (angles: { yaw?: number; pitch?: number; roll?: number }, point: number[]) =>
      rotatePoints(rotationFromEuler({ yaw: 0, pitch: 0, roll: 0, ...angles }), point, new Float64Array(3));
    expectClose(turn({ yaw: 90 }, forward), [1, 0, 0]);
    expectClose(turn({ pitch: 90 }, forward), [0, -1, 0]);
    expectClose(turn({ roll: 90 }, [1, 0, 0]), [0, 1, 0]);
  });

  it('applies Euler angles in the order Ry · Rx · Rz', () => {
    const ry = rotationFromAxisAngle([0, 0.4, 0]);
    const rx = rotationFromAxisAngle([-0.7, 0, 0]);
    const rz = rotationFromAxisAngle([0, 0, 1.1]);
    const degrees = 180 / Math.PI;
    const euler = rotationFromEuler({ yaw: 0.4 * degrees, pitch: -0.7 * degrees, roll: 1.1 * degrees });
    expectClose(euler, multiplyRotations(multiplyRotations(ry, rx), rz));
  });

  it('is orthonormal with determinant one, and its transpose undoes it', () => {
    fc.assert(
      fc.property(vector, (v) => {
        const r = rotationFromAxisAngle(v);
        expectClose(multiplyRotations(r, transposeRotation(r)), identityRotation());
        const determinant =
          r[0]! * (r[4]! * r[8]! - r[5]! * r[7]!) -
          r[1]! * (r[3]! * r[8]! - r[5]! * r[6]!) +
          r[2]! * (r[3]! * r[7]! - r[4]! * r[6]!);
        expect(determinant).toBeCloseTo(1, 12);
      }),
    );
  });

  it('goes through axis-angle, quaternion and Euler angles and back', () => {
    fc.assert(
      fc.property(shortVector, (v) => {
        const r = rotationFromAxisAngle(v);
        expectClose(rotationToAxisAngle(r), v, 1e-7);
        expectClose(rotationFromQuaternion(rotationToQuaternion(r)), r);
        expectClose(rotationFromEuler(rotationToEuler(r)), r, 1e-8);
      }),
    );
  });

  it('keeps Euler angles away from the poles and survives at the poles', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -179, max: 179 }),
        fc.integer({ min: -89, max: 89 }),
        fc.integer({ min: -179, max: 179 }),
        (yaw, pitch, roll) => {
          const back = rotationToEuler(rotationFromEuler({ yaw, pitch, roll }));
          expectClose([back.yaw, back.pitch, back.roll], [yaw, pitch, roll], 1e-6);
        },
      ),
    );
    for (const pitch of [90, -90]) {
      const r = rotationFromEuler({ yaw: 30, pitch, roll: 20 });
      expectClose(rotationFromEuler(rotationToEuler(r)), r, 1e-8);
    }
  });

  it('handles no turn, half turns and tiny turns', () => {
    expectClose(rotationFromAxisAngle([0, 0, 0]), identityRotation(), 0);
    expectClose(rotationToAxisAngle(identityRotation()), [0, 0, 0], 0);
    for (const v of [
      [Math.PI, 0, 0],
      [0, Math.PI, 0],
      [0, 0, Math.PI],
    ]) {
      const r = rotationFromAxisAngle(v);
      expectClose(rotationFromAxisAngle(rotationToAxisAngle(r)), r, 1e-12);
    }
    expectClose(rotationToAxisAngle(rotationFromAxisAngle([1e-9, -2e-9, 3e-9])), [1e-9, -2e-9, 3e-9], 1e-20);
  });

  it('differentiates the axis-angle map', () => {
    const h = 1e-6;
    fc.assert(
      fc.property(fc.oneof(vector, fc.constant<[number, number, number]>([0, 0, 0])), (v) => {
        const analytic = axisAngleDerivatives(v);
        for (let k = 0; k < 3; k++) {
          const plus = [...v];
          const minus = [...v];
          plus[k]! += h;
          minus[k]! -= h;
          const a = rotationFromAxisAngle(plus);
          const b = rotationFromAxisAngle(minus);
          expectClose(
            analytic.subarray(9 * k, 9 * k + 9),
            a.map((value, i) => (value - b[i]!) / (2 * h)),
            1e-7,
          );
        }
      }),
    );
  });

  it('may write over its input', () => {
    const a = rotationFromAxisAngle([0.1, 0.2, 0.3]);
    const b = rotationFromAxisAngle([-1, 0.5, 0.2]);
    const expected = multiplyRotations(a, b);
    expectClose(multiplyRotations(a.slice(), b, a.slice()), expected, 0);
    const left = a.slice();
    const right = b.slice();
    expectClose(multiplyRotations(left, b, left), expected, 0);
    expectClose(multiplyRotations(a, right, right), expected, 0);
    const transposed = a.slice();
    expectClose(transposeRotation(transposed, transposed), transposeRotation(a), 0);
  });
});
