import { describe, expect, it } from 'vitest';
import { cropToImage, sampleCrop } from '../../src/detect/crop.js';
import type { Crop } from '../../src/detect/crop.js';
import { ImagePyramid } from '../../src/detect/image-pyramid.js';
import { createImage } from '../../src/math/image.js';
import type { Image } from '../../src/math/image.js';

/** Red grows with x, green with y, blue is constant. */
function ramp(width: number, height: number, channels: 1 | 3 | 4 = 3): Image {
  const image = createImage(width, height, channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      image.data.set([x, y, 77, 255].slice(0, channels), (y * width + x) * channels);
  }
  return image;
}

const identity = { gain: 1, offset: 0 };

function sample(image: Image, crop: Crop, outside?: number): Float32Array {
  const target = new Float32Array(3 * crop.width * crop.height);
  sampleCrop(new ImagePyramid(image), crop, identity, target, 0, outside);
  return target;
}

describe('sampleCrop', () => {
  const whole = { centreX: 4, centreY: 3, scale: 1, roll: 0, width: 8, height: 6 };

  it('copies an image at scale 1, plane by plane', () => {
    const planes = sample(ramp(8, 6), whole);
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 8; x++)
        expect([0, 48, 96].map((plane) => planes[plane + y * 8 + x])).toEqual([x, y, 77]);
    }
  });

  it('reads one channel three times and skips alpha', () => {
    const grey = sample(ramp(8, 6, 1), whole);
    expect([grey[3], grey[48 + 3], grey[96 + 3]]).toEqual([3, 3, 3]);
    expect(sample(ramp(8, 6, 4), whole)).toEqual(sample(ramp(8, 6), whole));
  });

  it('interpolates between pixel centres', () => {
    const planes = sample(ramp(8, 6), { ...whole, centreX: 4.25, width: 2, height: 2 });
    expect(planes[0]).toBeCloseTo(3.25);
  });

  it('turns by roll as the conventions say: the crop of a face lying to the left is upright', () => {
    // Crown to the picture's left (roll 90): up in the crop is left in the picture.
    const planes = sample(ramp(9, 9), {
      centreX: 4.5,
      centreY: 4.5,
      scale: 1,
      roll: 90,
      width: 9,
      height: 9,
    });
    expect(planes[0 * 9 + 4]).toBe(0);
    expect(planes[8 * 9 + 4]).toBe(8);
    expect(
      cropToImage({ centreX: 4.5, centreY: 4.5, scale: 2, roll: 90, width: 9, height: 9 }, 4.5, 3.5),
    ).toEqual([2.5, 4.5]);
  });

  it('agrees with cropToImage at any roll and scale', () => {
    const crop = { centreX: 60, centreY: 50, scale: 0.7, roll: 33, width: 20, height: 10 };
    const planes = sample(ramp(128, 128), crop);
    const [x, y] = cropToImage(crop, 12.5, 3.5);
    expect(planes[3 * 20 + 12]).toBeCloseTo(x - 0.5, 4);
    expect(planes[200 + 3 * 20 + 12]).toBeCloseTo(y - 0.5, 4);
  });

  it('averages when it shrinks: a checkerboard becomes grey and a ramp stays in place', () => {
    const board = createImage(64, 64, 1);
    board.data.forEach((_, k) => (board.data[k] = ((k % 64) + Math.floor(k / 64)) % 2 ? 255 : 0));
    for (const value of sample(board, { centreX: 32, centreY: 32, scale: 8, roll: 0, width: 8, height: 8 })) {
      expect(Math.abs(value - 127.5)).toBeLessThan(2);
    }
    const planes = sample(ramp(64, 64), {
      centreX: 32,
      centreY: 32,
      scale: 4,
      roll: 0,
      width: 16,
      height: 16,
    });
    expect(Math.abs(planes[8 * 16 + 5]! - (5.5 * 4 - 0.5))).toBeLessThan(1);
  });

  it('continues the border, or fills beyond it', () => {
    const beyond = { ...whole, centreX: -20 };
    expect(sample(ramp(8, 6), beyond)[7]).toBe(0);
    expect(sample(ramp(8, 6), beyond, 128)[7]).toBe(128);
  });
});

describe('ImagePyramid', () => {
  it('stops at one pixel and copes with odd sizes', () => {
    const pyramid = new ImagePyramid(ramp(5, 3));
    expect(pyramid.level(1).image).toMatchObject({ width: 2, height: 1 });
    expect(pyramid.level(9)).toMatchObject({ level: 1 });
    expect(new ImagePyramid(ramp(1, 1)).level(4).image).toMatchObject({ width: 1, height: 1 });
  });

  it('refuses data that does not fit the size', () => {
    expect(() => new ImagePyramid({ width: 2, height: 2, channels: 3, data: new Uint8Array(5) })).toThrow(
      /received 2×2×3 with 5/,
    );
    expect(() => new ImagePyramid({ width: 0, height: 2, channels: 3, data: new Uint8Array(0) })).toThrow(
      RangeError,
    );
  });
});
