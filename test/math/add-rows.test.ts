import { describe, expect, it } from 'vitest';
import { addRows } from '../../src/math/add-rows.js';

describe('addRows', () => {
  it.each([
    [[], [1, 1]],
    [[2], [3, 5]],
    [
      [2, 0, 1],
      [8, 11],
    ],
    [
      [1, 1, 1],
      [10, 13],
    ],
  ])('adds rows times weights %j', (weights, expected) => {
    const out = Float32Array.of(1, 1);
    addRows(out, Float32Array.of(1, 2, 3, 4, 5, 6), weights);
    expect([...out]).toEqual(expected);
  });
});
