import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { imageError } from '../../src/evaluate/image-error.js';
import type { Image } from '../../src/math/image.js';

const SIDE = 24;
const random = createRandom(1);
const picture = (of: (i: number) => number, channels: 3 | 4 = 3): Image => ({
  width: SIDE,
  height: SIDE,
  channels,
  data: Uint8Array.from({ length: SIDE * SIDE * channels }, (_, i) =>
    i % channels === 3 ? 255 : of(Math.floor(i / channels)),
  ),
});
const noise = Array.from({ length: SIDE * SIDE }, () => Math.floor(random.uniform(40, 200)));
const all = new Uint8Array(SIDE * SIDE).fill(255);

describe('imageError', () => {
  it('of a picture with itself is nothing', () => {
    expect(
      imageError(
        picture((i) => noise[i]!),
        picture((i) => noise[i]!, 4),
        all,
      ),
    ).toEqual({ l1: 0, psnr: 99, ssim: expect.closeTo(1, 9) as number });
  });

  it('of a picture that is 10 levels brighter is 10 levels and 28.1 dB', () => {
    const { l1, psnr } = imageError(
      picture((i) => noise[i]!),
      picture((i) => noise[i]! + 10),
      all,
    );
    expect(l1).toBe(10);
    expect(psnr).toBeCloseTo(20 * Math.log10(255 / 10), 9);
  });

  it('of two plain pictures has the similarity that the formula says', () => {
    const c1 = (0.01 * 255) ** 2;
    expect(
      imageError(
        picture(() => 100),
        picture(() => 150),
        all,
      ).ssim,
    ).toBeCloseTo((2 * 100 * 150 + c1) / (100 ** 2 + 150 ** 2 + c1), 6);
  });

  it('sees no likeness in other noise, and looks only where the mask says', () => {
    const other = Array.from({ length: SIDE * SIDE }, () => Math.floor(random.uniform(40, 200)));
    expect(
      Math.abs(
        imageError(
          picture((i) => noise[i]!),
          picture((i) => other[i]!),
          all,
        ).ssim,
      ),
    ).toBeLessThan(0.15);
    const half = Uint8Array.from(all, (_, i) => (i < all.length / 2 ? 255 : 0));
    expect(
      imageError(
        picture((i) => noise[i]!),
        picture((i) => (i < all.length / 2 ? noise[i]! : 0)),
        half,
      ),
    ).toMatchObject({ l1: 0, psnr: 99 });
  });

  it('refuses sizes that differ and an empty mask', () => {
    expect(() =>
      imageError(
        picture(() => 0),
        picture(() => 0),
        new Uint8Array(3),
      ),
    ).toThrow(/of one size/);
    expect(() =>
      imageError(
        picture(() => 0),
        picture(() => 0),
        new Uint8Array(SIDE * SIDE),
      ),
    ).toThrow(/mask is empty/);
  });
});
