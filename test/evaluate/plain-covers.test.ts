import { describe, expect, it } from 'vitest';
import { plainCover, plainCovers, type PlainCover } from '../../src/evaluate/plain-covers.js';
import type { Image } from '../../src/math/image.js';

const photo: Image = { width: 200, height: 200, channels: 3, data: new Uint8Array(3 * 200 * 200).fill(77) };
/** Corners of the box (50, 50)–(150, 150); brows at 60, lids down to 80, the bridge's end at 90. */
const landmarks = new Float64Array(136).fill(100);
const put = (index: number, x: number, y: number): void => {
  landmarks.set([x, y], 2 * index);
};
put(0, 50, 50);
put(16, 150, 150);
for (let k = 17; k < 27; k++) put(k, 100, 60);
for (let k = 36; k < 48; k++) put(k, 100, 80);
put(29, 100, 90);

/** The rectangle of changed pixels, and how many of it are changed. */
function changed(cover: PlainCover, seed = 'a'): { box: number[]; count: number } {
  const { data } = plainCover(photo, landmarks, cover, seed);
  const box = [Infinity, Infinity, -1, -1];
  let count = 0;
  for (let i = 0; i < 200 * 200; i++) {
    if (data[3 * i] === 77 && data[3 * i + 1] === 77 && data[3 * i + 2] === 77) continue;
    const [x, y] = [i % 200, Math.floor(i / 200)];
    box[0] = Math.min(box[0]!, x);
    box[1] = Math.min(box[1]!, y);
    box[2] = Math.max(box[2]!, x + 1);
    box[3] = Math.max(box[3]!, y + 1);
    count++;
  }
  return { box, count };
}

describe('plainCover', () => {
  it('covers what it says: left 8, right 8, above 15, below 6 % beyond the landmarks', () => {
    expect(changed('clean').count).toBe(0);
    expect(changed('lower').box).toEqual([42, 90, 158, 156]);
    expect(changed('eyes').box).toEqual([42, 57, 158, 85]);
    expect([
      [42, 35, 100, 156],
      [100, 35, 158, 156],
    ]).toContainEqual(changed('half').box);
  });

  it('covers either half, and 40 % anywhere', () => {
    const sides = new Set(Array.from({ length: 20 }, (_, k) => changed('half', `${k}`).box[0]));
    expect([...sides].sort()).toEqual([100, 42]);
    const places = Array.from({ length: 20 }, (_, k) => changed('rand40', `${k}`));
    for (const { count } of places) expect(count / (116 * 121)).toBeCloseTo(0.4, 1);
    expect(new Set(places.map(({ box }) => box.join())).size).toBe(20);
  });

  it('adds noise of 25 in 255, and leaves the photo itself alone', () => {
    const data = Array.from(plainCover(photo, landmarks, 'noise25', 'a').data);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    expect(mean).toBeCloseTo(77, 0);
    expect(Math.sqrt(variance)).toBeGreaterThan(24);
    expect(Math.sqrt(variance)).toBeLessThan(26);
    expect(photo.data.every((value) => value === 77)).toBe(true);
  });

  it.each(plainCovers)('%s is the same for the same seed', (cover) => {
    const once = plainCover(photo, landmarks, cover, 'seed').data;
    expect(plainCover(photo, landmarks, cover, 'seed').data).toEqual(once);
  });

  it('refuses another number of points', () => {
    expect(() => plainCover(photo, [1, 2], 'half', 'a')).toThrow(/expected 68 points, received 1/);
  });
});
