import { beforeAll, describe, expect, it } from 'vitest';
import { projectLandmarks68, projectPoints } from '../../src/model/project-landmarks.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { expectClose } from '../math/close.js';
import { tinyModel } from '../model/tiny-model.js';
import { syntheticFace, type SyntheticFace } from '../fit/synthetic-face.js';

let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

const all68 = (face: SyntheticFace) =>
  projectLandmarks68(model, face.vertices, face.rotation, face.translation, face.camera);
const fixed68 = (face: SyntheticFace) =>
  projectPoints(model.landmarks.ibug68!, face.vertices, face.rotation, face.translation, face.camera);

describe('projectPoints', () => {
  it('poses and projects: a point of the tetrahedron', () => {
    const points = { count: 1, vertices: Uint32Array.of(1, 1, 1), weights: Float32Array.of(1, 0, 0) };
    // (10, 0, 0) turned by 90° about z is (0, 10, 0), 100 mm away.
    const pixels = projectPoints(points, tinyModel().meanShape, [0, -1, 0, 1, 0, 0, 0, 0, 1], [0, 0, -100], {
      focal: 50,
      cx: 20,
      cy: 30,
    });
    expectClose(pixels, [20, 25], 1e-6);
  });
});

describe('projectLandmarks68', () => {
  it('keeps left and right, and lays the jaw round the face', () => {
    const points = all68(syntheticFace(model));
    expect(points).toHaveLength(136);
    expect(points[36 * 2]).toBeLessThan(points[45 * 2]!);
    for (let i = 0; i < 16; i++) expect(points[i * 2]).toBeLessThan(points[i * 2 + 2]!);
    const lowest = Array.from({ length: 17 }, (_, i) => points[i * 2 + 1]!);
    expect(lowest.indexOf(Math.max(...lowest))).toBe(8);
    for (let i = 0; i < 17; i++) expect(points[i * 2]! + points[(16 - i) * 2]!).toBeCloseTo(640, -1);
  });

  it.each([-50, -25, 25, 50])(
    'slides the far jaw outwards at yaw %i and leaves the inner 51 alone',
    (yaw) => {
      const face = syntheticFace(model, {}, { yaw, pitch: 0, roll: 0 });
      const slid = all68(face);
      const fixed = fixed68(face);
      expect(slid.subarray(34)).toEqual(fixed.subarray(34));
      // Turned to +x, the subject's left side is the far one; its contour is the cheek's, wherever the nose
      // is in the picture.
      const far = yaw > 0 ? [11, 12, 13, 14, 15] : [1, 2, 3, 4, 5];
      const sign = Math.sign(yaw);
      let moved = 0;
      for (const i of far) {
        const step = sign * (slid[i * 2]! - fixed[i * 2]!);
        expect(step).toBeGreaterThanOrEqual(-0.5);
        moved = Math.max(moved, step);
      }
      expect(moved).toBeGreaterThan(Math.abs(yaw) > 30 ? 20 : 8);
    },
  );

  it('never draws a jaw point inside its frontal choice', () => {
    for (const yaw of [-60, -30, 0, 30, 60]) {
      const face = syntheticFace(model, { shape: [1, 1] }, { yaw, pitch: 5, roll: 15 });
      const slid = all68(face);
      const fixed = fixed68(face);
      const middle = (axis: number) =>
        fixed.subarray(0, 34).reduce((sum, value, i) => (i % 2 === axis ? sum + value / 17 : sum), 0);
      const [cx, cy] = [middle(0), middle(1)];
      for (let i = 0; i < 17; i++) {
        const dx = fixed[i * 2]! - cx;
        const dy = fixed[i * 2 + 1]! - cy;
        const length = Math.hypot(dx, dy);
        expect(((slid[i * 2]! - cx) * dx + (slid[i * 2 + 1]! - cy) * dy) / length - length).toBeGreaterThan(
          -3,
        );
      }
    }
  });

  it('uses the frontal choice without candidates, and needs landmarks', () => {
    const face = syntheticFace(model, {}, { yaw: 40, pitch: 0, roll: 0 });
    const plain = { ...model, landmarks: { ...model.landmarks, jaw: undefined } };
    expect(projectLandmarks68(plain, face.vertices, face.rotation, face.translation, face.camera)).toEqual(
      fixed68(face),
    );
    const tiny = tinyModel();
    expect(() =>
      projectLandmarks68(tiny, tiny.meanShape, face.rotation, face.translation, face.camera),
    ).toThrow('projectLandmarks68: model "tetrahedron" has no iBUG landmarks; use one that has.');
  });
});
