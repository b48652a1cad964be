import { describe, expect, it } from 'vitest';
import type { TextureAlbedo } from '../../src/model/morphable-model.js';
import { albedoMap, applyMap } from '../../tools/convert-networks/code-map.js';

const size = 12;

/** A texture whose texels are a function of their place. */
const texture = (value: (x: number, y: number, channel: number) => number): Float32Array =>
  Float32Array.from({ length: size * size * 3 }, (_, i) => {
    const texel = Math.floor(i / 3);
    return value((texel % size) / size, Math.floor(texel / size) / size, i % 3);
  });

const albedo = (mean: Float32Array, modes: readonly Float32Array[]): TextureAlbedo => ({
  kind: 'texture',
  count: modes.length,
  meanSize: size,
  mean,
  modeSize: size,
  modes: Float32Array.from(modes.flatMap((mode) => [...mode])),
});

describe('albedoMap', () => {
  const tone = texture(() => 0.1);
  const red = texture((x, _, channel) => (channel === 0 ? 0.2 * x : 0));
  const low = texture((_, y) => 0.1 * y);
  const mean = texture(() => 0.5);

  it('finds the coefficients of the same colours in a basis of other modes and another mean', () => {
    const from = albedo(mean, [tone, red]);
    const mixed = tone.map((value, i) => value + 2 * red[i]!);
    const to = albedo(
      mean.map((value, i) => value + 0.5 * low[i]!),
      [mixed, red, low],
    );
    const map = albedoMap(from, to, () => 1, size);
    const [a, b, c] = applyMap(map, [1.5, -1]) as unknown as [number, number, number];
    expect(a).toBeCloseTo(1.5, 2);
    expect(b).toBeCloseTo(-4, 1);
    expect(c).toBeCloseTo(-0.5, 1);
  });
});
