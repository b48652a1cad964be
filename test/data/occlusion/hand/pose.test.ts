import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerLine,
  posedPositions,
  restPose,
  straightArm,
  type FingerPose,
} from '../../../../src/data/occlusion/hand/pose.js';
import { forearmTowards } from '../../../../src/data/occlusion/hand/forearm.js';
import { loadHand } from '../../../../src/node/files/assets.js';

const hand = await loadHand();
const bent = (finger: number, pose: FingerPose) => ({
  ...restPose,
  fingers: restPose.fingers.map((rest, f) => (f === finger ? pose : rest)),
});
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);
const angle = fc.integer({ min: -30, max: 100 });
const finger = fc.record({ bend: fc.tuple(angle, angle, angle), spread: fc.integer({ min: -25, max: 25 }) });

describe('posedPositions', () => {
  it('leaves the hand as it is at rest', () => {
    expect(posedPositions(hand, restPose)).toEqual(hand.positions);
  });

  it("turns a finger's end as a whole and nothing of the others", () => {
    const moved = posedPositions(hand, bent(2, { bend: [90, 0, 0], spread: 0 }));
    const [knuckle, , , tip] = fingerLine(hand, 2, { bend: [90, 0, 0], spread: 0 });
    // Bent by a right angle the finger points out of the palm.
    expect(tip![2] - knuckle![2]).toBeLessThan(-75);
    for (let v = 0; v < hand.forearmShares.length; v++) {
      if (hand.fingerShares[5 * v + 2] === 0)
        expect(moved.subarray(3 * v, 3 * v + 3)).toEqual(hand.positions.subarray(3 * v, 3 * v + 3));
    }
  });

  it('keeps vertices at their distance from the joint that turns them', () => {
    const joint = hand.joints.subarray(3 * 9, 3 * 9 + 3);
    const moved = posedPositions(hand, bent(2, { bend: [0, 80, 0], spread: 0 }));
    for (let v = 0; v < hand.forearmShares.length; v++) {
      if (hand.fingerShares[5 * v + 2] !== 1) continue;
      expect(distance(moved.subarray(3 * v, 3 * v + 3), joint)).toBeCloseTo(
        distance(hand.positions.subarray(3 * v, 3 * v + 3), joint),
        3,
      );
    }
  });

  it('turns the forearm, not the hand, at the wrist', () => {
    const moved = posedPositions(hand, { ...restPose, forearm: forearmTowards([0, -0.8, 0.6]) });
    hand.forearmShares.forEach((share, v) => {
      if (share === 0)
        expect(moved.subarray(3 * v, 3 * v + 3)).toEqual(hand.positions.subarray(3 * v, 3 * v + 3));
      if (share === 1)
        expect(Math.hypot(...moved.subarray(3 * v, 3 * v + 3))).toBeCloseTo(
          Math.hypot(...hand.positions.subarray(3 * v, 3 * v + 3)),
          3,
        );
    });
  });
});

describe('forearmTowards', () => {
  it('points the forearm where it is wanted, within what a wrist can do', () => {
    const way = (r: ArrayLike<number>) => [-r[1]!, -r[4]!, -r[7]!];
    expect(way(forearmTowards([0, -1, 0]))).toEqual([-straightArm[1], -1, -straightArm[7]]);
    way(forearmTowards([0, -0.8, 0.6])).forEach((value, k) => {
      expect(value).toBeCloseTo([0, -0.8, 0.6][k]!, 6);
    });
    // Straight back is more than a wrist can do.
    expect(way(forearmTowards([0, 0, 1]))[2]).toBeCloseTo(Math.sin((58 * Math.PI) / 180), 6);
  });
});

describe('fingerLine', () => {
  it('keeps the lengths of bones in every pose', () => {
    const rest = restPose.fingers.map((pose, f) => fingerLine(hand, f, pose));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), finger, (f, pose) => {
        const line = fingerLine(hand, f, pose);
        return [0, 1, 2].every(
          (k) => Math.abs(distance(line[k]!, line[k + 1]!) - distance(rest[f]![k]!, rest[f]![k + 1]!)) < 1e-4,
        );
      }),
      { seed: 5 },
    );
  });

  it('closes by positive angles', () => {
    for (let f = 1; f < 5; f++) {
      const tip = (bend: number) => fingerLine(hand, f, { bend: [bend, bend, bend], spread: 0 })[3]!;
      expect(tip(40)[2]).toBeLessThan(tip(0)[2]);
      expect(Math.hypot(tip(85)[0], tip(85)[1])).toBeLessThan(Math.hypot(tip(0)[0], tip(0)[1]));
    }
  });
});
