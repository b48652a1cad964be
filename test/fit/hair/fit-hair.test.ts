import { beforeAll, describe, expect, it } from 'vitest';
import { LIT_GAIN } from '../../../src/fit/hair/hair-color.js';
import { fitHair } from '../../../src/fit/hair/fit-hair.js';
import { readSafetensors } from '../../../src/io/safetensors.js';
import { evaluateVertices } from '../../../src/model/evaluate.js';
import {
  hairCurls,
  hairFromTensors,
  hairLengths,
  hairTones,
  type HairCurl,
  type HairLength,
  type HairStyle,
} from '../../../src/model/hair-file.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { NearestSkin } from '../../../src/model/nearest-skin.js';
import { assetFiles, loadModel, readAsset } from '../../../src/node/files/assets.js';
import { linearOfByte, luminance } from '../../../src/render/color.js';
import { vertexNormals } from '../../../src/render/normals.js';
import { createRasterTarget, rasterize } from '../../../src/render/rasterize.js';
import { portrait } from '../../../src/fit/pictures/sheet.js';
import { hairColor, wornPhoto } from './worn-photo.js';

let model: MorphableModel;
let styles: HairStyle[];
const styleOf = (name: string): HairStyle => styles.find((style) => style.name === name)!;

beforeAll(async () => {
  model = await loadModel();
  styles = await hairFromTensors(readSafetensors(await readAsset(assetFiles.hair)));
});

describe('fitHair', () => {
  it.each([
    ['short01', 0],
    ['short02', 25],
    ['short02', -30],
    ['medium02', 0],
    ['medium01', 20],
    ['long01', 0],
    ['long01', -35],
  ])('tells the length of %s, turned by %i°', (name, yaw) => {
    const { length, style, sure } = fitHair(model, styles, wornPhoto(model, styleOf(name), { yaw }));
    expect(length).toBe(styleOf(name).length);
    expect(styles.find((one) => one.name === style)!.length).toBe(length);
    expect(sure).toBeGreaterThan(0.4);
  });

  it('takes no collar of fur, nor a beard, for long hair', () => {
    // From 40 mm below the middle of the head on.
    const collar = 222;
    const { length } = fitHair(model, styles, wornPhoto(model, styleOf('short01'), { collar }));
    expect(length).toBe('short');
  });

  it('wears curls and ponytails where the parser says so', () => {
    const subject = wornPhoto(model, styleOf('short01'));
    const wornWith = (length: HairLength, curl: HairCurl, sure = 0.96): string => {
      const lengths = Float32Array.from(hairLengths, (name) => (name === length ? 0.95 : 0.01));
      const curls = Float32Array.from(hairCurls, (name) => (name === curl ? sure : (1 - sure) / 4));
      const tones = new Float32Array(hairTones.length).fill(1 / hairTones.length);
      return fitHair(model, styles, {
        ...subject,
        parsing: { ...subject.parsing, hair: { lengths, curls, tones } },
      }).style;
    };
    expect(wornWith('short', 'straight')).toBe('short01');
    expect(wornWith('short', 'coily')).toBe('afro01');
    // Half sure, short hair is wavy more often than not.
    expect(wornWith('short', 'curly', 0.5)).toBe('short01');
    expect(wornWith('tied', 'straight')).toBe('ponytail01');
    expect(wornWith('shaved', 'coily')).toBe('shaved');
  });

  it('gives the bald none, nor their scalp its colour', () => {
    const { style, color, cards, ground } = fitHair(model, styles, wornPhoto(model, undefined));
    expect(style).toBe('bald');
    expect(color).toBeUndefined();
    expect(cards).toBeUndefined();
    expect(Math.max(...ground)).toBe(0);
  });

  it('has the colour of the photo, without its light', () => {
    const subject = wornPhoto(model, styleOf('short01'));
    const half = subject.light as Float32Array;
    const { color } = fitHair(model, styles, { ...subject, light: half.map((value) => value * 0.5) });
    // Drawn hair is plain; of a photo's, brighter strands tell the colour, and it is as much darker.
    hairColor.forEach((value, k) => {
      expect((LIT_GAIN * color![k]!) / (2 * linearOfByte[value]!)).toBeGreaterThan(0.85);
      expect((LIT_GAIN * color![k]!) / (2 * linearOfByte[value]!)).toBeLessThan(1.15);
    });
  });

  it("has the photo's colour in the photo's light, whatever light was found and the parser calls it", () => {
    const subject = wornPhoto(model, styleOf('short01'));
    const sure = <T extends string>(names: readonly T[], told: T) =>
      Float32Array.from(names, (name) => (name === told ? 1 : 0));
    const hair = {
      lengths: sure(hairLengths, 'short'),
      curls: sure(hairCurls, 'straight'),
      tones: sure(hairTones, 'black'),
    };
    const dim = (subject.light as Float32Array).map((value) => value * 0.3);
    const parsing = { ...subject.parsing, hair };
    const { color, photoColor } = fitHair(model, styles, { ...subject, parsing, light: dim });
    hairColor.forEach((value, k) => {
      expect(photoColor![k]! / linearOfByte[value]!).toBeGreaterThan(0.9);
      expect(photoColor![k]! / linearOfByte[value]!).toBeLessThan(1.1);
    });
    expect(luminance(color!)).not.toBeCloseTo(luminance(photoColor!), 2);
    const grey = fitHair(model, styles, { ...subject, parsing, grey: true }).photoColor!;
    expect(new Set(grey).size).toBe(1);
  });

  it('is in dim light what is guessed of it where the photo shows none', () => {
    const subject = wornPhoto(model, undefined);
    const dim = new Float32Array(27);
    for (let k = 0; k < 3; k++) dim[9 * k] = 0.2;
    const { color, photoColor } = fitHair(model, styles, { ...subject, light: dim }, 'short01');
    const [red, green, blue] = photoColor!.map((value, k) => value / color![k]!);
    expect(red).toBeGreaterThan(0);
    expect(red).toBeLessThan(0.5);
    expect(green).toBeCloseTo(red!);
    expect(blue).toBeCloseTo(red!);
  });

  it('has no hue in a black-and-white photo, whatever the parser calls it', () => {
    const subject = wornPhoto(model, styleOf('short01'));
    const lengths = Float32Array.from(hairLengths, (name) => (name === 'short' ? 1 : 0));
    const curls = Float32Array.from(hairCurls, (name) => (name === 'straight' ? 1 : 0));
    const tones = Float32Array.from(hairTones, (name) => (name === 'red' ? 1 : 0));
    const parsing = { ...subject.parsing, hair: { lengths, curls, tones } };
    const [red, , blue] = fitHair(model, styles, { ...subject, parsing }).color!;
    expect(red).toBeGreaterThan(2 * blue);
    const grey = fitHair(model, styles, { ...subject, parsing, grey: true }).color!;
    expect(new Set(grey).size).toBe(1);
  });

  it('wears what is asked for, and says in one line what there is not', () => {
    const subject = wornPhoto(model, styleOf('short01'));
    const { style, sure, cards } = fitHair(model, styles, subject, 'bob01');
    expect([style, sure]).toEqual(['bob01', 0]);
    expect(cards!.uvs).toBe(styleOf('bob01').uvs);
    expect(fitHair(model, styles, subject, 'shaved').cards).toBeUndefined();
    expect(() => fitHair(model, styles, subject, 'mullet')).toThrow(
      /^fitHair: expected the style auto, none, bald, [^\n]+, got "mullet"\.$/,
    );
  });

  it.each(['short03', 'bob01', 'bob02', 'long01', 'afro01'])(
    'hangs %s neither before the eyes nor within the skin, on heads of all shapes',
    (name) => {
      for (const sigma of [-2, 0, 2]) {
        const shape = Float32Array.from({ length: 6 }, (_, k) => (k % 2 === 0 ? sigma : -sigma));
        const photo = wornPhoto(model, styleOf('short01'), { shape });
        const { cards } = fitHair(model, styles, photo, name);
        expect(deepest(shape, cards!.positions)).toBeGreaterThan(-0.01);
        expect(coveredFeatures(shape, cards!)).toBe(0);
      }
    },
  );
});

/** The lowest height above the skin, mm, but within the folds of ears, which have no outside. */
function deepest(shape: Float32Array, positions: Float32Array): number {
  const { vertexCount, triangles } = model.parts[0]!;
  const skin = evaluateVertices(model, { shape }).slice(0, 3 * vertexCount);
  const normals = vertexNormals(skin, triangles, new Float32Array(skin.length));
  const nearest = new NearestSkin(skin, normals, triangles);
  const ears = model.regions.get('ears')!;
  let least = Infinity;
  for (let i = 0; i < positions.length; i += 3) {
    const place = nearest.near(positions[i]!, positions[i + 1]!, positions[i + 2]!, 8);
    if (place && ears[place.vertex]! < 0.1) least = Math.min(least, place.height);
  }
  return least;
}

/** Pixels of eyes, nose and mouth that hair hides from the front. */
function coveredFeatures(
  shape: Float32Array,
  { positions, triangles }: { positions: Float32Array; triangles: Uint32Array },
): number {
  const head = evaluateVertices(model, { shape });
  const skin = model.parts[0]!.triangles;
  const bare = createRasterTarget(200, 200);
  const worn = createRasterTarget(200, 200);
  const camera = portrait(head, {}, 200).camera;
  for (const target of [bare, worn]) rasterize(target, portrait(head, {}, 200).positions, skin, camera);
  const idOffset = skin.length / 3;
  rasterize(worn, portrait(positions, {}, 200).positions, triangles, camera, { clear: false, idOffset });
  const features = ['eyes', 'nose', 'mouth'].map((name) => model.regions.get(name)!);
  let hidden = 0;
  bare.triangle.forEach((id, at) => {
    if (id < 0 || worn.triangle[at]! < idOffset) return;
    if (features.some((region) => region[skin[3 * id]!]! > 0.6)) hidden++;
  });
  return hidden;
}
