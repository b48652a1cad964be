import { describe, expect, it } from 'vitest';
import { constantLight } from '../../src/math/spherical-harmonics.js';
import { interpolate } from '../../src/render/interpolate.js';
import { vertexNormals, weldByPosition } from '../../src/render/normals.js';
import { createRasterTarget, rasterize } from '../../src/render/rasterize.js';
import { shade } from '../../src/render/shade.js';
import { expectClose } from '../math/close.js';
import { sphereMesh } from './meshes.js';

describe('vertexNormals', () => {
  it('point outwards on a sphere, across its seam and at its poles', () => {
    const { positions, triangles } = sphereMesh(40, 40, 10, [0, 0, 0]);
    const welded = Float32Array.from(positions, (x) => Math.round(x * 1e4) / 1e4);
    const normals = vertexNormals(
      positions,
      triangles,
      new Float32Array(positions.length),
      weldByPosition(welded),
    );
    for (let i = 0; i < positions.length; i++)
      expect(Math.abs(normals[i]! - positions[i]! / 10)).toBeLessThan(0.02);
  });

  it('weigh triangles by area and give zero to lonely vertices', () => {
    const positions = Float32Array.of(0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 1, 9, 9, 9);
    const normals = vertexNormals(positions, Uint32Array.of(0, 1, 2, 0, 2, 3), new Float32Array(15));
    // Areas 4.5 along +z and 1.5 along +x.
    expectClose(normals.subarray(0, 3), [1 / Math.sqrt(10), 0, 3 / Math.sqrt(10)], 1e-6);
    expectClose(normals.subarray(12), [0, 0, 0]);
  });
});

describe('interpolate', () => {
  it('spreads attributes in perspective and leaves other pixels alone', () => {
    const size = 32;
    const camera = { focal: 32, cx: 16, cy: 16 };
    const target = createRasterTarget(size, size);
    const positions = Float32Array.of(-40, -20, -60, 90, -30, -150, 0, 80, -120);
    rasterize(target, positions, Uint32Array.of(0, 1, 2), camera, { idOffset: 5 });
    // Camera-space positions as attributes must come back on each pixel's viewing ray, at its depth.
    const out = interpolate(
      target,
      positions,
      Uint32Array.of(0, 1, 2),
      3,
      new Float32Array(3 * size * size).fill(7),
      5,
    );
    for (let i = 0; i < size * size; i++) {
      if (target.triangle[i]! < 0) {
        expect(out[3 * i]).toBe(7);
        continue;
      }
      const depth = target.depth[i]!;
      expect(Math.abs(out[3 * i]! - (((i % size) + 0.5 - 16) * depth) / 32)).toBeLessThan(0.05);
      expect(Math.abs(out[3 * i + 2]! + depth)).toBeLessThan(0.01);
    }
    expect(() => interpolate(target, positions, Uint32Array.of(0, 1, 2), 3, new Float32Array(3))).toThrow(
      /room for 1024×3/,
    );
  });
});

describe('shade', () => {
  it('shows albedo times irradiance and no negative light', () => {
    const albedo = Float32Array.of(0.5, 0.25, 1, 0.5, 0.25, 1);
    const normals = Float32Array.of(0, 0, 1, 0, 1, 0);
    expectClose(
      shade(albedo, normals, constantLight(2, 1, 0.5), new Float32Array(6)),
      [1, 0.25, 0.5, 1, 0.25, 0.5],
      1e-5,
    );
    const upwards = new Float32Array(27).map((_, k) => (k % 9 === 1 ? -1 : 0));
    expectClose(shade(albedo, normals, upwards, new Float32Array(6)), [0, 0, 0, 0, 0, 0], 1e-6);
  });
});
