import { describe, expect, it } from 'vitest';
import { closeSeams } from '../../../src/fit/hair/close-seams.js';
import { hairFromTensors, type HairStyle } from '../../../src/model/hair-file.js';
import { readSafetensors } from '../../../src/io/safetensors.js';
import { assetFiles, readAsset } from '../../../src/node/files/assets.js';

const place = (values: Float32Array, v: number): number[] => [...values.subarray(3 * v, 3 * v + 3)];

/** Pairs of vertices that are one at rest. */
function seamPairs({ positions }: HairStyle): [number, number][] {
  const first = new Map<string, number>();
  const pairs: [number, number][] = [];
  for (let v = 0; v < positions.length / 3; v++) {
    const key = place(positions, v)
      .map((value) => value.toFixed(4))
      .join();
    const other = first.get(key);
    if (other === undefined) first.set(key, v);
    else pairs.push([other, v]);
  }
  return pairs;
}

describe('closeSeams', () => {
  it('brings both sides of a seam together and leaves the rest where it is', async () => {
    const styles = await hairFromTensors(readSafetensors(await readAsset(assetFiles.hair)));
    const style = styles.find(({ name }) => name === 'short02')!;
    const pairs = seamPairs(style);
    expect(pairs.length).toBeGreaterThan(100);
    const moved = style.positions.map((value, i) => value + Math.sin(i));
    const closed = moved.slice();
    closeSeams(style, closed);
    for (const [a, b] of pairs) expect(place(closed, a)).toEqual(place(closed, b));
    const onSeams = new Set(pairs.flat());
    const free = Array.from({ length: moved.length / 3 }, (_, v) => v).filter((v) => !onSeams.has(v));
    const changed = free.filter((v) => place(closed, v).join() !== place(moved, v).join());
    // Some seams' sides are a hundredth of a millimetre apart at rest.
    expect(changed.length).toBeLessThan(0.1 * free.length);
  });
});
