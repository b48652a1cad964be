import { describe, expect, it } from 'vitest';
import { axisZ, headShell } from '../../../../src/data/occlusion/head-shell.js';
import { openHand } from '../../../../src/data/occlusion/hand/gestures.js';
import { handParts, onHead, type HandPlace } from '../../../../src/data/occlusion/hand/place-hand.js';
import type { HeadShell } from '../../../../src/data/occlusion/head-shell.js';
import { createRandom } from '../../../../src/data/random.js';
import { flatReach } from '../../../../src/data/occlusion/hand/wrap.js';
import { loadHand } from '../../../../src/node/files/assets.js';
import { exampleFace } from '../example-face.js';

const hand = await loadHand();

/** A left hand flat on a cheek. */
function onCheek(shell: HeadShell, side: number): HandPlace {
  return {
    anchor: [0, 60, -12],
    size: 1,
    closing: flatReach,
    fingers: openHand(createRandom(4), 0.5),
    elbow: [0.3, -0.9, 0.3],
    shoulder: [0, -1, 0],
    ...onHead(shell, side, { angle: 30, y: -50, turn: 20 }),
  };
}

describe('handParts', () => {
  it('touches the head with palm and fingers and does not go into it', async () => {
    const shell = headShell((await exampleFace()).face);
    const [skin] = handParts(hand, 1, onCheek(shell, 1), [0.5, 0.3, 0.2], createRandom(1));
    const gaps: number[] = [];
    hand.forearmShares.forEach((share, v) => {
      if (share > 0) return;
      const [x, y, z] = skin!.mesh.positions.subarray(3 * v, 3 * v + 3);
      gaps.push(Math.hypot(x!, z! - axisZ) - shell.draped((Math.atan2(x!, z! - axisZ) * 180) / Math.PI, y!));
    });
    gaps.sort((a, b) => a - b);
    expect(gaps[0]).toBeGreaterThan(-12);
    expect(gaps[Math.floor(0.05 * gaps.length)]).toBeGreaterThan(-4);
    expect(gaps[Math.floor(0.25 * gaps.length)]).toBeLessThan(12);
    expect(gaps.at(-1)).toBeLessThan(60);
  });

  it('makes a right hand the mirror image of a left one on a head that is its own', () => {
    const round: HeadShell = { radius: () => 90, draped: () => 90 };
    const left = handParts(hand, 1, onCheek(round, 1), [0.5, 0.3, 0.2], createRandom(1));
    const right = handParts(hand, -1, onCheek(round, -1), [0.5, 0.3, 0.2], createRandom(1));
    left.forEach(({ mesh }, k) => {
      const other = right[k]!.mesh;
      expect(other.positions).toEqual(mesh.positions.map((value, i) => (i % 3 === 0 ? -value : value)));
      // Both are seen from outside.
      expect([...other.triangles.subarray(0, 3)]).toEqual([
        mesh.triangles[0],
        mesh.triangles[2],
        mesh.triangles[1],
      ]);
      expect(other.colors).toEqual(mesh.colors);
    });
  });

  it('draws little enough', () => {
    expect((hand.skin.length + hand.nails.length) / 3).toBeLessThan(4000);
  });
});
