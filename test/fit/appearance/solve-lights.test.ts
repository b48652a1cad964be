import { describe, expect, it } from 'vitest';
import { lightPrior, solveAllLights, TYPICAL_LIGHT } from '../../../src/fit/appearance/solve-lights.js';
import {
  addDirectionalLight,
  constantLight,
  sphericalHarmonics,
} from '../../../src/math/spherical-harmonics.js';

/** White skin that faces these ways, and its colours in a light. */
function samplesOf(normals: readonly (readonly [number, number, number])[], light: Float32Array) {
  const basis = new Float32Array(9 * normals.length);
  const colors = new Float32Array(3 * normals.length);
  normals.forEach(([x, y, z], i) => {
    const row = sphericalHarmonics(x, y, z, new Float32Array(9));
    basis.set(row, 9 * i);
    for (let c = 0; c < 3; c++)
      colors[3 * i + c] = row.reduce((sum, value, k) => sum + value * light[9 * c + k]!, 0);
  });
  return {
    vertices: Int32Array.from(normals.keys()),
    colors,
    normals: Float32Array.from(normals.flat()),
    basis,
    weights: new Float32Array(normals.length).fill(1),
  };
}

function solved(
  normals: readonly (readonly [number, number, number])[],
  light: Float32Array,
  guess?: ArrayLike<number>,
): Float32Array {
  const samples = samplesOf(normals, light);
  const ones = new Float32Array(normals.length).fill(1);
  const found = new Float32Array(27);
  solveAllLights(samples, new Float32Array(3 * normals.length).fill(1), ones, 0.02, lightPrior(guess), found);
  return found;
}

const lamp = addDirectionalLight(constantLight(0.3), [1, 0.5, 1], [0.5, 0.5, 0.5]);

describe('solveAllLights', () => {
  it('finds a light that is seen from all sides', () => {
    const all = Array.from({ length: 4000 }, (_, i): [number, number, number] => {
      const y = 1 - (2 * (i + 0.5)) / 4000;
      const radius = Math.sqrt(1 - y * y);
      return [radius * Math.cos(2.4 * i), y, radius * Math.sin(2.4 * i)];
    });
    solved(all, lamp).forEach((value, k) => {
      expect(Math.abs(value - lamp[k]!)).toBeLessThan(0.02);
    });
  });

  it('is what is expected where nothing is seen, however bright that is', () => {
    const dim = lamp.map((value) => 0.2 * value);
    const found = solved([], lamp, dim);
    const ambient = constantLight(TYPICAL_LIGHT)[0]!;
    found.forEach((value, k) => {
      expect(value).toBeCloseTo((ambient * lamp[k]!) / lamp[0]!, 4);
    });
  });

  it('is of one hue where little of a coloured light is seen', () => {
    const orange = lamp.map((value, i) => value * [1.2, 0.8, 0.45][Math.floor(i / 9)]!);
    const few = Array.from({ length: 300 }, (_, i): [number, number, number] => {
      const [x, y] = [0.002 * (i % 20), 0.6 + 0.01 * Math.floor(i / 20)];
      return [x, y, Math.sqrt(1 - x * x - y * y)];
    });
    const found = solved(few, orange);
    const shade = samplesOf(
      [
        [0, 0.7, 0.7],
        [0.7, 0, 0.7],
        [-0.7, 0, 0.7],
        [0, -0.5, 0.87],
      ],
      found,
    ).colors;
    const hue = (i: number): number => Math.log(shade[3 * i]! / shade[3 * i + 2]!);
    for (const i of [1, 2, 3]) expect(Math.abs(hue(i) - hue(0))).toBeLessThan(0.1);
  });
});
