import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/data/random.js';
import type { Unwrapped } from '../../../src/fit/appearance/compose-textures.js';
import { fitSkinAlbedo } from '../../../src/fit/appearance/fit-skin-albedo.js';
import { evaluateAlbedo } from '../../../src/model/albedo-modes.js';
import type { TextureAlbedo } from '../../../src/model/morphable-model.js';

const SIZE = 192;
const COUNT = 12;
const DETAIL = 24;

/** A random basis, smooth enough for the grid that compares. */
function randomAlbedo(): TextureAlbedo {
  const random = createRandom('skins');
  const noise = (length: number, by: number): Float32Array =>
    Float32Array.from({ length }, () => random.normal(0, by));
  return {
    kind: 'texture',
    count: COUNT,
    meanSize: SIZE,
    mean: new Float32Array(3 * SIZE * SIZE).fill(0.4),
    modeSize: 4,
    modes: noise(COUNT * 48, 0.01),
    detail: {
      left: 0.25,
      top: 0.25,
      width: 0.5,
      height: 0.5,
      size: DETAIL,
      modes: noise(COUNT * 3 * DETAIL * DETAIL, 0.03),
    },
  };
}

const albedo = randomAlbedo();
const truth = Float32Array.from({ length: COUNT }, (_, k) => Math.sin(2 * k + 1));

function seenSkin(shows: (x: number, y: number) => boolean): Unwrapped {
  const weight = Float32Array.from({ length: SIZE * SIZE }, (_, texel) =>
    shows(texel % SIZE, Math.floor(texel / SIZE)) ? 1 : 0,
  );
  const texture = evaluateAlbedo(albedo, truth).map((value, i) => value * weight[Math.floor(i / 3)]!);
  return { albedo: texture, weight, typical: weight, skin: weight, shade: texture };
}

const distance = (a: Float32Array): number => Math.max(...a.map((value, k) => Math.abs(value - truth[k]!)));

describe('fitSkinAlbedo', () => {
  it('finds the coefficients of a skin again', () => {
    expect(
      distance(
        fitSkinAlbedo(
          albedo,
          seenSkin(() => true),
          [],
        ),
      ),
    ).toBeLessThan(0.06);
  });

  it('needs no more than half of it', () => {
    expect(
      distance(
        fitSkinAlbedo(
          albedo,
          seenSkin((x) => x < SIZE / 2),
          [],
        ),
      ),
    ).toBeLessThan(0.12);
  });

  it('is hardly moved by a patch of another colour', () => {
    const seen = seenSkin(() => true);
    for (let y = 80; y < 100; y++) seen.albedo.fill(0.9, 3 * (y * SIZE + 80), 3 * (y * SIZE + 110));
    expect(distance(fitSkinAlbedo(albedo, seen, truth))).toBeLessThan(0.25);
  });

  it('keeps what it began with where nothing is seen', () => {
    const start = [0.5, -0.25];
    const found = fitSkinAlbedo(
      albedo,
      seenSkin(() => false),
      start,
    );
    expect([...found.subarray(0, 3)]).toEqual([0.5, -0.25, 0]);
    expect(found.length).toBe(COUNT);
  });
});
