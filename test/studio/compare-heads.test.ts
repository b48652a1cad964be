import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, loadRogue, type MorphableModel, type Reconstruction } from '../../src/node.js';
import { compareHeads } from '../../studio/src/engine/compare-heads.js';
import { differenceColours, greatestDifference } from '../../studio/src/view/looks.js';

let model: MorphableModel;
let head: Reconstruction;
beforeAll(async () => {
  const rogue = await loadRogue();
  model = rogue.model;
  head = (await rogue.reconstruct(await decodeImage('examples/astronaut.jpg'), { texture: 'none' }))[0]!;
  await rogue.release();
});

describe('compareHeads', () => {
  it('is 0 for the same head, and the length of a shift', () => {
    expect(compareHeads(model, head, head)).toMatchObject({ error: 0, landmarkError: 0 });
    const shifted = { ...head, vertices: head.vertices.map((value, k) => value + [3, 0, 4][k % 3]!) };
    const compared = compareHeads(model, head, shifted);
    expect(compared.error).toBeCloseTo(5, 4);
    for (const distance of compared.distances) expect(distance).toBeCloseTo(5, 4);
  });

  it('states landmarks in % of the root of their box', () => {
    const x = Array.from({ length: 68 }, (_, k) => head.landmarks68[2 * k]!);
    const y = Array.from({ length: 68 }, (_, k) => head.landmarks68[2 * k + 1]!);
    const size = Math.sqrt((Math.max(...x) - Math.min(...x)) * (Math.max(...y) - Math.min(...y)));
    const moved = {
      ...head,
      landmarks68: head.landmarks68.map((value, k) => (k % 2 === 0 ? value + 0.05 * size : value)),
    };
    expect(compareHeads(model, head, moved).landmarkError).toBeCloseTo(5, 3);
  });
});

describe('differenceColours', () => {
  it('goes from dark blue to yellow, evenly, and ends at the greatest difference', () => {
    const colours = differenceColours(Float32Array.of(0, greatestDifference / 2, greatestDifference, 100));
    const at = (k: number): number[] => [...colours.subarray(3 * k, 3 * k + 3)];
    const linear = (value: number): number => ((value / 255 + 0.055) / 1.055) ** 2.4;
    expect(at(0)[2]!).toBeCloseTo(linear(78), 3);
    expect(at(1)[0]!).toBeCloseTo(linear(125), 3);
    expect(at(2)[0]!).toBeCloseTo(linear(254), 2);
    expect(at(3)).toEqual(at(2));
  });
});
