import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { handFromTensors } from '../../../../src/data/occlusion/hand/hand-file.js';
import { readSafetensors } from '../../../../src/io/safetensors.js';
import { buildHand } from '../../../../tools/build-hand/main.js';

const asset = new URL('../../../../assets/hand.safetensors', import.meta.url);

describe('the hand file', () => {
  it('is what its builder makes', async () => {
    expect(Buffer.compare(await readFile(asset), Buffer.from(await buildHand()))).toBe(0);
  });

  it('holds a closed left hand of human size whose shares are shares', async () => {
    const { tensors, metadata } = readSafetensors(new Uint8Array(await readFile(asset)));
    const hand = handFromTensors(tensors, metadata);
    const count = hand.positions.length / 3;
    const heights = hand.positions.filter((_, i) => i % 3 === 1);
    // From the wrist to the middle finger's tip.
    expect(heights.reduce((most, y) => Math.max(most, y), 0)).toBeGreaterThan(165);
    expect(heights.reduce((most, y) => Math.max(most, y), 0)).toBeLessThan(200);
    expect(hand.joints[0]).toBeGreaterThan(hand.joints[3 * 16]!);
    for (let v = 0; v < count; v++) {
      const fingers = hand.fingerShares.subarray(5 * v, 5 * v + 5);
      const sum = fingers.reduce((total, share) => total + share, 0);
      expect(Math.abs(sum - 1)).toBeLessThan(0.02);
      for (let f = 0; f < 5; f++) {
        const [first, second, third] = hand.jointShares.subarray(15 * v + 3 * f, 15 * v + 3 * f + 3);
        expect(first! >= second! && second! >= third!).toBe(true);
      }
    }
    // Only the cut through the arm is open.
    const edges = new Map<string, number>();
    const triangles = [...hand.skin, ...hand.nails];
    for (let t = 0; t < triangles.length; t++) {
      const a = triangles[t]!;
      const b = triangles[t - (t % 3) + ((t + 1) % 3)]!;
      const key = a < b ? `${a} ${b}` : `${b} ${a}`;
      edges.set(key, (edges.get(key) ?? 0) + 1);
    }
    for (const [key, uses] of edges)
      if (uses === 1)
        for (const v of key.split(' ')) expect(hand.positions[3 * Number(v) + 1]!).toBeLessThan(-120);
  });

  it('is refused in one line when it is another file, another version or damaged', async () => {
    const { tensors, metadata } = readSafetensors(new Uint8Array(await readFile(asset)));
    expect(() => handFromTensors(tensors, { ...metadata, format: 'rogue-people' })).toThrow(
      'hand file: its format is "rogue-people", expected "rogue-hand"; build it again with "npm run build-hand".',
    );
    expect(() => handFromTensors(tensors, { ...metadata, formatVersion: '2' })).toThrow(
      'its version is 2, expected 1',
    );
    const without = new Map(tensors);
    without.delete('jointShares');
    expect(() => handFromTensors(without, metadata)).toThrow(/jointShares/);
  });
});
