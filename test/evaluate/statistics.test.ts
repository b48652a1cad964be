import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { pairedDifference, summarize } from '../../src/evaluate/statistics.js';

describe('summarize', () => {
  it('knows mean, deviation, median and the ninetieth percentile', () => {
    expect(summarize([4, 1, 3, 2])).toMatchObject({ count: 4, mean: 2.5, median: 2.5, ninetieth: 3.7 });
    expect(summarize([4, 1, 3, 2]).deviation).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(summarize([7])).toMatchObject({ count: 1, mean: 7, deviation: 0 });
  });

  it('averages nothing that is no number', () => {
    expect(() => summarize([])).toThrow(/no values/);
    expect(() => summarize([1, NaN])).toThrow(/value 1 is NaN; count it as a failure/);
  });
});

describe('pairedDifference', () => {
  it('holds the true difference, and narrows with pairs', () => {
    const random = createRandom(1);
    const noisy = (count: number): [number[], number[]] => {
      const first = Array.from({ length: count }, () => random.normal(0, 5));
      return [first, first.map((value) => value + 1 + random.normal(0, 0.5))];
    };
    const few = pairedDifference(...noisy(20), random);
    const many = pairedDifference(...noisy(500), random);
    for (const { low, high, mean } of [few, many]) {
      expect(low).toBeLessThan(1);
      expect(high).toBeGreaterThan(1);
      expect(mean).toBeGreaterThan(low);
      expect(mean).toBeLessThan(high);
    }
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 2);
  });

  it('of a constant difference is that, exactly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: -9, max: 9 }),
        (values, shift) => {
          expect(
            pairedDifference(
              values,
              values.map((value) => value + shift),
              createRandom(2),
              { resamples: 50 },
            ),
          ).toEqual({ count: values.length, mean: shift, low: shift, high: shift });
        },
      ),
    );
    expect(() => pairedDifference([1], [1, 2], createRandom(1))).toThrow(/as many second values/);
  });
});
