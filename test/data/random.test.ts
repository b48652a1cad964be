import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';

const many = 200_000;
const draws = (draw: () => number): number[] => Array.from({ length: many }, draw);

/** Mean, variance, and standardised third and fourth moments. */
function moments(values: ArrayLike<number>): {
  mean: number;
  variance: number;
  skewness: number;
  kurtosis: number;
} {
  const n = values.length;
  const all = Array.from(values);
  const mean = all.reduce((sum, x) => sum + x, 0) / n;
  const central = (power: number): number => all.reduce((sum, x) => sum + (x - mean) ** power, 0) / n;
  const variance = central(2);
  return { mean, variance, skewness: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 };
}

describe('Random', () => {
  it('gives known numbers', () => {
    const random = createRandom(1);
    expect([random.uint32(), random.uint32(), random.integer(0, 99), random.fork('noise').uint32()]).toEqual([
      3721074169, 1721611308, 57, 3617372077,
    ]);
    expect(createRandom('a text').uint32()).toBe(2477137667);
  });

  it('gives the same numbers for the same seed and others for other seeds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (one, other) => {
        const first = (seed: number): number[] => {
          const random = createRandom(seed);
          return [random.uint32(), random.uint32(), random.normal()];
        };
        expect(first(one)).toEqual(first(one));
        if (one !== other) expect(first(one)).not.toEqual(first(other));
      }),
    );
    expect(createRandom(7).uint32()).toBe(createRandom('7').uint32());
  });

  it('forks independently of what was drawn', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(20), (name, drawn) => {
        const random = createRandom(1);
        const fresh = random.fork(name).uint32();
        for (let k = 0; k < drawn; k++) random.normal();
        expect(random.fork(name).uint32()).toBe(fresh);
      }),
    );
    const random = createRandom(1);
    const values = new Set(Array.from({ length: 10_000 }, (_, k) => random.fork(k).uint32()));
    // Two of 10,000 32-bit numbers meet by chance in one case of 86.
    expect(values.size).toBeGreaterThanOrEqual(9_999);
    expect(random.fork('a').fork('b').uint32()).not.toBe(random.fork('b').fork('a').uint32());
  });

  it('has uncorrelated neighbouring forks', () => {
    const one = draws(
      (
        (random) => () =>
          random.normal()
      )(createRandom(1).fork(1)),
    );
    const other = draws(
      (
        (random) => () =>
          random.normal()
      )(createRandom(1).fork(2)),
    );
    const correlation = one.reduce((sum, x, i) => sum + x * other[i]!, 0) / many;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(many));
  });

  it('draws uniform numbers', () => {
    const random = createRandom(2);
    const values = draws(() => random.uniform(-1, 3));
    const { mean, variance, kurtosis } = moments(values);
    expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(16 / 12 / many));
    expect(variance).toBeCloseTo(16 / 12, 1);
    expect(kurtosis).toBeCloseTo(1.8, 1);
    for (const value of values) if (!(value >= -1 && value < 3)) throw new Error(`${value} is out of range`);
  });

  it('draws normal numbers, far out too', () => {
    const random = createRandom(3);
    const values = draws(() => random.normal());
    const { mean, variance, skewness, kurtosis } = moments(values);
    // Four standard errors of each.
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(many));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / many));
    expect(Math.abs(skewness)).toBeLessThan(4 * Math.sqrt(6 / many));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24 / many));
    // Shares beyond 1, 2, 3 and 3.7 deviations (the ziggurat's tail begins at 3.654).
    for (const [limit, share] of [
      [1, 0.317311],
      [2, 0.0455],
      [3, 0.0026998],
      [3.7, 0.0002156],
    ] as const) {
      const beyond = values.filter((x) => Math.abs(x) > limit).length / many;
      expect(Math.abs(beyond - share), `beyond ${limit}`).toBeLessThan(4 * Math.sqrt(share / many));
    }
    expect(moments(draws(() => random.normal(5, 2))).mean).toBeCloseTo(5, 1);
  });

  it('fills arrays with the numbers that it would give one by one', () => {
    const filled = new Float32Array(1000);
    const single = createRandom(4);
    createRandom(4).fillNormal(filled);
    expect(filled).toEqual(Float32Array.from(filled, () => single.normal()));
    createRandom(4).fillUniform(filled);
    expect(moments(filled).mean).toBeCloseTo(0.5, 1);
    expect(Math.min(...filled)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...filled)).toBeLessThan(1);
  });

  it.each([0, 0.1, 3, 20, 50, 51, 300])('draws Poisson counts of mean %d', (expected) => {
    const random = createRandom(`poisson ${expected}`);
    const values = draws(() => random.poisson(expected));
    const { mean, variance, skewness } = moments(values);
    expect(values.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    expect(Math.abs(mean - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected / many));
    // The variance of a variance of Poisson numbers is (λ + 2λ²)/n. Above 50, rounding adds 1/12.
    expect(Math.abs(variance - expected)).toBeLessThanOrEqual(
      4 * Math.sqrt((expected + 2 * expected ** 2) / many) + (expected > 50 ? 0.15 : 0),
    );
    if (expected > 0) expect(Math.abs(skewness - 1 / Math.sqrt(expected))).toBeLessThan(0.1);
  });

  it('has the chances of the Poisson distribution', () => {
    const random = createRandom(5);
    const values = draws(() => random.poisson(2));
    [0.1353, 0.2707, 0.2707, 0.1804, 0.0902].forEach((chance, count) => {
      expect(Math.abs(values.filter((value) => value === count).length / many - chance)).toBeLessThan(
        4 * Math.sqrt(chance / many),
      );
    });
  });

  it('draws whole numbers, items and orders evenly', () => {
    const random = createRandom(6);
    const counts = new Map<number, number>();
    for (let k = 0; k < 60_000; k++) {
      const value = random.integer(-2, 3);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
    for (const n of counts.values()) expect(Math.abs(n - 10_000)).toBeLessThan(4 * Math.sqrt(10_000));
    const orders = new Map<string, number>();
    for (let k = 0; k < 60_000; k++) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const n of orders.values()) expect(Math.abs(n - 10_000)).toBeLessThan(4 * Math.sqrt(10_000));
    expect(random.choice(['only'])).toBe('only');
  });

  it('refuses what has no answer', () => {
    const random = createRandom(0);
    expect(() => createRandom(NaN)).toThrow(/finite seed/);
    expect(() => random.integer(3, 2)).toThrow(/low ≤ high/);
    expect(() => random.integer(0, 2 ** 33)).toThrow(RangeError);
    expect(() => random.choice([])).toThrow(/at least one item/);
    expect(() => random.poisson(-1)).toThrow(/received -1/);
  });
});
