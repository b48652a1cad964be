import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JointPlaces } from '../../src/avatar/joint-places.js';
import { neckWeights } from '../../src/avatar/neck-weights.js';

const places: JointPlaces = {
  head: [0, -30, -80],
  neck: [0, -135, -100],
  chin: [0, -112, 15],
  leftEye: undefined,
  rightEye: undefined,
  scale: 1,
};
const weightsAt = (x: number, y: number, z: number) =>
  [...neckWeights(Float32Array.of(x, y, z), places)] as [number, number, number];

describe('neckWeights', () => {
  it('gives the face and skull to the head, shoulders to the chest, and the throat to all', () => {
    expect(weightsAt(0, 0, 50)[0]).toBe(1);
    expect(weightsAt(0, 90, -120)[0]).toBe(1);
    expect(weightsAt(0, -105, 20)[0]).toBe(1);
    expect(weightsAt(150, -210, -80)[2]).toBeCloseTo(1, 5);
    const [head, neck] = weightsAt(0, -105, -50);
    expect(head).toBeGreaterThan(0);
    expect(head).toBeLessThan(1);
    expect(neck).toBeGreaterThan(0);
  });

  it('sums to 1, and follows the head less the further down', () => {
    const side = fc.double({ min: -250, max: 250, noNaN: true });
    fc.assert(
      fc.property(side, side, side, fc.double({ min: 0, max: 100, noNaN: true }), (x, y, z, down) => {
        const upper = weightsAt(x, y, z);
        const lower = weightsAt(x, y - down, z);
        const sum = upper[0] + upper[1] + upper[2];
        return Math.abs(sum - 1) < 1e-5 && lower[0] <= upper[0] + 1e-6 && lower[2] >= upper[2] - 1e-6;
      }),
    );
  });
});
