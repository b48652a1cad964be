import { beforeAll, describe, expect, it } from 'vitest';
import { fitGaze } from '../../../src/fit/geometry/fit-gaze.js';
import { evaluateVertices } from '../../../src/model/evaluate.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { tinyModel } from '../../model/tiny-model.js';
import { syntheticFace } from '../synthetic-face.js';

let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

function fitted(
  gaze: { yaw: number; pitch: number },
  angles = { yaw: 0, pitch: 0, roll: 0 },
  openness: readonly [number, number] = [1, 1],
) {
  const shape = [1, -0.5, 0.7];
  const face = syntheticFace(model, { shape, gaze }, angles);
  return fitGaze(
    model,
    evaluateVertices(model, { shape }),
    face.rotation,
    face.translation,
    face.camera,
    face.points,
    openness,
  );
}

describe('fitGaze', () => {
  it.each([
    [0, 0],
    [0.3, 0],
    [-0.3, 0],
    [0, 0.25],
    [0.2, -0.2],
  ])('recovers a gaze of yaw %f, pitch %f', (yaw, pitch) => {
    for (const angles of [
      { yaw: 0, pitch: 0, roll: 0 },
      { yaw: 30, pitch: -10, roll: 20 },
    ]) {
      const gaze = fitted({ yaw, pitch }, angles);
      expect(Math.abs(gaze.yaw - yaw)).toBeLessThan(0.02);
      expect(Math.abs(gaze.pitch - pitch)).toBeLessThan(0.02);
    }
  });

  it('follows the open eye when the other is shut, and looks ahead when both are', () => {
    expect(fitted({ yaw: 0.3, pitch: 0 }, undefined, [0, 1]).yaw).toBeCloseTo(0.3, 1);
    expect(fitted({ yaw: 0.3, pitch: 0 }, undefined, [0, 0])).toEqual({ yaw: 0, pitch: 0 });
  });

  it('never turns eyes further than eyes turn', () => {
    const gaze = fitted({ yaw: 1.4, pitch: -1.2 });
    expect(Math.abs(gaze.yaw)).toBeLessThanOrEqual(0.7);
    expect(Math.abs(gaze.pitch)).toBeLessThanOrEqual(0.7);
  });

  it('looks straight ahead for a model without eyes', () => {
    const face = syntheticFace(model);
    const tiny = tinyModel();
    expect(
      fitGaze(tiny, tiny.meanShape, face.rotation, face.translation, face.camera, face.points, [1, 1]),
    ).toEqual({ yaw: 0, pitch: 0 });
  });
});
