import { describe, expect, it } from 'vitest';
import { toldHair } from '../../../src/fit/hair/told-hair.js';

const even = (count: number): Float32Array => new Float32Array(count).fill(1 / count);
const parsed = {
  lengths: Float32Array.of(0, 0, 0.5, 0.1, 0.1, 0.3),
  curls: even(5),
  tones: even(9),
};
const silent = { lengths: new Float32Array(6), curls: new Float32Array(5), tones: new Float32Array(9) };

describe('toldHair', () => {
  it('is what the parser says where no face tells', () => {
    expect(toldHair(parsed, undefined)).toBe(parsed);
  });

  it('keeps the order of what is likely where the face tells nothing, and is less sure', () => {
    const { lengths, curls } = toldHair(parsed, silent);
    expect(lengths.indexOf(Math.max(...lengths))).toBe(2);
    expect(lengths[2]).toBeLessThan(0.5);
    expect(lengths[5]! / lengths[2]!).toBeCloseTo((0.3 / 0.5) ** 0.8, 4);
    curls.forEach((value) => {
      expect(value).toBeCloseTo(0.2, 5);
    });
  });

  it('leaves a hidden face out', () => {
    const hidden = toldHair(parsed, { ...silent, lengths: Float32Array.of(0, 0, -5, 0, 20, -5) }, 0);
    expect(hidden).toEqual(toldHair(parsed, silent));
  });

  it('believes a face that is sure, even against the parser, and sums to one', () => {
    const { lengths } = toldHair(parsed, { ...silent, lengths: Float32Array.of(0, 0, -5, 0, 20, -5) });
    expect(lengths.indexOf(Math.max(...lengths))).toBe(4);
    expect(lengths.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
  });
});
