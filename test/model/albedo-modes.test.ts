import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { albedoModesAt, evaluateAlbedo, mapAlbedo } from '../../src/model/albedo-modes.js';
import type { TextureAlbedo } from '../../src/model/morphable-model.js';

const SIZE = 16;

/** A coarse mode over the atlas, and detail in the middle of it. */
const albedo: TextureAlbedo = {
  kind: 'texture',
  count: 2,
  meanSize: SIZE,
  mean: new Float32Array(3 * SIZE * SIZE).fill(0.5),
  modeSize: 2,
  modes: Float32Array.from({ length: 2 * 12 }, (_, i) => (i < 12 ? 0.1 : 0)),
  detail: {
    left: 0.25,
    top: 0.5,
    width: 0.5,
    height: 0.25,
    size: 4,
    modes: Float32Array.from({ length: 2 * 48 }, (_, i) => (i < 48 ? 0 : 0.2)),
  },
};

describe('albedo modes', () => {
  it('have detail within its window alone', () => {
    const texture = evaluateAlbedo(albedo, [0, 1]);
    const at = (x: number, y: number): number => texture[3 * (y * SIZE + x)]!;
    expect(at(8, 9)).toBeCloseTo(0.7, 6);
    expect(at(4, 8)).toBeCloseTo(0.7, 6);
    expect(at(3, 8)).toBeCloseTo(0.5, 6);
    expect(at(8, 7)).toBeCloseTo(0.5, 6);
    expect(at(8, 12)).toBeCloseTo(0.5, 6);
    expect(evaluateAlbedo(albedo, [1, 0])[0]).toBeCloseTo(0.6, 6);
  });

  it('are the same at a point as in the texture', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: SIZE - 1 }),
        fc.integer({ min: 0, max: SIZE - 1 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (x, y, a, b) => {
          const here = albedoModesAt(albedo, [(x + 0.5) / SIZE, (y + 0.5) / SIZE]);
          const texture = evaluateAlbedo(albedo, [a, b]);
          for (let c = 0; c < 3; c++)
            expect(0.5 + a * here[c]! + b * here[3 + c]!).toBeCloseTo(texture[3 * (y * SIZE + x) + c]!, 5);
        },
      ),
    );
  });

  it('are at many points what they are at each, around it the mean', () => {
    const point = fc.double({ min: -0.1, max: 1.1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(point, point), { minLength: 1, maxLength: 5 }), (points) => {
        const all = albedoModesAt(albedo, points.flat(), [
          [0, 0],
          [0.1, -0.05],
        ]);
        points.forEach(([u, v], p) => {
          const [here, beside] = [albedoModesAt(albedo, [u, v]), albedoModesAt(albedo, [u + 0.1, v - 0.05])];
          for (let i = 0; i < here.length; i++)
            expect(all[Math.floor(i / 3) * 3 * points.length + 3 * p + (i % 3)]).toBeCloseTo(
              (here[i]! + beside[i]!) / 2,
              6,
            );
        });
      }),
    );
  });

  it('change with a linear map of colours', () => {
    const darker = mapAlbedo(albedo, (colors) => colors.map((value) => value / 2));
    const texture = evaluateAlbedo(darker, [0.5, 1]);
    const expected = evaluateAlbedo(albedo, [0.5, 1]).map((value) => value / 2);
    for (let i = 0; i < texture.length; i++) expect(texture[i]).toBeCloseTo(expected[i]!, 6);
  });
});
