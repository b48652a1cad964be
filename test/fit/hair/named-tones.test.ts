import { describe, expect, it } from 'vitest';
import { namedTone } from '../../../src/fit/hair/named-tones.js';
import { hairTones, type HairTone } from '../../../src/model/hair-file.js';

const sureOf = (tone: HairTone): Float32Array =>
  Float32Array.from(hairTones, (name) => (name === tone ? 1 : 0));
const glossy = [0.09, 0.09, 0.09] as const;

describe('namedTone', () => {
  it('draws a measured colour to its name, most of the way and not beyond', () => {
    const black = namedTone(glossy, sureOf('black'));
    for (const value of black) {
      expect(value).toBeLessThan(0.05);
      expect(value).toBeGreaterThan(0.015);
    }
    const white = namedTone(glossy, sureOf('white'));
    for (const value of white) expect(value).toBeGreaterThan(0.2);
  });

  it('leaves dyed hair as it was measured', () => {
    const green = [0.05, 0.3, 0.1] as const;
    namedTone(green, sureOf('dyed')).forEach((value, k) => {
      expect(value).toBeCloseTo(green[k]!, 6);
    });
  });

  it('lies between the names where the parser doubts', () => {
    const told = hairTones.map((name) => (name === 'brown' || name === 'black' ? 0.5 : 0));
    const [between] = namedTone(glossy, told);
    expect(between).toBeGreaterThan(namedTone(glossy, sureOf('black'))[0]);
    expect(between).toBeLessThan(namedTone(glossy, sureOf('brown'))[0]);
  });
});
