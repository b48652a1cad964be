import { describe, expect, it } from 'vitest';
import { joinValues, splitBatch } from '../../src/train/shares.js';

describe('shares of a batch', () => {
  it('cuts along the first axis, copies scalars', () => {
    const batch = {
      images: { dims: [4, 2], data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
      seen: { dims: [2], data: Uint8Array.of(1, 0), type: 'bool' as const },
      weight: { dims: [], data: Float32Array.of(0.5) },
    };
    expect(splitBatch(batch, 2)).toEqual([
      {
        images: { dims: [2, 2], data: Uint8Array.of(1, 2, 3, 4) },
        seen: { dims: [1], data: Uint8Array.of(1), type: 'bool' },
        weight: batch.weight,
      },
      {
        images: { dims: [2, 2], data: Uint8Array.of(5, 6, 7, 8) },
        seen: { dims: [1], data: Uint8Array.of(0), type: 'bool' },
        weight: batch.weight,
      },
    ]);
    expect(() => splitBatch(batch, 4)).toThrow(
      'splitBatch: "seen" [2] cannot be shared equally among 4 workers',
    );
  });

  it('joins what they tell', () => {
    const share = (value: number) => ({
      value,
      extra: {
        loss: { dims: [], data: Float32Array.of(10 * value) },
        found: { dims: [1], data: Int32Array.of(value) },
        points: { dims: [1, 2], data: Float32Array.of(value, -value) },
      },
    });
    expect(joinValues([share(1), share(3)])).toEqual({
      value: 2,
      extra: {
        loss: { dims: [], data: Float32Array.of(20) },
        found: { dims: [2], data: Int32Array.of(1, 3) },
        points: { dims: [2, 2], data: Float32Array.of(1, -1, 3, -3) },
      },
    });
  });
});
