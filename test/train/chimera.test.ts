import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import type { Image } from '../../src/math/image.js';
import { chimera, warp } from '../../src/train/chimera.js';
import type { GuidedPhoto } from '../../src/train/guided-example.js';

const SIZE = 120;
/** Any 68 points that are not on a line: two rings about the picture's middle. */
const ring = (radius: number, x = SIZE / 2, y = SIZE / 2): Float32Array =>
  Float32Array.from({ length: 136 }, (_, i) => {
    const k = i >> 1;
    const r = k % 2 === 0 ? radius : radius / 2;
    const angle = (2 * Math.PI * k) / 68 + (k < 34 ? 0 : 0.2);
    return i % 2 === 0 ? x + r * Math.cos(angle) : y + r * Math.sin(angle);
  });

function picture(colorAt: (x: number, y: number) => readonly number[]): Image {
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++) for (let x = 0; x < SIZE; x++) data.set(colorAt(x, y), 3 * (y * SIZE + x));
  return { width: SIZE, height: SIZE, channels: 3, data };
}

const photoOf = (photo: Image, landmarks: Float32Array, covered?: GuidedPhoto['covered']): GuidedPhoto => ({
  photo,
  covered,
  box: { x: 30, y: 30, width: 60, height: 60 },
  roll: 0,
  landmarks,
  alignment: landmarks.slice(0, 10),
  truth: undefined,
});

/** Stripes, so that there is contrast. */
const stripes = (base: number): Image =>
  picture((x) => new Array<number>(3).fill(base + (x % 8 < 4 ? 20 : -20)));

describe('chimera', () => {
  const first = photoOf(stripes(80), ring(40));
  const second = photoOf(
    picture((_, y) => [150 + (y % 8 < 4 ? 9 : -9), 160, 90]),
    ring(30, 50, 70),
  );

  it('changes the inside of the face only, and keeps its colours in the mean', () => {
    for (let seed = 0; seed < 8; seed++) {
      const { photo } = chimera(first, second, createRandom(seed));
      let sum = 0;
      let before = 0;
      let changed = 0;
      for (let y = 0; y < SIZE; y++)
        for (let x = 0; x < SIZE; x++) {
          const at = 3 * (y * SIZE + x);
          const is = photo.data[at]!;
          const was = first.photo.data[at]!;
          if (Math.hypot(x + 0.5 - 60, y + 0.5 - 60) > 42) expect(is).toBe(was);
          if (is === was) continue;
          changed++;
          sum += is;
          before += was;
        }
      expect(changed).toBeGreaterThan(500);
      expect(Math.abs(sum - before) / changed).toBeLessThan(8);
    }
  });

  it('keeps what covers the first photo, and the landmarks', () => {
    const mask: Image = { ...createMask((x) => x < 60), channels: 1 };
    const covered = { photo: picture(() => [1, 2, 3]), mask };
    const result = chimera({ ...first, covered }, second, createRandom(3));
    expect(result.landmarks).toBe(first.landmarks);
    expect([...result.covered!.photo.data.subarray(3 * (60 * SIZE + 30), 3 * (60 * SIZE + 31))]).toEqual([
      1, 2, 3,
    ]);
    const seen = 3 * (60 * SIZE + 75);
    expect(result.covered!.photo.data[seen]).toBe(result.photo.data[seen]);
  });

  it('is the same for the same seed, another for another', () => {
    const make = (seed: number): string =>
      Buffer.from(chimera(first, second, createRandom(seed)).photo.data).toString('base64');
    expect(make(1)).toBe(make(1));
    expect(make(1)).not.toBe(make(2));
  });

  it('of a face with itself is that face, but for its own resampling', () => {
    const { photo } = chimera(first, first, createRandom(5));
    let most = 0;
    for (let i = 0; i < photo.data.length; i++)
      most = Math.max(most, Math.abs(photo.data[i]! - first.photo.data[i]!));
    expect(most).toBeLessThanOrEqual(4);
  });
});

function createMask(isCovered: (x: number) => boolean) {
  const data = Uint8Array.from({ length: SIZE * SIZE }, (_, i) => (isCovered(i % SIZE) ? 255 : 0));
  return { width: SIZE, height: SIZE, data };
}

describe('warp', () => {
  it('is exact where landmarks are an affine map of each other', () => {
    const number = fc.double({ min: -0.4, max: 0.4, noNaN: true });
    fc.assert(
      fc.property(number, number, number, number, (a, b, c, d) => {
        const from = ring(40);
        const map = (x: number, y: number): [number, number] => [
          (1 + a) * x + b * y + 7,
          c * x + (1 + d) * y - 3,
        ];
        const to = Float32Array.from(from, (_, i) => map(from[i - (i % 2)]!, from[i - (i % 2) + 1]!)[i % 2]!);
        const [x, y] = warp(from, to, 80)(33, 71);
        const [u, v] = map(33, 71);
        expect(Math.hypot(x - u, y - v)).toBeLessThan(1e-3);
      }),
    );
  });

  it('follows landmarks that move by themselves', () => {
    const from = ring(40);
    const to = from.slice();
    for (let i = 0; i < 10; i++) to[2 * i]! += 6;
    const [x] = warp(from, to, 80)(from[8]!, from[9]!);
    expect(x - from[8]!).toBeGreaterThan(2);
    expect(Math.abs(warp(from, to, 80)(from[80]!, from[81]!)[0] - from[80]!)).toBeLessThan(2);
  });
});
