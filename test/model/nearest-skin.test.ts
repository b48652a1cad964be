import { describe, expect, it } from 'vitest';
import { NearestSkin } from '../../src/model/nearest-skin.js';
import { expectClose } from '../math/close.js';

describe('NearestSkin', () => {
  // A square of 40 mm in the plane z = 0, which looks along +z.
  const positions = Float32Array.of(0, 0, 0, 40, 0, 0, 40, 40, 0, 0, 40, 0);
  const normals = Float32Array.of(0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1);
  const skin = new NearestSkin(positions, normals, Uint32Array.of(0, 1, 2, 0, 2, 3));

  it('tells how far a point is above or below, and the place', () => {
    const above = skin.near(5, 4, 6, 30)!;
    expect(above.height).toBeCloseTo(6);
    expectClose(above.point, [5, 4, 0], 1e-6);
    expectClose(above.normal, [0, 0, 1], 1e-6);
    expect(skin.near(5, 4, -3, 30)!.height).toBeCloseTo(-3);
  });

  it('takes edges and corners beside the surface', () => {
    expectClose(skin.near(-3, 10, 4, 30)!.point, [0, 10, 0], 1e-6);
    expectClose(skin.near(44, -3, 0, 30)!.point, [40, 0, 0], 1e-6);
  });

  it('is none out of reach', () => {
    expect(skin.near(20, 20, 200, 30)).toBeUndefined();
  });
});
