import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skinLightness, withLightness } from '../../../src/fit/appearance/skin-lightness.js';
import { loadModel } from '../../../src/node.js';

const model = await loadModel();
const { count } = model.albedo!;
const coefficients = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: count, maxLength: count })
  .map((values) => Float32Array.from(values));

describe('withLightness', () => {
  it('gives the face the lightness that is asked for, and leaves all but the tone', () => {
    fc.assert(
      fc.property(coefficients, fc.double({ min: 36, max: 64, noNaN: true }), (albedo, lightness) => {
        const before = albedo.slice();
        const changed = withLightness(model, albedo, lightness);
        expect(albedo).toEqual(before);
        expect(skinLightness(model, changed)).toBeCloseTo(lightness, 2);
        expect(changed.subarray(1)).toEqual(albedo.subarray(1));
      }),
      { numRuns: 30 },
    );
  });

  it('knows the mean skin as a medium one', () => {
    const mean = skinLightness(model, new Float32Array(count));
    expect(mean).toBeGreaterThan(48);
    expect(mean).toBeLessThan(58);
    expect(withLightness(model, new Float32Array(count), mean)[0]).toBeCloseTo(0, 3);
  });

  it('goes as far as the tone goes', () => {
    for (const [lightness, sign] of [
      [-1000, -1],
      [1000, 1],
    ] as const) {
      const [tone] = withLightness(model, new Float32Array(count), lightness);
      expect(Math.abs(tone!)).toBeCloseTo(3, 3);
      const there = skinLightness(model, [tone!]);
      expect(Math.sign(there - skinLightness(model, [0]))).toBe(sign);
    }
  });

  it('leaves a model without albedo as it is', () => {
    expect(withLightness(model, new Float32Array(0), 50)).toHaveLength(0);
  });
});
