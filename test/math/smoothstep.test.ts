import { describe, expect, it } from 'vitest';
import { smoothstep } from '../../src/math/smoothstep.js';

describe('smoothstep', () => {
  it('is 0 before, 1 beyond and one half in the middle, in either direction', () => {
    expect([1, 2, 3, 4, 5].map((value) => smoothstep(2, 4, value))).toEqual([0, 0, 0.5, 1, 1]);
    expect([1, 2, 3, 4, 5].map((value) => smoothstep(4, 2, value))).toEqual([1, 1, 0.5, 0, 0]);
  });
});
