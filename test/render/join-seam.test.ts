import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinSeam } from '../../src/render/join-seam.js';

const size = 16;
const at = (x: number, y: number): number => y * size + x;

describe('joinSeam', () => {
  it('makes both sides one at the borders and leaves the middle and the lower border alone', () => {
    const texture = Float32Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? 0 : 1));
    const before = texture.slice();
    joinSeam(texture, size, 1, 0.25);
    for (let y = 0; y < size; y++) {
      expect(texture[at(0, y)]).toBe(0.5);
      expect(texture[at(size - 1, y)]).toBe(0.5);
    }
    for (let x = 0; x < size; x++) expect(texture[at(x, 0)]).toBe(0.5);
    for (let y = 5; y < size; y++)
      for (let x = 5; x < 11; x++) expect(texture[at(x, y)]).toBe(before[at(x, y)]);
  });

  it('keeps what is its own mirror image, and the sum of each pair', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 256, maxLength: 256 }),
        fc.double({ min: 0.05, max: 0.5, noNaN: true }),
        (values, band) => {
          const texture = Float32Array.from(values);
          joinSeam(texture, size, 1, band);
          for (let y = 0; y < size; y++)
            for (let x = 0; x < size / 2; x++) {
              const sum = values[at(x, y)]! + values[at(size - 1 - x, y)]!;
              expect(texture[at(x, y)]! + texture[at(size - 1 - x, y)]!).toBeCloseTo(sum, 4);
            }
          const even = texture.map((value, i) => value + texture[i - (i % size) + size - 1 - (i % size)]!);
          const joined = even.slice();
          joinSeam(joined, size, 1, band);
          expect(joined).toEqual(even);
        },
      ),
      { numRuns: 50 },
    );
  });
});
