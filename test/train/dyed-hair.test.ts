import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { parsingLabels } from '../../src/network/parsing/parsing-classes.js';
import { dyeHair } from '../../src/train/dyed-hair.js';

const size = 16;
const plane = size * size;
/** Hair above, skin below; hair of two brightnesses. */
const labels = new Uint8Array(plane).map((_, at) =>
  at < plane / 2 ? parsingLabels.hair : parsingLabels.skin,
);
const view = (): Float32Array =>
  Float32Array.from({ length: 3 * plane }, (_, i) => (i % 2 === 0 ? -0.9 : -0.7));

describe('dyeHair', () => {
  const views = Array.from({ length: 200 }, (_, seed) => {
    const image = view();
    dyeHair(image, labels, createRandom(seed));
    return image;
  });
  const dyed = views.filter((image) => image[0] !== view()[0]);

  it('changes the hair of some views, and nothing else', () => {
    expect(dyed.length).toBeGreaterThan(10);
    expect(dyed.length).toBeLessThan(60);
    for (const image of views)
      for (let c = 0; c < 3; c++)
        expect(image.subarray(c * plane + plane / 2, (c + 1) * plane)).toEqual(
          view().subarray(c * plane + plane / 2, (c + 1) * plane),
        );
  });

  it('gives all hair of a view one colour, and leaves light strands lighter than dark ones', () => {
    for (const image of dyed) {
      const colorAt = (at: number): number[] => [0, 1, 2].map((c) => (image[at + c * plane]! + 1) / 2);
      expect(colorAt(2)).toEqual(colorAt(0));
      const [dark, light] = [colorAt(0), colorAt(1)];
      expect(Math.max(...light)).toBeGreaterThan(Math.max(...dark));
      for (const value of light) expect(value).toBeLessThanOrEqual(1);
    }
  });
});
