import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pullPush } from '../../src/render/pull-push.js';
import { expectClose } from '../math/close.js';

const grid = fc.integer({ min: 0, max: 5 }).chain((power) =>
  fc.record({
    size: fc.constant(2 ** power),
    values: fc.array(fc.float({ min: -4, max: 4, noNaN: true }), {
      minLength: 4 ** power,
      maxLength: 4 ** power,
    }),
    weights: fc.array(fc.constantFrom(0, 0, 0, 0.25, 1), { minLength: 4 ** power, maxLength: 4 ** power }),
  }),
);

describe('pullPush', () => {
  it('continues a constant as the same constant', () => {
    fc.assert(
      fc.property(grid, fc.float({ min: -3, max: 3, noNaN: true }), ({ size, weights }, constant) => {
        fc.pre(weights.some((weight) => weight > 0));
        const filled = Float32Array.from(weights, (weight) => (weight > 0 ? constant : 99));
        pullPush(filled, Float32Array.from(weights), size, 1);
        expectClose(filled, new Float32Array(size * size).fill(constant), 1e-4);
      }),
    );
  });

  it('keeps texels of weight 1 and stays within the range of the data', () => {
    fc.assert(
      fc.property(grid, ({ size, values, weights }) => {
        const known = values.filter((_, i) => weights[i]! > 0);
        fc.pre(known.length > 0);
        const out = Float32Array.from(values, (value, i) => (weights[i]! > 0 ? value : 1e6));
        pullPush(out, Float32Array.from(weights), size, 1);
        const low = Math.min(...known) - 1e-4;
        const high = Math.max(...known) + 1e-4;
        out.forEach((value, i) => {
          if (weights[i] === 1) expect(value).toBe(values[i]);
          expect(value >= low && value <= high).toBe(true);
        });
      }),
    );
  });

  it('treats channels alike and apart', () => {
    const size = 8;
    const weights = Float32Array.from({ length: 64 }, (_, i) => (i % 7 === 0 ? 1 : 0));
    const one = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
    const two = Float32Array.from({ length: 64 }, (_, i) => Math.cos(3 * i));
    const both = Float32Array.from({ length: 128 }, (_, i) => (i % 2 ? two : one)[i >> 1]!);
    pullPush(one, weights, size, 1);
    pullPush(two, weights, size, 1);
    pullPush(both, weights, size, 2);
    expectClose(
      both.filter((_, i) => i % 2 === 0),
      one,
      1e-6,
    );
    expectClose(
      both.filter((_, i) => i % 2 === 1),
      two,
      1e-6,
    );
  });

  it('fills the gap between two borders monotonously and without a jump', () => {
    const size = 32;
    const weights = new Float32Array(size * size);
    const values = new Float32Array(size * size);
    for (let y = 0; y < size; y++) {
      weights[y * size] = weights[y * size + size - 1] = 1;
      values[y * size + size - 1] = 1;
    }
    pullPush(values, weights, size, 1);
    for (let y = 0; y < size; y++) {
      for (let x = 1; x < size; x++) {
        const step = values[y * size + x]! - values[y * size + x - 1]!;
        expect(step).toBeGreaterThan(-1e-6);
        expect(step).toBeLessThan(0.2);
      }
    }
    expect(values[16 * size + 16]).toBeGreaterThan(0.3);
    expect(values[16 * size + 15]).toBeLessThan(0.7);
  });

  it('leaves nothing changed without data', () => {
    const values = new Float32Array(16);
    pullPush(values, new Float32Array(16), 4, 1);
    expect([...values].every((value) => value === 0)).toBe(true);
  });

  it.each([3, 6, 100])('refuses size %i', (size) => {
    expect(() => {
      pullPush(new Float32Array(size * size), new Float32Array(size * size), size, 1);
    }).toThrow(new RangeError(`pullPush: expected a power-of-two size, got ${size}.`));
  });
});
