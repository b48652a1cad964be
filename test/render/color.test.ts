import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteOfLinear,
  decodeSrgb,
  encodeSrgb,
  linearOfByte,
  linearToSrgb,
  srgbToLinear,
} from '../../src/render/color.js';

describe('color', () => {
  it('has the values of the standard', () => {
    expect(srgbToLinear(0.5)).toBeCloseTo(0.214041, 6);
    expect(linearToSrgb(0.5)).toBeCloseTo(0.735357, 6);
    expect(linearOfByte[255]).toBe(1);
    expect(linearOfByte[10]).toBeCloseTo(10 / 255 / 12.92, 8);
  });

  it('encodes by table as exactly as by formula', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.02, noNaN: true })),
        (x) => {
          const exact = linearToSrgb(x) * 255;
          // Rounding may go either way within rounding error of a half.
          expect(Math.abs(byteOfLinear(x) - exact)).toBeLessThanOrEqual(0.5 + 1e-9);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('clamps what is out of range', () => {
    expect([-1, NaN, 0, 1, 2, Infinity].map(byteOfLinear)).toEqual([0, 0, 0, 255, 255, 255]);
  });

  it('brings every byte back', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const linear = new Float32Array(256);
    const back = new Uint8Array(256);
    decodeSrgb(bytes, linear);
    encodeSrgb(linear, back);
    expect(back).toEqual(bytes);
  });
});
