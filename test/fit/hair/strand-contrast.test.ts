import { describe, expect, it } from 'vitest';
import { contrastFor } from '../../../src/fit/hair/strand-contrast.js';
import type { HairTexture } from '../../../src/model/hair-file.js';
import { linearOfByte } from '../../../src/render/color.js';

const size = 32;
const texture: HairTexture = {
  size,
  data: Uint8Array.from({ length: 2 * size * size }, (_, i) => (i % 2 === 1 ? 255 : 40 + ((i * 37) % 180))),
};
const lights = ({ data }: HairTexture): number[] =>
  Array.from({ length: size * size }, (_, i) => linearOfByte[data[2 * i]!]!);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const contrast = (values: readonly number[]): number => {
  const logs = values.map((value) => Math.log(value));
  return Math.sqrt(mean(logs.map((value) => (value - mean(logs)) ** 2)));
};

describe('contrastFor', () => {
  it('leaves dark hair as it is', () => {
    expect(contrastFor(texture, [0.02, 0.015, 0.012])).toBe(texture);
  });

  it('halves that of blond hair, whose mean and alpha stay', () => {
    const blond = contrastFor(texture, [0.4, 0.3, 0.2]);
    expect(contrast(lights(blond)) / contrast(lights(texture))).toBeCloseTo(0.5, 1);
    expect(mean(lights(blond)) / mean(lights(texture))).toBeCloseTo(1, 1);
    blond.data.forEach((value, i) => {
      if (i % 2 === 1) expect(value).toBe(255);
    });
  });

  it('is made once for a texture and a colour', () => {
    expect(contrastFor(texture, [0.4, 0.3, 0.2])).toBe(contrastFor(texture, [0.41, 0.3, 0.2]));
  });
});
