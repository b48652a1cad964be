import { describe, expect, it } from 'vitest';
import {
  applyCameraLook,
  cameraEffects,
  drawCameraLook,
  mildCamera,
  type CameraLook,
} from '../../src/data/camera-effects.js';
import { createRandom } from '../../src/data/random.js';
import { jpegCodec } from '../../src/node/files/jpeg-codec.js';
import { linearOfByte } from '../../src/render/color.js';
import { flat, meanAndVariance, photoLike, psnr } from './pictures.js';

/** A camera that changes nothing. */
const plain: CameraLook = {
  exposure: 0,
  warmth: 0,
  tint: 0,
  contrast: 0,
  vignette: 0,
  blur: 0,
  sharpening: 0,
  photons: 1e12,
  readNoise: 0,
  jpegQuality: 100,
};
const look = (change: Partial<CameraLook>) => (value: number) =>
  applyCameraLook(flat(120, 120, 3, value), { ...plain, ...change }, createRandom(1));
const channel = (data: ArrayLike<number>, c: number): number[] =>
  Array.from(data).filter((_, i) => i % 3 === c);

describe('applyCameraLook', () => {
  it('changes nothing without effects', () => {
    for (let value = 0; value < 256; value += 5) {
      for (const byte of new Set(look({})(value).data)) expect(Math.abs(byte - value)).toBeLessThanOrEqual(1);
    }
  });

  it('exposes in linear light', () => {
    for (const exposure of [-1, 0.5]) {
      const [byte] = look({ exposure })(120).data;
      expect(linearOfByte[byte!]! / linearOfByte[120]!).toBeCloseTo(2 ** exposure, 1);
    }
    expect(look({ exposure: 2 })(250).data[0]).toBe(255);
  });

  it('balances colours without changing the luminance of grey', () => {
    const { data } = look({ warmth: 0.4, tint: -0.1 })(150);
    const [r, g, b] = [0, 1, 2].map((c) => linearOfByte[data[c]!]!) as [number, number, number];
    expect(Math.log2(r / b)).toBeCloseTo(0.4, 1);
    expect(Math.log2(Math.sqrt(r * b) / g)).toBeCloseTo(-0.1, 1);
    expect((0.2126 * r + 0.7152 * g + 0.0722 * b) / linearOfByte[150]!).toBeCloseTo(1, 1);
  });

  it('bends the tone curve around its middle', () => {
    const steep = look({ contrast: 0.5 });
    const flatter = look({ contrast: -0.5 });
    expect(steep(64).data[0]).toBeLessThan(60);
    expect(steep(192).data[0]).toBeGreaterThan(196);
    expect(flatter(64).data[0]).toBeGreaterThan(68);
    for (const curve of [steep, flatter])
      expect([0, 128, 255].map((value) => curve(value).data[0]!)).toEqual([
        0,
        expect.closeTo(128, -0.4),
        255,
      ]);
  });

  it('darkens the corners by the given share', () => {
    const { data } = look({ vignette: 0.3 })(180);
    expect(linearOfByte[data[0]!]! / linearOfByte[180]!).toBeCloseTo(0.7, 1);
    expect(data[(60 * 120 + 60) * 3]).toBeGreaterThanOrEqual(179);
  });

  it('has the noise of a sensor: photons and read-out', () => {
    const { data } = look({ photons: 500, readNoise: 4 })(140);
    const light = linearOfByte[140]!;
    for (let c = 0; c < 3; c++) {
      const { mean, variance } = meanAndVariance(channel(data, c).map((byte) => linearOfByte[byte]!));
      expect(mean / light).toBeCloseTo(1, 1);
      expect(variance / (light / 500 + (4 / 500) ** 2)).toBeCloseTo(1, 0.7);
    }
  });

  it('keeps transparency and takes grey', () => {
    const image = photoLike(20, 10, 4);
    const out = applyCameraLook(image, drawCameraLook(createRandom(1)), createRandom(2));
    expect(out.data.filter((_, i) => i % 4 === 3)).toEqual(image.data.filter((_, i) => i % 4 === 3));
    expect(
      applyCameraLook(photoLike(20, 10, 1), drawCameraLook(createRandom(1)), createRandom(2)).data,
    ).toHaveLength(200);
  });
});

describe('drawCameraLook', () => {
  it('stays within the ranges and varies', () => {
    const looks = Array.from({ length: 2000 }, (_, k) => drawCameraLook(createRandom(k)));
    for (const name of Object.keys(mildCamera) as (keyof CameraLook)[]) {
      const values = looks.map((drawn) => drawn[name]);
      const [low, high] = mildCamera[name];
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
      expect(Math.max(...values) - Math.min(...values), name).toBeGreaterThan(0.9 * (high - low));
    }
    expect(looks.filter(({ vignette }) => vignette === 0).length / looks.length).toBeCloseTo(0.5, 1);
  });
});

describe('cameraEffects', () => {
  it('gives the same photo for the same seed, and leaves the original alone', async () => {
    const photo = photoLike();
    const before = photo.data.slice();
    const [one, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => cameraEffects(photo, createRandom(seed))),
    );
    expect(again).toEqual(one);
    expect(other!.image.data).not.toEqual(one!.image.data);
    expect(photo.data).toEqual(before);
    expect(one!.look).toEqual(drawCameraLook(createRandom(1).fork('look')));
  });

  it('is mild, and saves as JPEG when it has a codec', async () => {
    const photo = photoLike(224, 224);
    for (let seed = 0; seed < 20; seed++) {
      const { image } = await cameraEffects(photo, createRandom(seed));
      const saved = await cameraEffects(photo, createRandom(seed), { codec: jpegCodec });
      expect(psnr(photo, image)).toBeGreaterThan(12);
      expect(psnr(saved.image, image)).toBeGreaterThan(22);
      expect(saved.image.data).not.toEqual(image.data);
    }
  });
});
