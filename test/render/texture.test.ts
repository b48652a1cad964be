import { describe, expect, it } from 'vitest';
import { createImage } from '../../src/math/image.js';
import {
  createFloatTexture,
  createTexture,
  sampleTexture,
  updateMipLevels,
  type Texture,
} from '../../src/render/texture.js';
import { srgbToLinear } from '../../src/render/color.js';
import { expectClose } from '../math/close.js';

function sample(texture: Texture, u: number, v: number, level: number): Float32Array {
  const out = new Float32Array(texture.channels);
  sampleTexture(texture, u, v, level, out);
  return out;
}

describe('texture', () => {
  it('gives a texel at its centre, means between, and the border beyond', () => {
    const texture = createFloatTexture(2, 2, 3, Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1), {
      mipmaps: false,
    });
    expectClose(sample(texture, 0.75, 0.25, 0), [1, 0, 0], 1e-6);
    expectClose(sample(texture, 0.25, 0.75, 0), [0, 1, 0], 1e-6);
    expectClose(sample(texture, 0.5, 0.5, 0), [0.25, 0.25, 0.25], 1e-6);
    expectClose(sample(texture, 9, 9, 0), [0, 0, 1], 1e-6);
    expectClose(sample(texture, NaN, -3, 0), [0, 0, 0], 1e-6);
  });

  it('reproduces a linear ramp exactly inside', () => {
    const size = 16;
    const data = Float32Array.from({ length: size * size * 3 }, (_, i) => {
      const texel = Math.floor(i / 3);
      return ((texel % size) + 0.5) / size + 2 * ((Math.floor(texel / size) + 0.5) / size);
    });
    const texture = createFloatTexture(size, size, 3, data);
    for (const [u, v] of [
      [0.3, 0.6],
      [0.11, 0.5],
      [0.9, 0.31],
    ] as const)
      expectClose(sample(texture, u, v, 0), [u + 2 * v, u + 2 * v, u + 2 * v], 1e-5);
  });

  it('keeps the mean through all mip levels, also for odd sizes', () => {
    const data = Float32Array.from({ length: 13 * 7 * 3 }, (_, i) => Math.sin(i) + 1);
    const mean = [0, 1, 2].map((k) => data.filter((_, i) => i % 3 === k).reduce((a, b) => a + b, 0) / 91);
    const texture = createFloatTexture(13, 7, 3, data);
    expect(texture.levels.map(({ width, height }) => [width, height])).toEqual([
      [13, 7],
      [6, 3],
      [3, 1],
      [1, 1],
    ]);
    expectClose(texture.levels[3]!.data, mean, 1e-5);
    expectClose(sample(texture, 0.2, 0.9, 99), mean, 1e-5);
    data.fill(0.5);
    updateMipLevels(texture);
    expectClose(texture.levels[3]!.data, [0.5, 0.5, 0.5], 1e-6);
  });

  it('mixes neighbouring levels', () => {
    const texture = createFloatTexture(2, 1, 3, Float32Array.of(0, 0, 0, 1, 1, 1));
    expectClose(sample(texture, 0.75, 0.5, 0.5), [0.75, 0.75, 0.75], 1e-6);
  });

  it('decodes sRGB before filtering and leaves transparent colour out', () => {
    const grey = createTexture({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
    expectClose(sample(grey, 0.5, 0.5, 0), [0.5, 0.5, 0.5], 1e-6);
    const image = createImage(2, 1, 4);
    image.data.set([188, 0, 0, 255, 0, 255, 0, 0]);
    expectClose(sample(createTexture(image), 0.5, 0.5, 0), [srgbToLinear(188 / 255) / 2, 0, 0, 0.5], 1e-6);
    expectClose(sample(createTexture(image, { alpha: false }), 0.75, 0.5, 0), [0, 1, 0], 1e-6);
  });

  it('refuses data of another size', () => {
    expect(() => createFloatTexture(2, 2, 3, new Float32Array(5))).toThrow(/2×2×3 values, got 5/);
  });
});
