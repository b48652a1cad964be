import { describe, expect, it } from 'vitest';
import { parsingLabels, UNKNOWN_LABEL } from '../../src/network/parsing/parsing-classes.js';
import { createRandom } from '../../src/data/random.js';
import { createImage, type Image } from '../../src/math/image.js';
import { oddLight } from '../../src/train/odd-light.js';
import { likelySkin } from '../../src/train/likely-skin.js';
import { sharesOf } from '../../src/train/parse.js';
import { crowdView, parseView, type ParsePhoto } from '../../src/train/parse-view.js';

const SIDE = 200;
const SIZE = 64;
const box = { x: 60, y: 60, width: 80, height: 80 };

/** Points on a circle around the middle of the box, the eyes above and the mouth below. */
function landmarks(): Float32Array {
  return Float32Array.from({ length: 136 }, (_, i) => {
    const k = i >> 1;
    const angle = k <= 16 ? Math.PI * (1 - k / 16) : k <= 26 ? -Math.PI * ((26.5 - k) / 10) : 0;
    const radius = k <= 26 ? 40 : k < 48 ? 12 : 20;
    const [x, y] =
      k <= 26 ? [Math.cos(angle) * radius, Math.sin(angle) * radius] : k < 48 ? [0, -radius] : [0, radius];
    return 100 + (i % 2 === 0 ? x : y);
  });
}

function flat(value: number, channels: 1 | 3 = 3): Image {
  const image = createImage(SIDE, SIDE, channels);
  image.data.fill(value);
  return image;
}

/** A face of one colour, its right half covered. */
function halfCovered(): ParsePhoto {
  const mask = createImage(SIDE, SIDE, 1);
  for (let y = 0; y < SIDE; y++) mask.data.fill(255, y * SIDE + 100, (y + 1) * SIDE);
  return {
    photo: flat(160),
    covered: { photo: flat(90), mask },
    labels: flat(parsingLabels.skin, 1),
    box,
    roll: 0,
    landmarks: landmarks(),
  };
}

const plain = { size: SIZE, covered: 0, noise: 0 };
const count = (labels: Uint8Array, label: number): number => labels.filter((value) => value === label).length;

describe('parseView', () => {
  it('calls what a mask covers a cover, and the rest what it is', async () => {
    const { labels } = await parseView(halfCovered(), createRandom(3), plain);
    const covers = count(labels, parsingLabels.cover) / labels.length;
    const skin = count(labels, parsingLabels.skin) / labels.length;
    expect(covers).toBeGreaterThan(0.25);
    expect(skin).toBeGreaterThan(0.25);
  });

  it('teaches nothing beyond the photo', async () => {
    const wide = { ...halfCovered(), covered: undefined, box: { x: 0, y: 0, width: 200, height: 200 } };
    const { labels } = await parseView(wide, createRandom(1), plain);
    expect(count(labels, UNKNOWN_LABEL)).toBeGreaterThan(0.4 * labels.length);
  });

  it('marks what it lays over a face itself', async () => {
    const photo = { ...halfCovered(), covered: undefined };
    for (let seed = 0; seed < 5; seed++) {
      const { labels } = await parseView(photo, createRandom(seed), { ...plain, covered: 1 });
      expect(count(labels, parsingLabels.cover)).toBeGreaterThan(20);
    }
  });

  it('is the same again for a seed', async () => {
    const [a, b] = await Promise.all(
      [0, 1].map(() => parseView(halfCovered(), createRandom(7), { size: SIZE, covered: 0.5, noise: 40 })),
    );
    expect(a!.labels).toEqual(b!.labels);
    expect(a!.image).toEqual(b!.image);
  });

  it('without labels asks its teacher about the clean view, but not against colour and geometry', async () => {
    const photo = { ...halfCovered(), labels: undefined, covered: undefined };
    const teach = async (image: Float32Array): Promise<Uint8Array> => {
      expect(image[(SIZE * SIZE + SIZE) / 2]).toBeCloseTo(160 / 127.5 - 1, 5);
      return new Uint8Array(SIZE * SIZE).fill(parsingLabels.hair);
    };
    const { labels } = await parseView(photo, createRandom(2), plain, teach);
    expect(count(labels, parsingLabels.hair)).toBeGreaterThan(0);
    // Where skin is likely and hair is said, nobody knows.
    expect(count(labels, UNKNOWN_LABEL)).toBeGreaterThan(100);
    expect(count(labels, parsingLabels.skin)).toBe(0);
  });
});

describe('likelySkin', () => {
  it('is within the outline and of the usual colour', () => {
    const size = 200;
    const image = new Float32Array(3 * size * size).fill(0.2);
    // A dark bar over the eyes.
    for (let c = 0; c < 3; c++)
      for (let y = 80; y < 90; y++) image.fill(-0.95, (c * size + y) * size, (c * size + y + 1) * size);
    const labels = likelySkin(image, size, landmarks());
    expect(labels[110 * size + 100]).toBe(parsingLabels.skin);
    expect(labels[85 * size + 100]).toBe(UNKNOWN_LABEL);
    expect(labels[10 * size + 10]).toBe(UNKNOWN_LABEL);
  });
});

describe('crowdView', () => {
  it('lays another over a view now and then, and calls it a cover', () => {
    let crowded = 0;
    for (let seed = 0; seed < 60; seed++) {
      const view = {
        image: new Float32Array(3 * SIZE * SIZE),
        labels: new Uint8Array(SIZE * SIZE).fill(parsingLabels.skin),
      };
      const other = { image: new Float32Array(3 * SIZE * SIZE).fill(1), labels: new Uint8Array(SIZE * SIZE) };
      crowdView(view, other, SIZE, createRandom(seed));
      const covers = count(view.labels, parsingLabels.cover);
      if (covers > 0) crowded++;
      expect(view.image.reduce((sum, value) => sum + value, 0)).toBe(3 * covers);
    }
    expect(crowded).toBeGreaterThan(1);
    expect(crowded).toBeLessThan(25);
  });
});

describe('sharesOf', () => {
  it('counts the pixels of each square', () => {
    const labels = Uint8Array.from([1, 1, 2, 255, 1, 3, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
    const shares = sharesOf(labels, 4);
    expect([...shares.subarray(0, 4)]).toEqual([0, 0, 1, 1]);
    expect([...shares.subarray(4, 8)]).toEqual([0.75, 0, 0, 0]);
    expect([...shares.subarray(8, 12)]).toEqual([0, 0.25, 0, 0]);
    expect([...shares.subarray(12, 16)]).toEqual([0.25, 0, 0, 0]);
  });
});

describe('oddLight', () => {
  it('only darkens or tints, now and then, and stays within the range', () => {
    let changed = 0;
    for (let seed = 0; seed < 60; seed++) {
      const image = new Float32Array(3 * SIZE * SIZE).fill(0.3);
      oddLight(image, SIZE, createRandom(seed));
      expect(Math.min(...image)).toBeGreaterThanOrEqual(-1);
      expect(Math.max(...image)).toBeLessThanOrEqual(1);
      if (image.some((value) => Math.abs(value - 0.3) > 0.01)) changed++;
    }
    expect(changed).toBeGreaterThan(8);
    expect(changed).toBeLessThan(45);
  });
});
