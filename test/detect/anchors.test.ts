import { describe, expect, it } from 'vitest';
import { anchorCentres } from '../../src/detect/anchors.js';

describe('anchorCentres', () => {
  it('gives the 896 anchors of a 256 × 256 input: 2 per cell of 16, then 6 per cell of 32', () => {
    const centres = anchorCentres(256, 256);
    expect(centres.length).toBe(2 * 896);
    expect([...centres.slice(0, 6)]).toEqual([8, 8, 8, 8, 24, 8]);
    expect([...centres.slice(2 * 512, 2 * 512 + 2)]).toEqual([16, 16]);
    expect([...centres.slice(-2)]).toEqual([240, 240]);
  });

  it('runs along rows first', () => {
    const centres = anchorCentres(64, 32);
    expect(centres.length / 2).toBe(2 * 4 * 2 + 6 * 2);
    expect([...centres.slice(16, 18)]).toEqual([8, 24]);
  });

  it('refuses sides that are no multiples of 32', () => {
    expect(() => anchorCentres(250, 256)).toThrow(/multiples of 32, received 250×256/);
  });
});
