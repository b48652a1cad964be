import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colorWarnings } from '../../../src/fit/appearance/color-warnings.js';
import { greyLight, greyModel, isGrey } from '../../../src/fit/appearance/grey-photo.js';
import { headSurfaces } from '../../../src/avatar/head-surfaces.js';
import type { Reconstruction } from '../../../src/fit/reconstruction.js';
import type { Rogue } from '../../../src/fit/rogue.js';
import type { Image } from '../../../src/math/image.js';
import { loadRogue } from '../../../src/node.js';
import { astronaut } from '../example-reconstruction.js';

let rogue: Rogue;
let grey: Reconstruction;
const options = { maxFaces: 1, textureSize: 256 } as const;

beforeAll(async () => {
  rogue = await loadRogue();
  [grey] = (await rogue.reconstruct(await sharp(astronaut).greyscale().jpeg().toBuffer(), options)) as [
    Reconstruction,
  ];
});
afterAll(() => rogue.release());

/** The largest distance between the channels of a pixel that shows. */
function largestChroma({ channels, data }: Image): number {
  let largest = 0;
  for (let at = 0; at < data.length; at += channels) {
    if (channels === 4 && data[at + 3] === 0) continue;
    const [r, g, b] = data.subarray(at) as unknown as [number, number, number];
    largest = Math.max(largest, Math.max(r, g, b) - Math.min(r, g, b));
  }
  return largest;
}

describe('a black-and-white photo', () => {
  it('gives grey skin, eyes, teeth, tongue and lashes, also without the light', () => {
    const surfaces = headSurfaces(rogue.model, grey).filter(({ image }) => image);
    expect(new Set(surfaces.map(({ part }) => part.name)).size).toBeGreaterThanOrEqual(5);
    for (const { part, image } of surfaces) expect(largestChroma(image!), part.name).toBeLessThanOrEqual(4);
    expect(largestChroma(grey.textures!.albedo)).toBeLessThanOrEqual(4);
  });

  it('keeps the model’s own skin coloured, and the light without hue', () => {
    expect(largestChroma(grey.textures!.model)).toBeGreaterThan(40);
    const { light } = grey.coefficients;
    for (let k = 0; k < 9; k++) expect(light[k]! - light[18 + k]!).toBeCloseTo(0, 1);
    expect(grey.warnings).toEqual([expect.stringMatching(/black and white/)]);
  });

  it('takes coloured photos as before', async () => {
    const [head] = await rogue.reconstruct(astronaut, options);
    expect(head!.warnings).toEqual([]);
    expect(largestChroma(head!.textures!.photo!)).toBeGreaterThan(60);
    expect([...head!.textures!.parts.keys()]).not.toContain('lashes');
  });
});

describe('isGrey', () => {
  const box = { x: -5, y: 0, width: 30, height: 30 };
  const plain = (r: number, g: number, b: number): Image => ({
    width: 20,
    height: 30,
    channels: 3,
    data: Uint8Array.from({ length: 1800 }, (_, k) => [r, g, b][k % 3]!),
  });

  it('tells grey from pale, sepia and outside the photo', () => {
    expect(isGrey(plain(120, 121, 119), box)).toBe(true);
    expect(isGrey(plain(200, 190, 180), box)).toBe(false);
    expect(isGrey(plain(120, 100, 80), box)).toBe(false);
    expect(isGrey(plain(9, 9, 9), { ...box, x: 500 })).toBe(false);
  });
});

describe('greyModel', () => {
  it('keeps brightness and shape', () => {
    const model = greyModel(rogue.model);
    expect(greyModel(rogue.model)).toBe(model);
    expect(model.meanShape).toBe(rogue.model.meanShape);
    const [own, without] = [rogue.model.albedo!.mean, model.albedo!.mean];
    for (const at of [0, 3000, 90_000]) {
      expect(without[at]).toBe(without[at + 2]);
      expect(without[at]).toBeCloseTo(0.2126 * own[at]! + 0.7152 * own[at + 1]! + 0.0722 * own[at + 2]!, 6);
    }
    expect(greyLight(Float32Array.from({ length: 27 }, (_, k) => (k < 9 ? 1 : 0)))[26]).toBeCloseTo(
      0.2126,
      6,
    );
  });
});

describe('colorWarnings', () => {
  it.each<[string, readonly [number, number, number], RegExp]>([
    ['blue', [0.5, 0.7, 1.2], /strongly blue/],
    ['green', [0.6, 1, 0.6], /strongly green/],
    ['red', [1, 0.5, 0.4], /strongly red/],
    ['purple', [1, 0.5, 1], /strongly purple/],
    ['dark', [0.1, 0.1, 0.1], /very dark \(mean brightness \d+ of 255\)/],
  ])('names %s light on a face', async (_, gains, message) => {
    const tinted = await sharp(astronaut)
      .linear([...gains], [0, 0, 0])
      .png()
      .toBuffer();
    const [head] = await rogue.reconstruct(tinted, { maxFaces: 1, texture: 'none' });
    expect(head!.warnings).toContainEqual(expect.stringMatching(message));
  });

  it('is silent about ordinary skin, dark and light, and about none', () => {
    for (const skinColor of [
      [0.08, 0.04, 0.025],
      [0.6, 0.4, 0.3],
    ] as const)
      expect(colorWarnings({ skinColor }, false)).toEqual([]);
    expect(colorWarnings({}, false)).toEqual([]);
  });
});
