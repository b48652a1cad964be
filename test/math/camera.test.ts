import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cropCamera, project, transformPoints, unproject } from '../../src/math/camera.js';
import { rotationFromEuler } from '../../src/math/rotation.js';
import { expectClose } from './close.js';

const camera = { focal: 800, cx: 320, cy: 240 };
const pixel = fc.double({ min: -1000, max: 2000, noNaN: true });

describe('camera', () => {
  it('sees +x to the right, +y up and looks along −z', () => {
    const out = new Float64Array(8);
    project([0, 0, -500, 50, 0, -500, 0, 50, -500, 0, 50, -1000], camera, out);
    expectClose(out, [320, 240, 400, 240, 320, 160, 320, 200]);
  });

  it('gives NaN at and behind the camera', () => {
    const out = project([1, 2, 0, 1, 2, 3], camera, new Float32Array(4));
    expect([...out].every(Number.isNaN)).toBe(true);
  });

  it('unprojects what it projects', () => {
    fc.assert(
      fc.property(pixel, pixel, fc.double({ min: 1, max: 5000, noNaN: true }), (u, v, depth) => {
        expectClose(project(unproject(u, v, depth, camera), camera, new Float64Array(2)), [u, v], 1e-9);
      }),
    );
  });

  it('moves points as p = s · R · v + t, in place too', () => {
    const points = Float64Array.of(0, 0, 10, 1, 2, 3);
    const r = rotationFromEuler({ yaw: 90, pitch: 0, roll: 0 });
    transformPoints(r, [1, 2, -500], points, points, 2);
    expectClose(points, [21, 2, -500, 7, 6, -502]);
  });

  it('keeps rays through crops and resizing', () => {
    const cropped = cropCamera(camera, 100, 50, 0.5);
    const [u, v] = project([30, -20, -700], camera, new Float64Array(2));
    expectClose(project([30, -20, -700], cropped, new Float64Array(2)), [(u! - 100) / 2, (v! - 50) / 2]);
  });
});
