import { expect, it } from 'vitest';
import { loadModel } from '../../src/node/files/assets.js';
import { toothLook } from '../../src/render/tooth-look.js';

it('makes teeth bright, and the shade between them softer', async () => {
  const { texture } = (await loadModel()).parts.find(({ name }) => name === 'teeth')!;
  const look = toothLook(texture!);
  expect(toothLook(texture!)).toBe(look);
  const luminances = (data: ArrayLike<number>): number[] =>
    Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 1]!).sort((a, b) => a - b);
  const [before, after] = [luminances(texture!.data), luminances(look.data)];
  const at = (values: number[], share: number): number => values[Math.floor(share * (values.length - 1))]!;
  // Enamel is some 220 of 255 in photos.
  expect(at(after, 0.7)).toBeGreaterThan(210);
  expect(at(after, 1)).toBeLessThan(250);
  expect(at(after, 0.7) / at(after, 0.05)).toBeLessThan(at(before, 0.7) / at(before, 0.05));
});
