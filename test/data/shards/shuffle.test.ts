import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/data/random.js';
import { shuffled } from '../../../src/data/shards/shuffle.js';

async function* count(to: number): AsyncGenerator<number> {
  for (let k = 0; k < to; k++) yield await Promise.resolve(k);
}

async function order(length: number, buffer: number, seed: number): Promise<number[]> {
  const out: number[] = [];
  for await (const item of shuffled(count(length), buffer, createRandom(seed))) out.push(item);
  return out;
}

describe('shuffled', () => {
  it('keeps every item once, in an order that the seed decides', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.nat(20), fc.integer(), async (length, buffer, seed) => {
        const once = await order(length, buffer, seed);
        expect([...once].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, k) => k));
        expect(await order(length, buffer, seed)).toEqual(once);
      }),
    );
  });

  it('leaves the order without a buffer and never brings an item forward by more than the buffer', async () => {
    expect(await order(50, 0, 1)).toEqual(Array.from({ length: 50 }, (_, k) => k));
    const out = await order(500, 20, 1);
    out.forEach((item, position) => {
      expect(item - position).toBeLessThanOrEqual(20);
    });
    expect(out).not.toEqual([...out].sort((a, b) => a - b));
  });

  it('makes all orders equally likely when the buffer holds everything', async () => {
    const runs = 6000;
    const found = new Map<string, number>();
    for (let seed = 0; seed < runs; seed++) {
      const key = (await order(4, 4, seed)).join('');
      found.set(key, (found.get(key) ?? 0) + 1);
    }
    expect(found.size).toBe(24);
    const expected = runs / 24;
    const chi2 = [...found.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 23 degrees of freedom: 49.7 is exceeded once in a thousand.
    expect(chi2).toBeLessThan(49.7);
  });

  it('refuses a buffer that is no count', async () => {
    await expect(order(3, -1, 0)).rejects.toThrow(/buffer size of at least 0, received -1/);
  });
});
