import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restPose } from '../../../../src/data/occlusion/hand/pose.js';
import {
  fingerClearance,
  flatReach,
  wrappedFinger,
  wrappedFingers,
} from '../../../../src/data/occlusion/hand/wrap.js';
import { loadHand } from '../../../../src/node/files/assets.js';

const hand = await loadHand();
/** As far as fingers can close around a thing. */
const closing = { least: [-25, -5, -8], most: [90, 105, 70] } as const;

describe('wrappedFinger', () => {
  it('lays fingers on a ball below the palm, neither within nor far off', () => {
    fc.assert(
      fc.property(fc.integer({ min: 45, max: 200 }), fc.integer({ min: 1, max: 4 }), (radius, f) => {
        const gap = (x: number, y: number, z: number) => Math.hypot(x, y - 60, z + radius + 14) - radius;
        const clearance = fingerClearance(
          hand,
          f,
          wrappedFinger(hand, f, restPose.fingers[f]!, gap, closing),
          gap,
        );
        return clearance > -3 && clearance < 3;
      }),
      { seed: 3 },
    );
  });

  it('bends more around a smaller ball', () => {
    const total = (radius: number) =>
      wrappedFinger(
        hand,
        2,
        restPose.fingers[2]!,
        (x, y, z) => Math.hypot(x, y - 60, z + radius + 14) - radius,
        closing,
      ).bend.reduce((sum, angle) => sum + angle, 0);
    expect(total(70)).toBeGreaterThan(total(140) + 10);
  });

  it('lets fingers hang a little where there is nothing', () => {
    for (const { bend } of wrappedFingers(hand, restPose.fingers, () => 1000, flatReach).slice(1))
      expect(bend).toEqual([9, 9, 9]);
  });
});
