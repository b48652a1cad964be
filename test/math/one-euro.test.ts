import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { OneEuroFilter } from '../../src/math/one-euro.js';

describe('OneEuroFilter', () => {
  it('takes noise off a signal at rest', () => {
    const filter = new OneEuroFilter({ restCutoff: 1, speedGain: 0 });
    const random = createRandom(1);
    const noise = new Float32Array(600);
    random.fillNormal(noise);
    const kept = Array.from(noise, (value, k) => filter.next([5 + 0.1 * value], k / 30)[0]!).slice(100);
    const deviation = Math.sqrt(kept.reduce((sum, value) => sum + (value - 5) ** 2, 0) / kept.length);
    // A first-order low-pass of share a leaves √(a / (2 − a)) of white noise; a = 0.173 at 1 Hz and 30
    // pictures a second.
    expect(deviation).toBeGreaterThan(0.02);
    expect(deviation).toBeLessThan(0.042);
  });

  it('lags less in motion with a gain on speed', () => {
    const lagOf = (speedGain: number): number => {
      const filter = new OneEuroFilter({ restCutoff: 1, speedGain });
      let lag = 0;
      for (let k = 0; k < 60; k++) lag = k / 3 - filter.next([k / 3], k / 30)[0]!;
      return lag;
    };
    expect(lagOf(1)).toBeLessThan(lagOf(0) / 3);
  });

  it('begins anew when time does not go on or the signal changes size', () => {
    const filter = new OneEuroFilter({ restCutoff: 1, speedGain: 0 });
    filter.next([0], 1);
    expect([...filter.next([7], 1)]).toEqual([7]);
    expect([...filter.next([1, 2], 2)]).toEqual([1, 2]);
  });
});
