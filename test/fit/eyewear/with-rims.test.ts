import { describe, expect, it } from 'vitest';
import { ImagePyramid } from '../../../src/detect/image-pyramid.js';
import { eyeWindow } from '../../../src/fit/eyewear/eye-window.js';
import { findRims } from '../../../src/fit/eyewear/find-rims.js';
import { wearsGlasses, withRims } from '../../../src/fit/eyewear/with-rims.js';
import { createImage, type Image } from '../../../src/math/image.js';
import { classMap, likelihoodOf, type FaceParsing } from '../../../src/network/parsing/face-parser.js';
import { fromView } from '../../../src/network/face-view.js';
import { parserCrop } from '../../../src/network/parsing/face-parser.js';
import { parsingClasses, parsingLabels } from '../../../src/network/parsing/parsing-classes.js';
import { createRandom } from '../../../src/data/random.js';

const SIDE = 400;
const EYES = [
  [150, 180],
  [250, 180],
] as const;
/** Half of a lens, pixels: 27 by 24 mm. */
const LENS = [43, 38] as const;
const LOWER = 6;

type Draw = (x: number, y: number) => number | undefined;

/** Skin with a little noise and dark eyes, and what is drawn over it. */
function picture(draw: Draw = () => undefined): Image {
  const image = createImage(SIDE, SIDE, 3);
  const random = createRandom('skin');
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const isEye = EYES.some(([ex, ey]) => Math.hypot((x - ex) / 22, (y - ey) / 9) < 1);
      const drawn = draw(x + 0.5, y + 0.5);
      const value = drawn ?? (isEye ? 60 : 170 + random.normal(0, 2));
      for (let c = 0; c < 3; c++) image.data[3 * (y * SIDE + x) + c] = value - 20 * c;
    }
  return image;
}

/** Wires of 2 pixels around the lenses, and a bridge. */
const wires: Draw = (x, y) => {
  const isRim = EYES.some(([ex, ey]) => {
    const away = Math.hypot((x - ex) / LENS[0], (y - ey - LOWER) / LENS[1]);
    return Math.abs(away - 1) < 1 / LENS[0];
  });
  const isBridge = Math.abs(y - 172) < 1.2 && x > EYES[0][0] + LENS[0] - 2 && x < EYES[1][0] - LENS[0] + 2;
  return isRim || isBridge ? 90 : undefined;
};

/** A face seen from the front. */
function mesh(): Float32Array {
  const points = new Float32Array(478 * 3);
  const put = (k: number, x: number, y: number): void => {
    points.set([x, y, 0], 3 * k);
  };
  put(33, EYES[0][0] - 22, EYES[0][1]);
  put(133, EYES[0][0] + 22, EYES[0][1]);
  put(362, EYES[1][0] - 22, EYES[1][1]);
  put(263, EYES[1][0] + 22, EYES[1][1]);
  put(10, 200, 80);
  put(152, 200, 340);
  return points;
}

/** A parser that sees skin everywhere. */
function allSkin(): FaceParsing {
  const size = 96;
  const classes = new Float32Array(parsingClasses.length * size * size);
  classes.fill(1, parsingLabels.skin * size * size, (parsingLabels.skin + 1) * size * size);
  return { crop: parserCrop({ x: 80, y: 90, width: 240, height: 240 }, 0, 192), size, classes };
}

const probability = (image: Image): number => {
  const parsing = allSkin();
  return wearsGlasses(findRims(eyeWindow(new ImagePyramid(image), mesh()), likelihoodOf(parsing, 'cover')));
};

describe('withRims', () => {
  it('covers wires that the parser takes for skin, and nothing within or beside them', () => {
    const parsing = allSkin();
    const cover = likelihoodOf(withRims(parsing, new ImagePyramid(picture(wires)), mesh()), 'cover');
    let covered = 0;
    for (let k = 0; k < 24; k++) {
      const angle = (2 * Math.PI * k) / 24;
      for (const [x, y] of EYES) {
        const at = (radius: number): number =>
          cover(x + radius * LENS[0] * Math.cos(angle), y + LOWER + radius * LENS[1] * Math.sin(angle));
        if (at(1) > 0.4) covered++;
        expect(at(0.6)).toBe(0);
        if (Math.sin(angle) > 0.3) expect(at(1.4)).toBe(0);
      }
    }
    expect(covered).toBeGreaterThan(44);
    expect(cover(200, 172)).toBeGreaterThan(0.4);
    expect(Math.max(...classMap(parsing, 'cover'))).toBe(0);
  });

  it('covers the other lens as well where one hides an eye, unless it is clear', () => {
    const [right, left] = EYES.map(([x]) => x) as [number, number];
    const within = (x: number, y: number, ex: number): boolean =>
      Math.hypot((x - ex) / LENS[0], (y - EYES[0][1] - LOWER) / LENS[1]) < 1;
    const shown = (tint: number | undefined): number => {
      const parsing = allSkin();
      const said = { ...parsing, classes: parsing.classes.slice() };
      const { size, crop } = said;
      for (let at = 0; at < size * size; at++) {
        const [x, y] = fromView(crop, [
          (2 * ((at % size) + 0.5)) / size - 1,
          (2 * (Math.floor(at / size) + 0.5)) / size - 1,
        ]) as unknown as [number, number];
        if (!within(x, y, right)) continue;
        said.classes[parsingLabels.skin * size * size + at] = 0;
        said.classes[parsingLabels.cover * size * size + at] = 1;
      }
      const lenses: Draw = (x, y) => {
        if (wires(x, y) !== undefined) return 40;
        return within(x, y, right) ? 80 : within(x, y, left) ? tint : undefined;
      };
      const cover = likelihoodOf(withRims(said, new ImagePyramid(picture(lenses)), mesh()), 'cover');
      return cover(left + 12, EYES[1][1] + 18);
    };
    expect(shown(100)).toBeGreaterThan(0.9);
    expect(shown(undefined)).toBe(0);
  });

  it('covers a deeply dyed lens that a parser takes for skin, and not the clear one beside it', () => {
    const image = picture((x, y) => wires(x, y) && 30);
    const [right, left] = EYES.map(([x]) => x) as [number, number];
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const away = Math.hypot((x - left) / LENS[0], (y - EYES[1][1] - LOWER) / LENS[1]);
        if (away < 0.96) image.data.set([200, 70, 60], 3 * (y * SIDE + x));
      }
    const cover = likelihoodOf(withRims(allSkin(), new ImagePyramid(image), mesh()), 'cover');
    expect(cover(left + 12, EYES[1][1] + 18)).toBeGreaterThan(0.9);
    expect(cover(right + 12, EYES[0][1] + 18)).toBe(0);
  });

  it('leaves a bare face as it is', () => {
    const parsing = allSkin();
    expect(withRims(parsing, new ImagePyramid(picture()), mesh())).toBe(parsing);
  });

  it('keeps likelihoods that sum to 1', () => {
    const { classes, size } = withRims(allSkin(), new ImagePyramid(picture(wires)), mesh());
    for (let at = 0; at < size * size; at++) {
      let sum = 0;
      for (let label = 0; label < parsingClasses.length; label++) sum += classes[label * size * size + at]!;
      expect(sum).toBeCloseTo(1, 4);
    }
  });

  it('is surer of glasses than of bare faces and of edges that are no lines', () => {
    const edges: Draw = (x, y) => {
      const isWithin = EYES.some(([ex, ey]) => {
        const away = Math.hypot((x - ex) / LENS[0], (y - ey - LOWER) / LENS[1]);
        return away < 1 && away > 0.7;
      });
      return isWithin ? 140 : undefined;
    };
    expect(probability(picture(wires))).toBeGreaterThan(0.9);
    expect(probability(picture())).toBeLessThan(0.05);
    expect(probability(picture(edges))).toBeLessThan(0.5);
  });
});
