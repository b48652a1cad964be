import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustDetail } from '../../src/data/detail.js';
import { gaussianBlur } from '../../src/data/gaussian-blur.js';
import { motionBlur } from '../../src/data/motion-blur.js';
import { resample } from '../../src/data/resample.js';
import { createImage, type Image } from '../../src/math/image.js';
import { linearOfByte } from '../../src/render/color.js';
import { flat, meanAndVariance, photoLike } from './pictures.js';

const at = ({ width, channels, data }: Image, x: number, y: number, c = 0): number =>
  data[(y * width + x) * channels + c]!;
/** A white pixel in the middle of black. */
function impulse(size = 31): Image {
  const image = createImage(size, size, 1);
  image.data[(size * size - 1) / 2] = 255;
  return image;
}
const total = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0);
const light = (image: Image): number => total(Array.from(image.data, (byte) => linearOfByte[byte]!));

const images = fc
  .record({
    width: fc.integer({ min: 1, max: 24 }),
    height: fc.integer({ min: 1, max: 24 }),
    channels: fc.constantFrom(1 as const, 3 as const, 4 as const),
    seed: fc.nat(255),
  })
  .map(({ width, height, channels, seed }): Image => ({
    width,
    height,
    channels,
    data: Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 97 + seed * (i % 7)) % 256),
  }));

/** Every filter, at a strength that the seed decides. */
const filters: Record<string, (image: Image, strength: number) => Image> = {
  gaussianBlur: (image, strength) => gaussianBlur(image, 12 * strength),
  motionBlur: (image, strength) => motionBlur(image, 20 * strength, 360 * strength),
  soften: (image, strength) => adjustDetail(image, strength / 3),
  resample: (image, strength) =>
    resample(image, Math.ceil(40 * strength + 0.1), Math.ceil(30 * strength + 0.1)),
};

describe.each(Object.entries(filters))('%s', (name, filter) => {
  it('stays between the darkest and the brightest value and leaves the original alone', () => {
    fc.assert(
      fc.property(images, fc.double({ min: 0, max: 1, noNaN: true }), (image, strength) => {
        const before = image.data.slice();
        const out = filter(image, strength);
        expect(image.data).toEqual(before);
        expect(out.data).toHaveLength(out.width * out.height * image.channels);
        for (let c = 0; c < image.channels; c++) {
          const values = (data: Image['data']) => Array.from(data).filter((_, i) => i % image.channels === c);
          expect(Math.min(...values(out.data))).toBeGreaterThanOrEqual(Math.min(...values(before)));
          expect(Math.max(...values(out.data))).toBeLessThanOrEqual(Math.max(...values(before)));
        }
        if (name !== 'resample' && image.channels === 4)
          expect(Array.from(out.data).filter((_, i) => i % 4 === 3)).toEqual(
            Array.from(before).filter((_, i) => i % 4 === 3),
          );
      }),
    );
  });

  it('leaves one colour as it is', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.double({ min: 0, max: 1, noNaN: true }), (value, strength) => {
        for (const byte of filter(flat(9, 7, 3, value), strength).data)
          if (byte !== value) throw new Error(`${value} became ${byte}`);
      }),
    );
  });
});

describe('gaussianBlur', () => {
  it('spreads a point as the normal density', () => {
    const blurred = gaussianBlur(impulse(), 1);
    const weights = [0, 1, 2, 3].map((d) => Math.exp((-d * d) / 2));
    const sum = weights[0]! + 2 * (weights[1]! + weights[2]! + weights[3]!);
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const expected = (255 * (weights[Math.abs(dx)] ?? 0) * (weights[Math.abs(dy)] ?? 0)) / sum ** 2;
        expect(Math.abs(at(blurred, 15 + dx, 15 + dy) - expected)).toBeLessThanOrEqual(0.5);
      }
    }
  });

  it.each([0.7, 1, 2, 3.9, 4, 5.5, 10])('turns an edge into the normal distribution, sigma %d', (sigma) => {
    const image = createImage(200, 12, 1);
    for (let i = 0; i < image.data.length; i++) image.data[i] = i % 200 < 97 ? 0 : 255;
    const blurred = gaussianBlur(image, sigma);
    const step = 0.01;
    for (let x = 97 - Math.ceil(3 * sigma); x < 97 + Math.ceil(3 * sigma); x++) {
      // The edge lies half a pixel before pixel 97; the area under the density up to there.
      let below = 0;
      for (let u = -6; u < (x - 96.5) / sigma; u += step)
        below += (step / Math.sqrt(2 * Math.PI)) * Math.exp((-u * u) / 2);
      // Narrow kernels are sampled densities, wide ones are made on a shrunken image.
      expect(Math.abs(at(blurred, x, 6) / 255 - below)).toBeLessThan(sigma < 1 ? 0.04 : 0.02);
    }
  });

  it('keeps the mean', () => {
    for (const sigma of [1, 2, 4])
      expect(
        Math.abs(
          meanAndVariance(gaussianBlur(photoLike(), sigma).data).mean -
            meanAndVariance(photoLike().data).mean,
        ),
      ).toBeLessThan(1);
    const block = impulse();
    for (let y = 10; y < 21; y++) block.data.fill(200, y * 31 + 10, y * 31 + 21);
    for (const sigma of [1, 2]) {
      expect(Math.abs(total(gaussianBlur(block, sigma).data) / (121 * 200 + 55) - 1)).toBeLessThan(0.005);
    }
  });

  it('refuses negative widths', () => {
    expect(() => gaussianBlur(impulse(), -1)).toThrow(/sigma of at least 0 px, received -1/);
    expect(() => gaussianBlur(impulse(), NaN)).toThrow(RangeError);
  });
});

describe('motionBlur', () => {
  it('draws a point out to a line of the given length, in linear light', () => {
    for (const [angle, dx, dy] of [
      [0, 1, 0],
      [180, 1, 0],
      [90, 0, 1],
      [-90, 0, 1],
    ] as const) {
      const blurred = motionBlur(impulse(), 7, angle);
      for (let k = -5; k <= 5; k++)
        expect(linearOfByte[at(blurred, 15 + k * dx, 15 + k * dy)]).toBeCloseTo(
          Math.abs(k) <= 3 ? 1 / 7 : 0,
          2,
        );
      expect(light(blurred)).toBeCloseTo(1, 1);
    }
    // Even and broken lengths end in parts of pixels.
    expect(linearOfByte[at(motionBlur(impulse(), 4, 0), 17, 15)]).toBeCloseTo(0.5 / 4, 2);
  });

  it.each([18, 45, 110])('keeps the light of a movement within a pixel, along %d degrees', (angle) => {
    for (const length of [1 + 1e-9, 1.04, 1.3])
      expect(light(motionBlur(impulse(), length, angle))).toBeCloseTo(1, 1);
  });

  it.each([13, 45, 70, 110, 135, 160])('moves along %d degrees', (angle) => {
    const blurred = motionBlur(impulse(), 15, angle);
    const { width, data } = blurred;
    let sum = 0;
    let xx = 0;
    let xy = 0;
    let yy = 0;
    for (let i = 0; i < data.length; i++) {
      const weight = linearOfByte[data[i]!]!;
      const x = (i % width) - 15;
      const y = 15 - Math.floor(i / width);
      sum += weight;
      xx += weight * x * x;
      xy += weight * x * y;
      yy += weight * y * y;
    }
    expect(sum).toBeGreaterThan(0.9);
    expect(sum).toBeLessThan(1.1);
    // The direction of the greatest spread, anticlockwise with y up; a line of length 15 has variance 15²/12.
    const direction = (90 / Math.PI) * Math.atan2(2 * xy, xx - yy);
    expect(Math.abs(((direction - angle + 270) % 180) - 90)).toBeLessThan(2);
    expect((xx + yy) / sum).toBeGreaterThan((0.85 * 15 ** 2) / 12);
    expect((xx + yy) / sum).toBeLessThan((1.15 * 15 ** 2) / 12);
  });

  it('keeps the mean light', () => {
    for (const angle of [0, 30, 77, 90, 133]) {
      const image = photoLike();
      const ratio = light(motionBlur(image, 11, angle)) / light(image);
      expect(Math.abs(ratio - 1)).toBeLessThan(0.01);
    }
  });

  it('refuses what is not finite', () => {
    expect(() => motionBlur(impulse(), Infinity, 0)).toThrow(/finite length and angle/);
    expect(motionBlur(photoLike(), 1, 30).data).toEqual(photoLike().data);
  });
});

describe('resample', () => {
  it('averages areas where it shrinks', () => {
    const image: Image = {
      width: 4,
      height: 2,
      channels: 1,
      data: Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70),
    };
    expect([...resample(image, 2, 1).data]).toEqual([25, 45]);
    // Thirds share the pixels between them: (3·0 + 10)/4, …
    expect([...resample({ ...image, height: 1, data: image.data.slice(0, 4) }, 3, 1).data]).toEqual([
      3, 15, 28,
    ]);
  });

  it('interpolates where it grows', () => {
    const image: Image = { width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 100) };
    expect([...resample(image, 4, 1).data]).toEqual([0, 25, 75, 100]);
    expect(resample(photoLike(), 96, 80).data).toEqual(photoLike().data);
  });

  it('keeps the mean where it shrinks', () => {
    const image = photoLike(90, 70);
    for (const [width, height] of [
      [45, 35],
      [31, 17],
      [1, 1],
    ] as const) {
      expect(
        Math.abs(
          meanAndVariance(resample(image, width, height).data).mean - meanAndVariance(image.data).mean,
        ),
      ).toBeLessThan(0.5);
    }
  });

  it('refuses sizes that are none', () => {
    expect(() => resample(impulse(), 0, 3)).toThrow(/received 0×3/);
    expect(() => resample(impulse(), 1.5, 3)).toThrow(RangeError);
  });
});

describe('adjustDetail', () => {
  it('has a known kernel', () => {
    const soft = adjustDetail(impulse(5), 0.25);
    expect([...soft.data.slice(6, 9)]).toEqual([16, 32, 16]);
    expect(at(soft, 2, 2)).toBe(64);
    expect(adjustDetail(impulse(5), 0)).toEqual(impulse(5));
  });

  it('sharpens edges with a negative share, within the range', () => {
    const edge: Image = {
      width: 6,
      height: 1,
      channels: 1,
      data: Uint8Array.of(100, 100, 100, 150, 150, 150),
    };
    expect([...adjustDetail(edge, -0.2).data]).toEqual([100, 100, 90, 160, 150, 150]);
    expect([...adjustDetail({ ...edge, data: Uint8Array.of(0, 0, 0, 255, 255, 255) }, -0.5).data]).toEqual([
      0, 0, 0, 255, 255, 255,
    ]);
    expect(() => adjustDetail(edge, 0.4)).toThrow(/received 0.4/);
  });
});
