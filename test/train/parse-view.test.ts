import { describe, expect, it } from 'vitest';
import {
  NO_COVER_LABEL,
  NO_COVER_NOR_HAIR_LABEL,
  parsingClasses,
  parsingLabels,
  UNKNOWN_LABEL,
  type ParsingClass,
} from '../../src/network/parsing/parsing-classes.js';
import { parserStride } from '../../src/network/parsing/parser-view.js';
import { createRandom } from '../../src/data/random.js';
import { createImage, type Image } from '../../src/math/image.js';
import { oddLight } from '../../src/train/odd-light.js';
import { likelySkin } from '../../src/train/likely-skin.js';
import { sharesOf } from '../../src/train/parse.js';
import { photoLabels } from '../../src/train/photo-labels.js';
import type { UnlabelledView } from '../../src/train/unlabelled-view.js';
import { crowdView, parseView, type ParsePhoto } from '../../src/train/parse-view.js';
import { readWornFile, type HairLook, type Worn } from '../../src/train/worn-things.js';

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
    worn: undefined,
    box,
    roll: 0,
    landmarks: landmarks(),
  };
}

/** What a teacher says that thinks the same of all pixels. */
function said(size: number, likelihoods: Partial<Record<ParsingClass, number>>): Float32Array {
  const plane = (size / parserStride) ** 2;
  const all = new Float32Array(parsingClasses.length * plane);
  parsingClasses.forEach((name, k) => all.fill(likelihoods[name] ?? 0, k * plane, (k + 1) * plane));
  return all;
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
    const teach = async (image: Float32Array): Promise<Float32Array> => {
      expect(image[(SIZE * SIZE + SIZE) / 2]).toBeCloseTo(160 / 127.5 - 1, 5);
      return said(SIZE, { hair: 1 });
    };
    const { labels } = await parseView(photo, createRandom(2), plain, teach);
    expect(count(labels, parsingLabels.hair)).toBeGreaterThan(0);
    // Where skin is likely and hair is said, nobody knows.
    expect(count(labels, UNKNOWN_LABEL)).toBeGreaterThan(100);
    expect(count(labels, parsingLabels.skin)).toBe(0);
  });
});

describe('photoLabels', () => {
  const size = 200;
  const frame = {
    centreX: 100,
    centreY: 100,
    size: 80,
    up: [0, -1],
    apart: [46, 0],
    eyes: [100, 88],
    mouth: [100, 120],
  } as const;
  const at = (x: number, y: number): number => y * size + x;
  const [eye, cheek, above, beside] = [at(77, 88), at(85, 118), at(100, 50), at(20, 110)];

  /** A face of one colour with dark lenses. */
  function view(wears: Worn['wears'] | undefined, outlines?: Worn['outlines']): UnlabelledView {
    const image = new Float32Array(3 * size * size).fill(0.2);
    for (let c = 0; c < 3; c++)
      for (let y = 78; y < 98; y++)
        for (const x of [65, 111])
          image.fill(-0.7, c * size * size + at(x, y), c * size * size + at(x + 24, y));
    return { image, size, points: landmarks(), frame, worn: wears && { wears, outlines } };
  }
  const labelsWith = (
    wears: Worn['wears'] | undefined,
    likelihoods: Partial<Record<ParsingClass, number>>,
    outlines?: Worn['outlines'],
  ) => photoLabels(view(wears, outlines), () => Promise.resolve(said(size, likelihoods)));

  it('believes no cover of someone who wears nothing', async () => {
    const sure = await labelsWith([], { cover: 0.7, hair: 0.28, skin: 0.02 });
    expect(sure[above]).toBe(parsingLabels.hair);
    const unsure = await labelsWith([], { cover: 0.9, hair: 0.05, skin: 0.05 });
    expect(unsure[above]).toBe(NO_COVER_LABEL);
    expect(unsure[cheek]).toBe(parsingLabels.skin);
  });

  it('expects a cover where it is worn, and nowhere else', async () => {
    const likelihoods = { cover: 0.6, hair: 0.3, skin: 0.1 };
    const hat = await labelsWith(['hat'], likelihoods);
    expect(hat[above]).toBe(parsingLabels.cover);
    expect(hat[beside]).toBe(parsingLabels.cover);
    expect(hat[at(100, 135)]).not.toBe(parsingLabels.cover);
    const mask = await labelsWith(['mask'], likelihoods);
    expect(mask[at(100, 135)]).toBe(parsingLabels.cover);
    expect(mask[above]).not.toBe(parsingLabels.cover);
  });

  it('finds the lenses of shades that the teacher takes for skin', async () => {
    const labels = await labelsWith(['shades'], { skin: 1 });
    expect(labels[eye]).toBe(parsingLabels.cover);
    expect(labels[at(123, 92)]).toBe(parsingLabels.cover);
    expect(labels[at(77, 104)]).not.toBe(parsingLabels.cover);
    expect(labels[cheek]).toBe(parsingLabels.skin);
  });

  it('takes outlines at their word, but for their border', async () => {
    const brim = [
      [60, 30],
      [140, 30],
      [140, 70],
      [60, 70],
    ] as const;
    const labels = await labelsWith(['hat'], { hair: 1 }, [brim]);
    expect(labels[above]).toBe(parsingLabels.cover);
    expect(labels[at(100, 69)]).toBe(UNKNOWN_LABEL);
    expect(labels[at(100, 20)]).toBe(parsingLabels.hair);
    const covers = await labelsWith(['hat'], { cover: 1 }, [brim]);
    expect(covers[at(100, 20)]).toBe(NO_COVER_LABEL);
  });

  it('believes no hair where somebody has seen that it does not reach', async () => {
    const collar = at(30, 160);
    const hairOf = (length: HairLook['length'], others: Partial<Record<ParsingClass, number>>) => {
      const seen = { ...view([]), worn: { wears: [], hair: { length } } };
      return photoLabels(seen, () => Promise.resolve(said(size, { hair: 0.8, ...others })));
    };
    const short = await hairOf('short', { background: 0.2 });
    expect(short[collar]).toBe(parsingLabels.background);
    expect(short[above]).toBe(parsingLabels.hair);
    const sure = await hairOf('short', { hair: 0.99, background: 0.01 });
    expect(sure[collar]).toBe(NO_COVER_NOR_HAIR_LABEL);
    const long = await hairOf('long', { background: 0.2 });
    expect(long[collar]).toBe(parsingLabels.hair);
    const bald = await hairOf('bald', { skin: 0.2 });
    expect(bald[above]).toBe(parsingLabels.skin);
    const bound = await hairOf('tied', { background: 0.2 });
    expect(bound[at(100, 5)]).toBe(parsingLabels.hair);
    expect(bound[collar]).toBe(parsingLabels.background);
  });

  it('has skin below the eyes of a bare face, whatever a beard looks like', async () => {
    const beard = await labelsWith(['hat'], { cover: 0.9, hair: 0.1 });
    expect(beard[at(100, 125)]).toBe(parsingLabels.skin);
    const strands = await labelsWith([], { hair: 0.9, cover: 0.1 });
    expect(strands[at(100, 125)]).not.toBe(parsingLabels.skin);
  });

  it('asks nobody but the teacher where something else is worn, or where nobody looked', async () => {
    for (const worn of [undefined, ['other'] as const]) {
      const labels = await labelsWith(worn, { cover: 1 });
      expect(labels[beside]).toBe(parsingLabels.cover);
    }
  });
});

describe('readWornFile', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('reads what is worn by the name of the photo', () => {
    const worn = readWornFile(bytes('{"a.jpg": ["hat", "shades"], "b.jpg": []}'));
    expect(worn.get('a.jpg')).toEqual({ wears: ['hat', 'shades'] });
    expect(worn.get('b.jpg')).toEqual({ wears: [] });
    const outlined = readWornFile(
      bytes('{"c.jpg": {"wears": ["hat"], "outlines": [[[0, 0], [1, 0], [0.5, 0.3]]]}}'),
    );
    expect(outlined.get('c.jpg')?.outlines?.[0]?.[2]).toEqual([0.5, 0.3]);
  });

  it('says in one line what is wrong', () => {
    for (const text of ['{"a.jpg": ["helmet"]}', '[]', '{"a.jpg": "hat"}', '{'])
      expect(() => readWornFile(bytes(text))).toThrow(/^expected lists of shades[^\n]*$/);
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
