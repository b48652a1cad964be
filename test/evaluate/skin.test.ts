import { describe, expect, it } from 'vitest';
import { leakedFromPhoto, leakedShare } from '../../src/evaluate/leak.js';
import { parsingOverlap } from '../../src/evaluate/parsing-overlap.js';
import { plainCover, plainCoverColor } from '../../src/evaluate/plain-covers.js';
import { createImage, type Image } from '../../src/math/image.js';
import { parsingLabels, UNKNOWN_LABEL } from '../../src/network/parsing/parsing-classes.js';

const { skin, cover, hair } = parsingLabels;

/** Ten texels of skin, the first so many of another colour. */
function texture(count: number, color: readonly number[]): Image {
  const image = createImage(10, 1, 3);
  for (let k = 0; k < 10; k++) image.data.set(k < count ? color : [200, 150, 130], 3 * k);
  return image;
}

describe('leakedShare', () => {
  const grey = [128, 128, 128];
  it('is the share of texels that took the colour on', () => {
    expect(leakedShare(texture(3, [130, 120, 128]), texture(0, grey), grey)).toBeCloseTo(0.3, 6);
  });
  it('leaves out what had the colour before', () => {
    expect(leakedShare(texture(3, grey), texture(2, grey), grey)).toBeCloseTo(0.1, 6);
    expect(leakedShare(texture(1, grey), texture(2, grey), grey)).toBe(0);
  });
  it('counts colours within 30 of 255', () => {
    expect(leakedShare(texture(1, [158, 128, 128]), texture(0, grey), grey)).toBeCloseTo(0.1, 6);
    expect(leakedShare(texture(1, [159, 128, 128]), texture(0, grey), grey)).toBe(0);
  });
});

describe('leakedFromPhoto', () => {
  const grey = [128, 128, 128];
  it('leaves out what was filled', () => {
    // Three grey texels: one from the photo, one mirrored, one predicted.
    const sources = createImage(10, 1, 3);
    sources.data.set([255, 0, 0, 0, 255, 0, 0, 0, 255]);
    const covered = { photo: texture(3, grey), sources };
    expect(leakedFromPhoto(covered, { photo: texture(0, grey), sources }, grey)).toBeCloseTo(0.2, 6);
    expect(leakedFromPhoto(covered, covered, grey)).toBe(0);
  });
});

describe('plainCoverColor', () => {
  const landmarks = Array.from({ length: 136 }, (_, k) => 50 + ((37 * k) % 100));
  it('is the colour that the cover has in the picture', () => {
    const image = createImage(200, 200, 3);
    image.data.fill(255);
    for (const name of ['half', 'lower', 'eyes', 'rand40'] as const) {
      const { data } = plainCover(image, landmarks, name, 'seed');
      const color = plainCoverColor(landmarks, name, 'seed')!;
      let count = 0;
      for (let at = 0; at < data.length; at += 3)
        if (color.every((value, c) => data[at + c] === value)) count++;
      expect(count).toBeGreaterThan(100);
    }
    expect(plainCoverColor(landmarks, 'clean', 'seed')).toBeUndefined();
  });
});

describe('parsingOverlap', () => {
  it('is intersection over union of each class, of what is known', () => {
    const known = [skin, skin, skin, cover, UNKNOWN_LABEL, UNKNOWN_LABEL];
    const said = [skin, skin, cover, cover, cover, hair];
    const overlap = parsingOverlap(said, known);
    expect(overlap.skin).toBeCloseTo(2 / 3, 9);
    expect(overlap.cover).toBeCloseTo(1 / 2, 9);
    expect(overlap.hair).toBeUndefined();
  });
});
