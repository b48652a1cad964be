import { describe, expect, it } from 'vitest';
import { meshFacing } from '../../../src/detect/mesh-facing.js';
import { fitHead } from '../../../src/fit/geometry/fit-head.js';
import { rotationFromEuler, rotationToEuler } from '../../../src/math/rotation.js';
import { poseInView, viewOfBox } from '../../../src/network/face-view.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { photoCamera, photoSize, straight, syntheticFace } from '../synthetic-face.js';

const model = await loadModel();

/** A fit to a mesh that looks one way and a head that a regressor sees looking another way. */
function fitted(mesh: number, predicted: number, expression = new Float32Array(model.expression.count)) {
  const { points, translation } = syntheticFace(model, {}, { ...straight, yaw: mesh });
  const crop = viewOfBox({ x: 200, y: 180, width: 240, height: 240 }, 0, 128);
  const pose = { rotation: rotationFromEuler({ ...straight, yaw: predicted }), translation };
  return fitHead(
    model,
    { width: photoSize, height: photoSize },
    { landmarks: { points, presence: 1, roi: { centreX: 320, centreY: 320, size: 360, roll: 0 } } },
    {},
    {
      pose: poseInView(pose, photoCamera, crop),
      crop,
      shape: new Float32Array(model.shape.count),
      expression,
      albedo: new Float32Array(10),
      light: new Float32Array(27),
      gaze: { yaw: 0, pitch: 0 },
      visibility: new Float32Array(68).fill(0.5),
    },
  );
}

const fittedYaw = (mesh: number, predicted: number): number =>
  rotationToEuler(fitted(mesh, predicted).fit.rotation).yaw;

describe('meshFacing', () => {
  it('looks where the nose of the mesh points', () => {
    for (const [yaw, pitch] of [
      [0, 0],
      [40, 0],
      [-70, 0],
      [0, -30],
      [25, 20],
    ] as const) {
      const level = meshFacing(syntheticFace(model).points);
      const [x, y, z] = meshFacing(syntheticFace(model, {}, { ...straight, yaw, pitch }).points);
      const turn = (Math.atan2(x, z) * 180) / Math.PI;
      expect(Math.hypot(x, y, z)).toBeCloseTo(1, 5);
      expect(z).toBeGreaterThan(0);
      expect(Math.abs(turn - yaw)).toBeLessThan(8);
      if (pitch !== 0) expect(Math.sign(y - level[1])).toBe(Math.sign(pitch));
    }
  });
});

describe('fitHead', () => {
  it('believes the mesh of a face that a regressor takes for a profile', () => {
    expect(Math.abs(fittedYaw(20, 68) - 20)).toBeLessThan(8);
  });

  it('believes the regressor where the mesh is half turned, as those of profiles are', () => {
    expect(fittedYaw(58, 80)).toBeGreaterThan(72);
  });

  it('is between the two, near the mesh, in any other face', () => {
    const yaw = fittedYaw(10, 20);
    expect(yaw).toBeGreaterThan(9);
    expect(yaw).toBeLessThan(15);
  });

  it('leaves at rest what a regressor sees in everybody', () => {
    const unit = (name: string): number => model.expression.names.indexOf(name);
    const predicted = new Float32Array(model.expression.count);
    for (const name of ['eyeWideRight', 'mouthShrugUpper', 'mouthStretchLeft']) predicted[unit(name)] = 0.4;
    const { expression } = fitted(0, 0, predicted);
    expect(expression[unit('eyeWideRight')]).toBeLessThan(0.1);
    expect(expression[unit('mouthShrugUpper')]).toBeLessThan(0.1);
    expect(expression[unit('mouthStretchLeft')]).toBeLessThan(0.1);
  });
});
