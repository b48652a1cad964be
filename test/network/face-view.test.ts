import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cropToImage } from '../../src/detect/crop.js';
import { project, transformPoints } from '../../src/math/camera.js';
import { irradiancePolynomial, rotateLight, sphericalHarmonics } from '../../src/math/spherical-harmonics.js';
import { rotatePoints, rotationFromEuler } from '../../src/math/rotation.js';
import { cropFocal } from '../../src/network/crop-camera.js';
import {
  fromView,
  poseInPhoto,
  poseInView,
  toView,
  viewOfBox,
  viewPerBox,
} from '../../src/network/face-view.js';

const camera = { focal: 900, cx: 320, cy: 240 };
const angle = fc.double({ min: -60, max: 60, noNaN: true });

describe('viewOfBox', () => {
  it('shows somewhat more than the box', () => {
    const crop = viewOfBox({ x: 100, y: 50, width: 80, height: 80 }, 0, 128);
    expect(crop).toMatchObject({ centreX: 140, centreY: 90, width: 128, height: 128 });
    expect(cropToImage(crop, 0, 64)[0]).toBeCloseTo(140 - (80 * viewPerBox) / 2, 9);
    expect([...toView(crop, [140, 90])]).toEqual([0, 0]);
    expect(toView(crop, [140 + (80 * viewPerBox) / 2, 90])[0]).toBeCloseTo(1, 6);
  });

  it('and back again gives the same pixels, turned crops too', () => {
    fc.assert(
      fc.property(
        angle,
        fc.tuple(fc.double({ min: 0, max: 640, noNaN: true }), fc.double({ min: 0, max: 480, noNaN: true })),
        (roll, point) => {
          const crop = viewOfBox({ x: 200, y: 150, width: 120, height: 120 }, roll, 96);
          const back = fromView(crop, toView(crop, point));
          point.forEach((value, k) => {
            expect(back[k]).toBeCloseTo(value, 2);
          });
        },
      ),
    );
  });
});

describe('poseInView', () => {
  it('is undone by poseInPhoto', () => {
    fc.assert(
      fc.property(angle, angle, angle, angle, (yaw, pitch, roll, turn) => {
        const pose = { rotation: rotationFromEuler({ yaw, pitch, roll }), translation: [120, -80, -1100] };
        const crop = viewOfBox({ x: 380, y: 250, width: 90, height: 90 }, turn, 128);
        const back = poseInPhoto(poseInView(pose, camera, crop), camera, crop);
        Array.from(back.rotation).forEach((value, k) => {
          expect(value).toBeCloseTo(pose.rotation[k]!, 9);
        });
        Array.from(back.translation).forEach((value, k) => {
          expect(value).toBeCloseTo(pose.translation[k]!, 6);
        });
      }),
    );
  });

  it('sees points of a distant head where the photo has them', () => {
    fc.assert(
      fc.property(angle, angle, angle, (yaw, roll, turn) => {
        // 8 m away: perspective within the head hardly matters. The box lies around where the head is.
        const pose = { rotation: rotationFromEuler({ yaw, pitch: 5, roll }), translation: [900, 500, -8000] };
        const middle = project(pose.translation, camera, new Float64Array(2));
        const side = (150 * camera.focal) / 8000;
        const crop = viewOfBox(
          { x: middle[0]! - side / 2 + 2, y: middle[1]! - side / 2 - 1, width: side, height: side },
          turn,
          128,
        );
        const view = poseInView(pose, camera, crop);
        const points = Float64Array.of(0, 0, 0, 20, 10, -10, -15, -20, 12, 5, -25, 8);
        const pixels = toView(
          crop,
          project(
            transformPoints(pose.rotation, pose.translation, points, new Float64Array(12)),
            camera,
            new Float64Array(8),
          ),
        );
        const seen = project(
          transformPoints(view.rotation, view.translation, points, new Float64Array(12)),
          { focal: cropFocal, cx: 0, cy: 0 },
          new Float64Array(8),
        );
        pixels.forEach((value, k) => {
          expect(Math.abs(value - seen[k]!)).toBeLessThan(0.015);
        });
      }),
    );
  });
});

describe('rotateLight', () => {
  it('turns with the surface', () => {
    fc.assert(
      fc.property(angle, angle, angle, (yaw, pitch, roll) => {
        const light = Float32Array.from({ length: 27 }, (_, k) => Math.sin(3 * k + 1));
        const rotation = rotationFromEuler({ yaw, pitch, roll });
        const rotated = rotateLight(rotation, light);
        const normal = [0.36, 0.48, 0.8];
        const turned = rotatePoints(rotation, normal, new Float64Array(3));
        const at = (coefficients: Float32Array, [x, y, z]: ArrayLike<number> & Iterable<number>): number =>
          sphericalHarmonics(x!, y!, z!, new Float64Array(9)).reduce(
            (sum, value, k) => sum + value * coefficients[k]!,
            0,
          );
        expect(at(rotated, turned)).toBeCloseTo(at(light, normal), 5);
      }),
    );
    expect(
      irradiancePolynomial(rotateLight([1, 0, 0, 0, 1, 0, 0, 0, 1], new Float32Array(27).fill(1)))[0],
    ).toBeCloseTo(irradiancePolynomial(new Float32Array(27).fill(1))[0]!, 5);
  });
});
