import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { rotationFromEuler } from '../../src/math/rotation.js';
import { evaluateAlbedo } from '../../src/model/albedo-modes.js';
import {
  evaluatePoints,
  evaluateVertices,
  gazeRotation,
  sphereCentre,
  turnEyes,
} from '../../src/model/evaluate.js';
import type { MorphableModel, TextureAlbedo } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { expectClose } from '../math/close.js';
import { tinyModel } from './tiny-model.js';

const tiny = tinyModel();
const values = (length: number) =>
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: length, maxLength: length });

describe('evaluateVertices', () => {
  it('gives the mean without coefficients', () => {
    expect(evaluateVertices(tiny, {})).toEqual(tiny.meanShape);
    expect(evaluateVertices(tiny, { shape: [0, 0], expression: [] })).toEqual(tiny.meanShape);
  });

  it('gives mean plus displacement for one coefficient', () => {
    const out = evaluateVertices(tiny, { shape: [0, 2] });
    expectClose(
      out,
      tiny.meanShape.map((mean, i) => mean + 2 * tiny.shape.displacements[12 + i]!),
      1e-5,
    );
    const open = evaluateVertices(tiny, { expression: [0, 0.5] });
    expectClose(
      open,
      tiny.meanShape.map((mean, i) => mean + 0.5 * tiny.expression.displacements[12 + i]!),
      1e-5,
    );
  });

  it('is linear', () => {
    const offset = (shape: readonly number[], expression: readonly number[]) =>
      evaluateVertices(tiny, { shape, expression }).map((value, i) => value - tiny.meanShape[i]!);
    fc.assert(
      fc.property(values(5), values(5), fc.double({ min: -2, max: 2, noNaN: true }), (a, b, k) => {
        const mixed = a.map((value, i) => value + k * b[i]!);
        const [one, other, both] = [a, b, mixed].map((list) => offset(list.slice(0, 3), list.slice(3))) as [
          Float32Array,
          Float32Array,
          Float32Array,
        ];
        expectClose(
          both,
          one.map((value, i) => value + k * other[i]!),
          1e-4,
        );
      }),
    );
  });

  it('writes into the given array', () => {
    const out = new Float32Array(12).fill(99);
    expect(evaluateVertices(tiny, { shape: [1] }, out)).toBe(out);
    expect(out).toEqual(evaluateVertices(tiny, { shape: [1] }));
  });

  it('refuses more coefficients than the model has', () => {
    expect(() => evaluateVertices(tiny, { shape: [0, 0, 0, 0] })).toThrow(
      new RangeError('evaluateVertices: expected at most 3 shape coefficients, received 4.'),
    );
    expect(() => evaluateVertices(tiny, { expression: [0, 0, 0] })).toThrow(RangeError);
  });
});

describe('gaze', () => {
  let model: MorphableModel;
  beforeAll(async () => {
    model = await loadModel();
  });

  it('positive yaw looks towards picture right, positive pitch down', () => {
    const forward = (yaw: number, pitch: number) => {
      const r = gazeRotation({ yaw, pitch });
      return [r[2]!, r[5]!, r[8]!];
    };
    expectClose(forward(Math.PI / 6, 0), [0.5, 0, Math.sqrt(0.75)]);
    expectClose(forward(0, Math.PI / 6), [0, -0.5, Math.sqrt(0.75)]);
  });

  it('turns eyeballs about their own centres and nothing else', () => {
    const straight = evaluateVertices(model, { shape: [1, -1] });
    const turned = evaluateVertices(model, { shape: [1, -1], gaze: { yaw: Math.PI / 9, pitch: 0 } });
    const r = rotationFromEuler({ yaw: 20, pitch: 0, roll: 0 });
    for (const part of model.parts) {
      const range = [part.firstVertex * 3, (part.firstVertex + part.vertexCount) * 3] as const;
      if (part.turnsAbout !== 'sphereCentre') {
        expect(turned.subarray(...range)).toEqual(straight.subarray(...range));
        continue;
      }
      const c = sphereCentre(part, straight);
      expectClose(sphereCentre(part, turned), c, 5e-3);
      for (let i = range[0]; i < range[1]; i += 3) {
        const [x, y, z] = [0, 1, 2].map((axis) => straight[i + axis]! - c[axis]!) as [number, number, number];
        expectClose(
          turned.subarray(i, i + 3),
          [0, 1, 2].map((row) => c[row]! + r[row * 3]! * x + r[row * 3 + 1]! * y + r[row * 3 + 2]! * z),
          1e-3,
        );
      }
    }
  });

  it('finds the centre of a sphere of which only a part is there', () => {
    const cap = Float32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3)).map((k, i) => {
      const around = k * 2.4;
      const across = 0.1 + 0.05 * k;
      return (
        [5, -2, 3][i % 3]! +
        12 *
          [Math.sin(across) * Math.cos(around), Math.sin(across) * Math.sin(around), Math.cos(across)][i % 3]!
      );
    });
    expectClose(sphereCentre({ ...tiny.parts[0]!, vertexCount: 20 }, cap), [5, -2, 3], 1e-3);
    // One point many times: no sphere.
    expectClose(
      sphereCentre({ ...tiny.parts[0]!, vertexCount: 4 }, new Float32Array(12).fill(7)),
      [7, 7, 7],
      1e-9,
    );
  });

  it('turns eyes about a point that keeps their surface in place', () => {
    const straight = evaluateVertices(model, {});
    for (const part of model.parts.filter(({ turnsAbout }) => turnsAbout === 'sphereCentre')) {
      const c = sphereCentre(part, straight);
      const distances: number[] = [];
      for (let i = part.firstVertex; i < part.firstVertex + part.vertexCount; i++)
        distances.push(Math.hypot(...c.map((value, axis) => straight[i * 3 + axis]! - value)));
      const mean = distances.reduce((sum, value) => sum + value, 0) / distances.length;
      expect(mean).toBeGreaterThan(10);
      expect(
        Math.sqrt(distances.reduce((sum, value) => sum + (value - mean) ** 2, 0) / distances.length),
      ).toBeLessThan(1);
    }
  });

  it('moves both irises to +x for positive yaw', () => {
    const vertices = evaluateVertices(model, {});
    const before = evaluatePoints(model.landmarks.mediapipe!, vertices);
    turnEyes(model, vertices, { yaw: 0.3, pitch: 0 });
    const after = evaluatePoints(model.landmarks.mediapipe!, vertices);
    for (const iris of [468, 473]) {
      expect(after[iris * 3]! - before[iris * 3]!).toBeGreaterThan(2);
      expect(after[iris * 3]! - before[iris * 3]!).toBeLessThan(6);
    }
  });
});

describe('evaluatePoints', () => {
  it('takes weighted sums of three vertices', () => {
    const points = {
      count: 2,
      vertices: Uint32Array.of(1, 2, 3, 0, 0, 0),
      weights: Float32Array.of(0.5, 0.25, 0.25, 1, 0, 0),
    };
    expect([...evaluatePoints(points, tiny.meanShape)]).toEqual([5, 2.5, 2.5, 0, 0, 0]);
  });

  it('commutes with translations', () => {
    const points = { count: 1, vertices: Uint32Array.of(0, 1, 3), weights: Float32Array.of(0.2, 0.3, 0.5) };
    fc.assert(
      fc.property(values(3), (t) => {
        const moved = tiny.meanShape.map((value, i) => value + t[i % 3]!);
        expectClose(
          evaluatePoints(points, moved),
          evaluatePoints(points, tiny.meanShape).map((value, i) => value + t[i]!),
          1e-5,
        );
      }),
    );
  });
});

describe('evaluateAlbedo', () => {
  const albedo: TextureAlbedo = {
    kind: 'texture',
    count: 2,
    meanSize: 4,
    mean: new Float32Array(48).fill(0.5),
    modeSize: 2,
    // One mode brightens the right half, the other everything.
    modes: Float32Array.from([0, 0.1, 0, 0.1, 0.2, 0.2, 0.2, 0.2].flatMap((value) => [value, value, value])),
  };

  it('gives the mean at zero', () => {
    expect(evaluateAlbedo(albedo, [])).toEqual(albedo.mean);
    expect(evaluateAlbedo(albedo, [0, 0])).toEqual(albedo.mean);
  });

  it('interpolates modes between texel centres', () => {
    const row = evaluateAlbedo(albedo, [1, 0]).subarray(0, 12);
    expectClose(
      row,
      [0.5, 0.525, 0.575, 0.6].flatMap((value) => [value, value, value]),
      1e-6,
    );
  });

  it('adds modes and clamps to 0…1', () => {
    expectClose(evaluateAlbedo(albedo, [0, 1]), new Float32Array(48).fill(0.7), 1e-6);
    expect(evaluateAlbedo(albedo, [0, 9])).toEqual(new Float32Array(48).fill(1));
    expect(evaluateAlbedo(albedo, [0, -9])).toEqual(new Float32Array(48));
  });

  it('leaves the model unchanged and keeps its albedo plausible', async () => {
    const shipped = (await loadModel()).albedo as TextureAlbedo;
    const before = shipped.mean.slice();
    for (const tone of [-2, 2]) {
      const out = evaluateAlbedo(shipped, [tone]);
      expect(out.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    expect(shipped.mean).toEqual(before);
  });
});
