import { describe, expect, it } from 'vitest';
import { ImagePyramid } from '../../../src/detect/image-pyramid.js';
import { withFringe } from '../../../src/fit/hair/seen-fringe.js';
import { createImage, type Image } from '../../../src/math/image.js';
import { likelihoodOf } from '../../../src/network/parsing/face-parser.js';
import type { ParsingClass } from '../../../src/network/parsing/parsing-classes.js';
import { parsedFace } from '../parsed-face.js';

const place = {
  camera: { focal: 1200, cx: 320, cy: 320 },
  rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  translation: Float64Array.of(0, 20, -700),
};
const skin = [215, 165, 140] as const;
const hair = [70, 45, 30] as const;
/** Hair above, a strand that hangs from it, brows that do not. */
const HAIRLINE = 190;
const inStrand = (x: number, y: number): boolean => x > 300 && x < 340 && y < 225;
const inBrow = (x: number, y: number): boolean => y > 240 && y < 250 && x > 230 && x < 290;

function photo(hairColor: readonly number[]): Image {
  const image = createImage(640, 640, 3);
  for (let y = 0; y < 640; y++)
    for (let x = 0; x < 640; x++)
      image.data.set(y < HAIRLINE || inStrand(x, y) || inBrow(x, y) ? hairColor : skin, 3 * (640 * y + x));
  return image;
}

const parsing = parsedFace(place, (_, y): ParsingClass => (y < HAIRLINE ? 'hair' : 'skin'));
const seenWith = (hairColor: readonly number[]) => withFringe(parsing, new ImagePyramid(photo(hairColor)));

describe('withFringe', () => {
  it('takes strands of the hair for hair, though a parser took them for skin', () => {
    const seen = seenWith(hair);
    expect(likelihoodOf(seen, 'hair')(320, 210)).toBeGreaterThan(0.9);
    expect(likelihoodOf(seen, 'skin')(320, 210)).toBeLessThan(0.1);
    expect(likelihoodOf(seen, 'skin')(270, 215)).toBeGreaterThan(0.9);
  });

  it('takes a fringe for hair that a parser took for a cover, but no hat', () => {
    const under = (from: number) =>
      parsedFace(place, (_, y): ParsingClass => (y < from ? 'hair' : y < HAIRLINE ? 'cover' : 'skin'));
    const image = new ImagePyramid(photo(hair));
    expect(likelihoodOf(withFringe(under(150), image), 'cover')(320, 175)).toBeLessThan(0.1);
    const hat = parsedFace(place, (_, y): ParsingClass =>
      y < HAIRLINE ? 'cover' : y < HAIRLINE + 12 ? 'hair' : 'skin',
    );
    expect(likelihoodOf(withFringe(hat, image), 'cover')(320, 175)).toBeGreaterThan(0.9);
  });

  it('takes a fringe that shines for hair as a whole, but no headband', () => {
    const inPatch = (x: number, y: number): boolean => y >= 150 && y < HAIRLINE && x > 250 && x < 390;
    const covered = parsedFace(place, (x, y): ParsingClass =>
      inPatch(x, y) ? 'cover' : y < HAIRLINE ? 'hair' : 'skin',
    );
    const worn = (color: readonly number[]): number => {
      const image = photo(hair);
      for (let y = 0; y < 640; y++)
        for (let x = 0; x < 640; x++) if (inPatch(x, y)) image.data.set(color, 3 * (640 * y + x));
      return likelihoodOf(withFringe(covered, new ImagePyramid(image)), 'cover')(320, 175);
    };
    const shining = hair.map((value, k) => (value + skin[k]!) / 2);
    expect(worn(shining)).toBeLessThan(0.1);
    expect(worn([60, 80, 190])).toBeGreaterThan(0.9);
    expect(worn([240, 240, 240])).toBeGreaterThan(0.9);
  });

  it('leaves brows, which do not hang together with it', () => {
    expect(likelihoodOf(seenWith(hair), 'skin')(260, 245)).toBeGreaterThan(0.9);
  });

  it('leaves brows that shade at the temple joins to it', () => {
    const image = photo(hair);
    const joins = (x: number, y: number): boolean => x > 205 && x < 235 && y >= HAIRLINE && y < 250;
    for (let y = 0; y < 640; y++)
      for (let x = 0; x < 640; x++) if (joins(x, y)) image.data.set(hair, 3 * (640 * y + x));
    const seen = withFringe(parsing, new ImagePyramid(image));
    expect(likelihoodOf(seen, 'skin')(220, 220)).toBeLessThan(0.1);
    expect(likelihoodOf(seen, 'skin')(265, 245)).toBeGreaterThan(0.9);
  });

  it('leaves everything where hair has the colour of the skin', () => {
    const alike = skin.map((value) => value - 12);
    expect(seenWith(alike).classes).toEqual(parsing.classes);
  });

  it('keeps the sum of the likelihoods, and what it was given', () => {
    const before = parsing.classes.slice();
    const { classes, size } = seenWith(hair);
    expect(parsing.classes).toEqual(before);
    for (let at = 0; at < size * size; at += 37) {
      const sum = [0, 1, 2, 3].reduce((total, label) => total + classes[label * size * size + at]!, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  });
});
