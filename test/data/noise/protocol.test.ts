import { describe, expect, it } from 'vitest';
import { gaussianBlur } from '../../../src/data/gaussian-blur.js';
import type { JpegCodec } from '../../../src/data/jpeg.js';
import { noiseLevels, type NoiseLevel } from '../../../src/data/noise/effect.js';
import {
  noiseConditions,
  noiseEffects,
  noiseProtocol,
  type NoiseName,
} from '../../../src/data/noise/protocol.js';
import { createRandom } from '../../../src/data/random.js';
import { resample } from '../../../src/data/resample.js';
import { createImage, type Image } from '../../../src/math/image.js';
import { jpegCodec } from '../../../src/node/files/jpeg-codec.js';
import { linearOfByte } from '../../../src/render/color.js';
import { flat, meanAndVariance, photoLike, psnr } from '../pictures.js';

const context = { faceSize: 224, codec: jpegCodec };
const apply = async (
  effect: NoiseName,
  image: Image,
  level: NoiseLevel,
  seed: number | string = 1,
  faceSize = 224,
): Promise<Image> => noiseEffects[effect].apply(image, level, createRandom(seed), { ...context, faceSize });

const names = Object.keys(noiseEffects) as NoiseName[];
const random: readonly NoiseName[] = [
  'gaussian',
  'salt-and-pepper',
  'speckle',
  'poisson',
  'motion-blur',
  'low-light',
];

describe.each(names)('noise effect %s', (name) => {
  const effect = noiseEffects[name];

  it('is named and has three levels', () => {
    expect(effect.name).toBe(name);
    expect(new Set(effect.levels).size).toBe(3);
    expect(effect.unit).not.toBe('');
  });

  it('gives the same bytes for the same seed only, and leaves the photo alone', async () => {
    for (const level of noiseLevels) {
      const photo = photoLike();
      const before = photo.data.slice();
      const noisy = await apply(name, photo, level);
      expect(photo.data).toEqual(before);
      expect([noisy.width, noisy.height, noisy.channels]).toEqual([photo.width, photo.height, 3]);
      expect(noisy.data).not.toEqual(before);
      expect((await apply(name, photo, level)).data).toEqual(noisy.data);
      if (random.includes(name)) expect((await apply(name, photo, level, 2)).data).not.toEqual(noisy.data);
    }
  });

  it('grows with the level', async () => {
    const photo = photoLike(224, 224);
    const likeness: number[] = [];
    for (const level of noiseLevels) {
      let sum = 0;
      for (let seed = 0; seed < 4; seed++) sum += psnr(photo, await apply(name, photo, level, seed)) / 4;
      likeness.push(sum);
    }
    expect(likeness[0]!).toBeGreaterThan(likeness[1]! + 0.5);
    expect(likeness[1]!).toBeGreaterThan(likeness[2]! + 0.5);
    expect(likeness[0]!).toBeLessThan(45);
  });

  it('takes grey and transparent images, of any size', async () => {
    for (const channels of [1, 4] as const) {
      for (const [width, height] of [
        [1, 1],
        [1, 9],
        [40, 3],
        [33, 31],
      ] as const) {
        const image = photoLike(width, height, channels);
        const noisy = await apply(name, image, 3, 1, 300);
        expect([noisy.width, noisy.height, noisy.channels, noisy.data.length]).toEqual([
          width,
          height,
          channels,
          image.data.length,
        ]);
        if (channels === 4)
          expect(noisy.data.filter((_, i) => i % 4 === 3)).toEqual(image.data.filter((_, i) => i % 4 === 3));
      }
    }
  });

  it('means the same for a larger face once its crop is scaled to 224 px', async () => {
    // Nothing so fine that enlarging would change it.
    const small = resample(photoLike(48, 48), 112, 112);
    const likeness = psnr(small, await apply(name, small, 2));
    for (const times of [2, 3]) {
      const large = resample(small, times * 112, times * 112);
      const noisy = await apply(name, large, 2, 1, times * 224);
      expect(Math.abs(psnr(resample(large, 112, 112), resample(noisy, 112, 112)) - likeness)).toBeLessThan(
        name === 'motion-blur' ? 4 : 2,
      );
    }
  });

  it('refuses a face without size', async () => {
    await expect(apply(name, photoLike(), 1, 1, 0)).rejects.toThrow(/faceSize above 0 px, received 0/);
  });
});

describe('known answers', () => {
  const count = 3 * 200 * 200;
  /** Four standard errors of a mean, and of a variance of normal numbers. */
  const expectMoments = (values: ArrayLike<number>, mean: number, variance: number): void => {
    const found = meanAndVariance(values);
    expect(Math.abs(found.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / values.length) + 0.002 * mean);
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length) + 0.01);
  };

  it('gaussian: mean and variance', async () => {
    for (const [level, sigma] of [
      [1, 10],
      [2, 25],
    ] as const) {
      const { data } = await apply('gaussian', flat(200, 200, 3, 128), level);
      // Rounding adds a twelfth.
      expectMoments(data, 128, sigma ** 2 + 1 / 12);
    }
    const { data } = await apply('gaussian', flat(200, 200, 3, 128), 1);
    let product = 0;
    for (let i = 1; i < count; i++) product += ((data[i]! - 128) * (data[i - 1]! - 128)) / 100;
    expect(Math.abs(product / count)).toBeLessThan(4 / Math.sqrt(count));
  });

  it('gaussian: clipped, never wrapped', async () => {
    const { data } = await apply('gaussian', flat(100, 100, 3, 250), 1);
    expect(Math.min(...data)).toBeGreaterThan(190);
    expect(data.filter((byte) => byte === 255).length / data.length).toBeCloseTo(0.326, 1);
    expect(Math.max(...(await apply('gaussian', flat(100, 100, 3, 3), 1)).data)).toBeLessThan(70);
  });

  it('salt and pepper: shares, whole pixels', async () => {
    for (const [level, share] of [
      [1, 0.02],
      [2, 0.05],
      [3, 0.1],
    ] as const) {
      const { data } = await apply('salt-and-pepper', flat(300, 300, 3, 100), level);
      const pixels = data.length / 3;
      const part = (value: number): number =>
        data.filter((byte, i) => i % 3 === 0 && byte === value).length / pixels;
      for (const value of [0, 255])
        expect(Math.abs(part(value) - share / 2)).toBeLessThan(4 * Math.sqrt(share / 2 / pixels));
      expect(part(0) + part(255) + part(100)).toBeCloseTo(1, 9);
      for (let i = 0; i < data.length; i += 3)
        if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) throw new Error('a pixel is coloured');
    }
  });

  it('speckle: deviation in proportion to the value', async () => {
    for (const value of [60, 120])
      expectMoments(
        (await apply('speckle', flat(200, 200, 3, value), 2)).data,
        value,
        (0.25 * value) ** 2 + 1 / 12,
      );
    expect((await apply('speckle', flat(9, 9, 3, 0), 3)).data).toEqual(new Uint8Array(243));
  });

  it('poisson: mean and variance of the light', async () => {
    for (const [level, photons, byte] of [
      [1, 100, 120],
      [2, 30, 90],
      [3, 10, 70],
    ] as const) {
      const { data } = await apply('poisson', flat(200, 200, 3, byte), level);
      const light = linearOfByte[byte]!;
      expectMoments(
        Array.from(data, (value) => linearOfByte[value]!),
        light,
        light / photons,
      );
      // Nothing but whole photons.
      for (const value of new Set(data))
        expect(
          Math.abs(linearOfByte[value]! * photons - Math.round(linearOfByte[value]! * photons)),
        ).toBeLessThan(0.02 * photons * Math.max(0.1, linearOfByte[value]!));
    }
    expect((await apply('poisson', flat(9, 9, 3, 0), 3)).data).toEqual(new Uint8Array(243));
  });

  it('low light: brightness, and variance of photons and read-out', async () => {
    for (const [level, exposure] of [
      [1, 1 / 4],
      [2, 1 / 8],
      [3, 1 / 16],
    ] as const) {
      const { data } = await apply('low-light', flat(200, 200, 3, 200), level);
      const gain = exposure ** -0.7;
      const photons = linearOfByte[200]! * exposure * 1000;
      expectMoments(
        Array.from(data, (value) => linearOfByte[value]!),
        (photons / 1000) * gain,
        (photons + 9) * (gain / 1000) ** 2,
      );
    }
  });

  it('blur: grows with the face', async () => {
    for (const faceSize of [112, 224, 336])
      expect(await apply('blur', photoLike(), 2, 1, faceSize)).toEqual(
        gaussianBlur(photoLike(), (2 * faceSize) / 224),
      );
  });

  it('low resolution: means of blocks, bilinear between', async () => {
    const image = createImage(4, 4, 1);
    image.data.set([0, 0, 80, 80, 0, 0, 80, 80, 160, 160, 240, 240, 160, 160, 240, 240]);
    expect([...(await apply('low-resolution', image, 1)).data]).toEqual([
      0, 20, 60, 80, 40, 60, 100, 120, 120, 140, 180, 200, 160, 180, 220, 240,
    ]);
    expect([...(await apply('low-resolution', image, 2)).data]).toEqual(new Array(16).fill(120));
  });

  it('jpeg: quality and size that the codec is asked for', async () => {
    const asked: [number, number, number][] = [];
    const codec: JpegCodec = {
      encodeJpeg: ({ width, channels }, quality) => {
        asked.push([width, channels, quality]);
        return Promise.resolve(new Uint8Array([width]));
      },
      decode: ([width]) => Promise.resolve(flat(width!, width!, 1, 77)),
    };
    const image = flat(100, 100, 4, 200);
    for (const [level, faceSize] of [
      [1, 224],
      [2, 448],
      [3, 50],
    ] as const) {
      const saved = await noiseEffects.jpeg.apply(image, level, createRandom(0), { faceSize, codec });
      expect([...saved.data.slice(0, 4)]).toEqual([77, 77, 77, 200]);
    }
    expect(asked).toEqual([
      [100, 3, 30],
      [50, 3, 15],
      [100, 3, 7],
    ]);
    const wrong: JpegCodec = { ...codec, decode: () => Promise.resolve(flat(3, 3, 3, 0)) };
    await expect(
      noiseEffects.jpeg.apply(image, 1, createRandom(0), { faceSize: 224, codec: wrong }),
    ).rejects.toThrow(/100×100 into 3×3 pixels/);
  });

  it('grains: one random number per pixel of the reference crop', async () => {
    const { data } = await apply('gaussian', flat(6, 6, 3, 128), 2, 1, 2 * 224);
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 6; x++) {
        for (let c = 0; c < 3; c++)
          expect(data[(y * 6 + x) * 3 + c]).toBe(data[((y & 4) * 6 + (y & 2) * 6 + (x & 6)) * 3 + c]);
      }
    }
    expect(new Set(data).size).toBeGreaterThan(15);
  });
});

describe('noiseProtocol', () => {
  it('has 27 conditions', () => {
    expect(noiseConditions).toHaveLength(27);
    expect(new Set(noiseConditions.map(({ effect, level }) => `${effect} ${level}`)).size).toBe(27);
  });

  it('chooses evenly by the seed', async () => {
    const counts = new Map<string, number>();
    const runs = 2700;
    for (let seed = 0; seed < runs; seed++) {
      const { effect, level } = await noiseProtocol(flat(2, 2, 3, 99), seed, {
        faceSize: 224,
        codec: {
          encodeJpeg: () => Promise.resolve(new Uint8Array()),
          decode: () => Promise.resolve(flat(2, 2, 3, 0)),
        },
      });
      counts.set(`${effect} ${level}`, (counts.get(`${effect} ${level}`) ?? 0) + 1);
    }
    expect(counts.size).toBe(27);
    const chi2 = [...counts.values()].reduce((sum, n) => sum + (n - 100) ** 2 / 100, 0);
    // 26 degrees of freedom: 54.1 is exceeded once in a thousand.
    expect(chi2).toBeLessThan(54.1);
  });

  it('gives the same bytes for the same seed, number or text', async () => {
    for (const seed of [0, 5, 'photos/anna.jpg'])
      expect(await noiseProtocol(photoLike(), seed, context)).toEqual(
        await noiseProtocol(photoLike(), seed, context),
      );
    const [one, other] = await Promise.all(
      [1, 2].map((seed) => noiseProtocol(photoLike(), seed, context, { effect: 'gaussian', level: 2 })),
    );
    expect(one).toMatchObject({ effect: 'gaussian', level: 2 });
    expect(one!.image.data).not.toEqual(other!.image.data);
  });

  it('refuses an image without pixels', async () => {
    await expect(
      noiseProtocol({ width: 0, height: 0, channels: 3, data: new Uint8Array() }, 1, context),
    ).rejects.toThrow(/noiseProtocol: expected width × height/);
  });
});
