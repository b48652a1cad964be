import { describe, expect, it } from 'vitest';
import { likeliestLength } from '../../../src/fit/hair/hair-length.js';
import { hairLengths, type HairLength } from '../../../src/model/hair-file.js';

/** Likelihoods of `hairLengths`: what is left out shares the rest. */
function told(likelihoods: Partial<Record<HairLength, number>>): number[] {
  const said = Object.values(likelihoods).reduce((sum, value) => sum + value, 0);
  const others = hairLengths.length - Object.keys(likelihoods).length;
  return hairLengths.map((length) => likelihoods[length] ?? (1 - said) / others);
}

describe('likeliestLength', () => {
  it('is what the outline says where nothing else is told', () => {
    expect(likeliestLength('medium', undefined)).toBe('medium');
  });

  it('believes a sure parser, and an outline where the parser doubts', () => {
    expect(likeliestLength('long', told({ short: 0.97 }))).toBe('short');
    expect(likeliestLength('short', told({ long: 0.97 }))).toBe('long');
    expect(likeliestLength('long', told({ short: 0.4, long: 0.4 }))).toBe('long');
    expect(likeliestLength('short', told({ short: 0.4, medium: 0.45 }))).toBe('short');
  });

  it('tells by the parser alone what is tied, as outlines do not', () => {
    expect(likeliestLength('short', told({ tied: 0.8 }))).toBe('tied');
    expect(likeliestLength('short', told({ short: 0.8 }))).toBe('short');
  });
});
