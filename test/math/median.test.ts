import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, ranked } from '../../src/math/median.js';

describe('median', () => {
  it('is the middle value, of two the greater', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(3);
  });
});

describe('ranked', () => {
  it('is what stands there after sorting, and leaves what lies beyond', () => {
    const values = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.nat(), (some, nth) => {
        const place = nth % some.length;
        const room = Float32Array.from([...some, 7, -7]);
        const sorted = Float32Array.from(some).sort();
        // Zeros of either sign are alike.
        expect(ranked(room, some.length, place) + 0).toBe(sorted[place]! + 0);
        expect([...room.subarray(some.length)]).toEqual([7, -7]);
        expect([...room.subarray(0, some.length)].sort()).toEqual([...Float32Array.from(some)].sort());
      }),
    );
  });
});
