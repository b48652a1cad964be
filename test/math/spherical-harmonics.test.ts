import { describe, expect, it } from 'vitest';
import {
  addDirectionalLight,
  constantLight,
  frontalIrradiance,
  irradiance,
  sphericalHarmonics,
} from '../../src/math/spherical-harmonics.js';
import { expectClose } from './close.js';

/** Points spread evenly over the sphere (Fibonacci lattice), each standing for an equal area. */
function sphere(count: number): Float64Array {
  const points = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    const z = 1 - (2 * i + 1) / count;
    const r = Math.sqrt(1 - z * z);
    const angle = i * Math.PI * (3 - Math.sqrt(5));
    points.set([r * Math.cos(angle), r * Math.sin(angle), z], 3 * i);
  }
  return points;
}

describe('spherical harmonics', () => {
  it('are orthonormal over the sphere', () => {
    const count = 20_000;
    const points = sphere(count);
    const basis = new Float64Array(9);
    const gram = new Float64Array(81);
    for (let i = 0; i < count; i++) {
      sphericalHarmonics(points[3 * i]!, points[3 * i + 1]!, points[3 * i + 2]!, basis);
      for (let a = 0; a < 9; a++)
        for (let b = 0; b < 9; b++) gram[9 * a + b]! += basis[a]! * basis[b]! * ((4 * Math.PI) / count);
    }
    expectClose(
      gram,
      Float64Array.from({ length: 81 }, (_, k) => (k % 10 === 0 ? 1 : 0)),
      1e-4,
    );
  });

  it('come in the order of the conventions', () => {
    const signs = Array.from(sphericalHarmonics(0.36, 0.48, 0.8, new Float64Array(9)));
    const expected = [
      0.282095,
      0.488603 * 0.48,
      0.488603 * 0.8,
      0.488603 * 0.36,
      1.092548 * 0.36 * 0.48,
      1.092548 * 0.48 * 0.8,
      0.315392 * (3 * 0.64 - 1),
      1.092548 * 0.36 * 0.8,
      0.546274 * (0.36 ** 2 - 0.48 ** 2),
    ];
    expectClose(signs, expected, 1e-6);
  });

  it('evaluate light as the sum of coefficient times basis', () => {
    const light = Float64Array.from({ length: 27 }, (_, k) => Math.sin(k + 1));
    const normals = sphere(50);
    const out = irradiance(normals, light, new Float64Array(150));
    const basis = new Float64Array(9);
    for (let i = 0; i < 50; i++) {
      sphericalHarmonics(normals[3 * i]!, normals[3 * i + 1]!, normals[3 * i + 2]!, basis);
      for (let c = 0; c < 3; c++) {
        const sum = basis.reduce((total, value, k) => total + value * light[9 * c + k]!, 0);
        expect(out[3 * i + c]).toBeCloseTo(sum, 12);
      }
    }
  });

  it('show albedo under constant light', () => {
    expectClose(
      irradiance([0, 0.6, 0.8], constantLight(1, 0.5, 0.25), new Float64Array(3)),
      [1, 0.5, 0.25],
      1e-6,
    );
  });

  it('falls on what faces the camera as on any other normal', () => {
    expectClose(frontalIrradiance(constantLight(1, 0.5, 0.25)), [1, 0.5, 0.25], 1e-6);
    const light = Float64Array.from({ length: 27 }, (_, k) => ((7 * k) % 11) / 11);
    expectClose(frontalIrradiance(light), irradiance([0, 0, 1], light, new Float64Array(3)));
  });

  it('approximate a clamped cosine for a lamp', () => {
    const light = addDirectionalLight(new Float32Array(27), [0, 0, 5], [1, 1, 1]);
    const points = sphere(2000);
    const out = irradiance(points, light, new Float64Array(6000));
    for (let i = 0; i < 2000; i++)
      expect(Math.abs(out[3 * i]! - Math.max(0, points[3 * i + 2]!))).toBeLessThan(0.1);
    // Facing the lamp: 1/4 + 1/2 + 5/16; opposite: 1/4 − 1/2 + 5/16.
    expectClose(
      irradiance([0, 0, 1, 0, 0, -1], light, new Float64Array(6)),
      [1.0625, 1.0625, 1.0625, 0.0625, 0.0625, 0.0625],
      1e-6,
    );
  });
});
