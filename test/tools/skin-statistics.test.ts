import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { ATLAS_SIZE, WINDOW_SIZE, type CollectedSkin } from '../../tools/build-albedo/collected-skin.js';
import { mirrored, skinStatistics } from '../../tools/build-albedo/skin-statistics.js';

const CELLS = WINDOW_SIZE * WINDOW_SIZE;

/** Skins that differ by tone, by a dark patch on the left or on the right, and where they are seen. */
function skins(count: number): CollectedSkin[] {
  const random = createRandom('people');
  return Array.from({ length: count }, (_, k) => {
    const tone = random.uniform(0.2, 0.6);
    const patch = random.uniform(0, 0.15);
    const right = random.uniform() < 0.5;
    const face = Float32Array.from({ length: 3 * CELLS }, (_, i) => tone * [1, 0.75, 0.6][i % 3]!);
    for (let y = 40; y < 60; y++)
      for (let x = 20; x < 40; x++)
        for (let c = 0; c < 3; c++)
          face[3 * (y * WINDOW_SIZE + (right ? x : WINDOW_SIZE - 1 - x)) + c]! -= tone * patch;
    return {
      file: `${k}`,
      face,
      seen: new Float32Array(CELLS).fill(1),
      atlas: new Float32Array(3 * ATLAS_SIZE * ATLAS_SIZE).fill(tone),
      score: 1,
      frontal: 1,
    };
  });
}

const options = { modes: 4, rounds: 3, log: () => undefined };

describe('skinStatistics', () => {
  it('finds tone first, then a patch on both sides and on one', () => {
    const { face, explained, atlas } = skinStatistics(skins(60), options);
    expect(explained[0]).toBeGreaterThan(0.8);
    const [tone] = face;
    expect(tone!.every((value) => value > 0)).toBe(true);
    expect(atlas[0]!.every((value) => value > 0)).toBe(true);
    for (const mode of face.slice(0, 3)) {
      const mirror = mirrored(mode, WINDOW_SIZE);
      const even = mode.every((value, i) => Math.abs(value - mirror[i]!) < 1e-3);
      const odd = mode.every((value, i) => Math.abs(value + mirror[i]!) < 1e-3);
      expect(even || odd).toBe(true);
    }
  });

  it('leaves out what shows no face', () => {
    const people = skins(40);
    const hidden = { ...people[0]!, file: 'hidden', seen: new Float32Array(CELLS) };
    const grey = { ...people[1]!, file: 'grey', face: new Float32Array(3 * CELLS).fill(0.4) };
    const turned = { ...people[2]!, file: 'turned', frontal: 0.3 };
    const { used } = skinStatistics([...people, hidden, grey, turned], options);
    const files = used.map(({ file }) => file);
    for (const file of ['hidden', 'grey', 'turned']) expect(files).not.toContain(file);
    expect(files.length).toBeGreaterThan(25);
  });

  it('fills in what a photo hides', () => {
    const people = skins(40).map((skin, k) => {
      if (k % 4 > 0) return skin;
      // A black bar where the photo says nothing.
      const seen = skin.seen.slice().fill(0, 80 * WINDOW_SIZE, 90 * WINDOW_SIZE);
      const face = skin.face.slice().fill(0, 240 * WINDOW_SIZE, 270 * WINDOW_SIZE);
      return { ...skin, seen, face };
    });
    const { mean } = skinStatistics(people, options);
    const inside = mean[3 * 85 * WINDOW_SIZE]!;
    const outside = mean[3 * 100 * WINDOW_SIZE]!;
    expect(Math.abs(inside / outside - 1)).toBeLessThan(0.1);
  });
});
