import { beforeAll, describe, expect, it } from 'vitest';
import { seenVertices, skinCertainty } from '../../../src/fit/appearance/skin-certainty.js';
import { fitAppearance } from '../../../src/fit/appearance/fit-appearance.js';
import { unwrapTextures } from '../../../src/fit/appearance/unwrap-texture.js';
import { leakedShare } from '../../../src/evaluate/leak.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { parsedFace } from '../parsed-face.js';
import { daylight, photograph, photoSize, seen, syntheticFace } from '../synthetic-face.js';

let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

describe('skinCertainty', () => {
  const face = {
    camera: { focal: 1200, cx: 320, cy: 320 },
    rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  };
  const place = { ...face, translation: Float64Array.of(0, 20, -700) };
  /** Pixels per mm at the head. */
  const scale = 1200 / 700;

  it('believes nothing beside a cover', () => {
    const { skin, head } = skinCertainty(parsedFace(place, (x) => (x > 320 ? 'cover' : 'skin')));
    expect(skin(340, 320)).toBe(0);
    expect(skin(320 - 3 * scale, 320)).toBe(0);
    expect(skin(320 - 22 * scale, 320)).toBe(1);
    expect(head(320 - 22 * scale, 320)).toBe(1);
  });

  it('tells hair from skin, and lets both be the head', () => {
    const { skin, head } = skinCertainty(parsedFace(place, (_, y) => (y < 250 ? 'hair' : 'skin')));
    expect(skin(320, 230)).toBe(0);
    expect(head(320, 230)).toBe(1);
    expect(skin(320, 250 + 12 * scale)).toBe(1);
  });

  it('knows nothing far from the face', () => {
    const { skin } = skinCertainty(parsedFace(place, () => 'skin'));
    expect(skin(-400, -400)).toBe(0);
  });

  it('doubts what is hidden for landmarks too', () => {
    const { inView } = skinCertainty(parsedFace(place, (x) => (x > 320 ? 'cover' : 'skin')));
    expect(inView(400, 320, 0.8)).toBe(0);
    expect(inView(250, 320, 0.8)).toBeCloseTo(0.8, 6);
  });

  it('sees no eye through a cover, nor through strands', () => {
    const { showsEye } = skinCertainty(
      parsedFace(place, (x) => (x > 360 ? 'cover' : x < 280 ? 'hair' : 'skin')),
    );
    expect(showsEye(400, 320)).toBe(false);
    expect(showsEye(240, 320)).toBe(false);
    expect(showsEye(320, 320)).toBe(true);
  });
});

describe('seenVertices', () => {
  it('is how surely each vertex is shown: not behind, not under a cover', () => {
    const face = syntheticFace(model);
    const head = seen(model, face);
    const photo = { width: photoSize, height: photoSize };
    const half = skinCertainty(parsedFace(face, (x) => (x > 320 ? 'cover' : 'skin')));
    const shares = seenVertices(model, head, photo, half);
    expect(shares).toHaveLength(model.parts[0]!.vertexCount);
    shares.forEach((share, v) => {
      if (head.facing[v]! < 0 || head.pixels[2 * v]! > 320) expect(share).toBe(0);
    });
    const right = [...shares].filter((_, v) => head.facing[v]! > 0.6 && head.pixels[2 * v]! < 280);
    expect(right.filter((share) => share > 0.9).length).toBeGreaterThan(0.5 * right.length);
  });
});

describe('a cover that a parser sees', () => {
  it('leaves no trace in the texture and does not tint the skin', () => {
    const size = 512;
    const face = syntheticFace(model);
    const clean = photograph(model, face, daylight());
    const covered = { ...clean, data: Uint8Array.from(clean.data) };
    // Skin-coloured enough that its hue alone would not give it away.
    const color = [205, 150, 130];
    for (let y = 330; y < photoSize; y++)
      for (let x = 0; x < photoSize; x++) covered.data.set(color, 3 * (y * photoSize + x));
    const textured = (image: typeof clean, certainty?: ReturnType<typeof skinCertainty>) => {
      const head = seen(model, face);
      const appearance = fitAppearance(model, head, image, 300, undefined, certainty);
      return unwrapTextures(model, head, image, appearance, size, certainty)!.textures;
    };
    const certainty = skinCertainty(parsedFace(face, (_, y) => (y >= 330 ? 'cover' : 'skin')));
    const free = skinCertainty(parsedFace(face, () => 'skin'));
    const before = textured(clean, free);
    const blind = textured(covered);
    const aware = textured(covered, certainty);
    expect(leakedShare(aware.photo!, before.photo!, color)).toBeLessThan(
      0.2 * leakedShare(blind.photo!, before.photo!, color),
    );
    // What is left of the face keeps its colours.
    let difference = 0;
    let count = 0;
    for (let texel = 0; texel < size * size; texel++) {
      if (aware.coverage.data[texel] !== 255) continue;
      count++;
      for (let c = 0; c < 3; c++)
        difference += Math.abs(aware.photo!.data[3 * texel + c]! - before.photo!.data[3 * texel + c]!) / 3;
    }
    expect(count).toBeGreaterThan(0.03 * size * size);
    expect(difference / count).toBeLessThan(4);
  });
});
