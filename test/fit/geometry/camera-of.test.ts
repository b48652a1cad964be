import { describe, expect, it } from 'vitest';
import { cameraOf } from '../../../src/fit/geometry/camera-of.js';

describe('cameraOf', () => {
  it('gives a 50-mm lens on film its focal length in pixels', () => {
    // 36×24 mm at 100 pixels per mm.
    const { focal, cx, cy } = cameraOf({ width: 3600, height: 2400 }, 500, 50);
    expect(focal / 5000).toBeCloseTo(1, 3);
    expect([cx, cy]).toEqual([1800, 1200]);
  });

  it('keeps the diagonal angle of view for other shapes, upright or not', () => {
    const wide = cameraOf({ width: 4000, height: 3000 }, 500, 28).focal;
    expect(cameraOf({ width: 3000, height: 4000 }, 500, 28).focal).toBe(wide);
    const film = Math.hypot(36, 24) / 28;
    const photo = 5000 / wide;
    expect(photo).toBeCloseTo(film, 3);
  });

  it('believes metadata over the size of the face', () => {
    expect(cameraOf({ width: 300, height: 300 }, 290, 35).focal).toBe(
      cameraOf({ width: 300, height: 300 }, 20, 35).focal,
    );
  });

  it.each([NaN, 1, 4.9, 2001, 65_535, -50, Infinity])('refuses a focal length of %s mm', (focal35mm) => {
    expect(() => cameraOf({ width: 300, height: 300 }, 290, focal35mm)).toThrow(
      /^focal35mm: expected 5…2000 mm/,
    );
  });

  it('assumes 1.2 long sides without metadata, and more where the face fills the photo', () => {
    expect(cameraOf({ width: 1000, height: 800 }, 100).focal).toBe(1200);
    expect(cameraOf({ width: 1000, height: 800 }, 300).focal).toBe(1200);
    expect(cameraOf({ width: 1000, height: 800 }, 600).focal).toBe(2400);
    expect(cameraOf({ width: 1000, height: 800 }, 100, 0).focal).toBe(1200);
  });
});
