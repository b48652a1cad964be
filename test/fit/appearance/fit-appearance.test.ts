import { beforeAll, describe, expect, it } from 'vitest';
import { fitAppearance, type Appearance } from '../../../src/fit/appearance/fit-appearance.js';
import { skinCertainty } from '../../../src/fit/appearance/skin-certainty.js';
import { faceSize } from '../../../src/fit/geometry/fit-landmarks.js';
import type { SeenHead } from '../../../src/fit/appearance/skin-geometry.js';
import type { Image } from '../../../src/math/image.js';
import { irradiance } from '../../../src/math/spherical-harmonics.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { parsedFace } from '../parsed-face.js';
import {
  albedoAtVertices,
  daylight,
  photograph,
  seen,
  syntheticFace,
  type SyntheticFace,
} from '../synthetic-face.js';

let model: MorphableModel;
let face: SyntheticFace;
let head: SeenHead;
let photo: Image;
let fit: Appearance;
const tone = [-0.5];
beforeAll(async () => {
  model = await loadModel();
  face = syntheticFace(model, { shape: [0.5, -0.5] }, { yaw: 12, pitch: 3, roll: -5 });
  head = seen(model, face);
  photo = photograph(model, face, daylight(), tone);
  fit = fitAppearance(model, head, photo, faceSize(face.points, 3));
});

/** Vertices of the face that the camera sees well and that are skin, not eyes, brows or lips. */
function clearSkin(): number[] {
  const region = (name: string, v: number) => model.regions.get(name)![v]!;
  return Array.from({ length: model.parts[0]!.vertexCount }, (_, v) => v).filter(
    (v) =>
      head.unhidden[v]! > 0 &&
      head.facing[v]! > 0.5 &&
      region('face', v) > 0.9 &&
      Math.max(region('eyes', v), region('brows', v), region('mouth', v)) < 0.1,
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What the skin reflects at the vertices under a light, V×3. */
const radiance = (light: Float32Array, albedo: Float32Array) =>
  irradiance(head.normals, light, new Float32Array(head.normals.length)).map(
    (value, i) => value * albedo[i]!,
  );

describe('fitAppearance on a face under known light', () => {
  it('explains the pixels', () => {
    const truth = radiance(daylight(), albedoAtVertices(model, tone));
    const found = radiance(fit.light, albedoAtVertices(model, fit.albedo));
    const errors = clearSkin().flatMap((v) =>
      [0, 1, 2].map((c) => Math.abs(truth[v * 3 + c]! - found[v * 3 + c]!)),
    );
    expect(errors.length).toBeGreaterThan(1000);
    expect(mean(errors)).toBeLessThan(0.015);
  });

  it('finds the irradiance up to the brightness that skin tone trades with', () => {
    const truth = irradiance(head.normals, daylight(), new Float32Array(head.normals.length));
    const found = irradiance(head.normals, fit.light, new Float32Array(head.normals.length));
    const ratios = clearSkin().map((v) => found[v * 3 + 1]! / truth[v * 3 + 1]!);
    const gain = mean(ratios);
    expect(gain).toBeGreaterThan(0.75);
    expect(gain).toBeLessThan(1.33);
    expect(Math.sqrt(mean(ratios.map((ratio) => (ratio / gain - 1) ** 2)))).toBeLessThan(0.08);
  });

  it('takes the skin for skin', () => {
    const inliers = clearSkin().map((v) => fit.inlier[v]!);
    expect(inliers.filter((value) => value < 0.5).length / inliers.length).toBeLessThan(0.05);
    expect(fit.faceVisibility).toBeGreaterThan(0.9);
    expect(fit.light.every(Number.isFinite) && fit.albedo.every((value) => Math.abs(value) <= 3)).toBe(true);
  });

  it('says nothing of what the camera does not see', () => {
    for (let v = 0; v < model.vertexCount; v++) if (head.unhidden[v] === 0) expect(fit.inlier[v]).toBe(0);
  });

  it('tells light from dark skin under the same light', () => {
    const dark = fitAppearance(
      model,
      head,
      photograph(model, face, daylight(), [-2]),
      faceSize(face.points, 3),
    );
    const brightness = (coefficients: Float32Array) => {
      const albedo = albedoAtVertices(model, coefficients);
      return mean(clearSkin().map((v) => albedo[v * 3]!));
    };
    expect(brightness(fit.albedo) / brightness(dark.albedo)).toBeGreaterThan(1.15);
  });
});

describe('fitAppearance with what a network expects', () => {
  it('tells light skin in dim light from dark skin in bright light, which look alike', () => {
    const skin = clearSkin();
    const brightness = (coefficients: ArrayLike<number>): number => {
      const albedo = albedoAtVertices(model, coefficients);
      return mean(skin.map((v) => albedo[v * 3]!));
    };
    const [light, dark] = [[0.5], [-2]] as const;
    const apart = brightness(light) / brightness(dark);
    expect(apart).toBeGreaterThan(1.5);
    /** Logarithm of the brightness that is found to the true one. */
    const missed = (tone: readonly number[], lit: Float32Array, knowsTone: boolean): number => {
      const guess = { light: lit, albedo: tone, knowsTone, bare: head };
      const shown = photograph(model, face, lit, [...tone]);
      const { albedo } = fitAppearance(model, head, shown, faceSize(face.points, 3), guess);
      return Math.abs(Math.log(brightness(albedo) / brightness(tone)));
    };
    const dim = daylight().map((value) => value / apart);
    for (const [tone, lit] of [
      [light, dim],
      [dark, daylight()],
    ] as const) {
      const guessed = missed(tone, lit, false);
      expect(guessed).toBeLessThan(Math.log(apart) / 2);
      expect(missed(tone, lit, true)).toBeLessThan(Math.max(0.05, guessed));
    }
  });
});

describe('fitAppearance on a covered face', () => {
  /** Paints the lower part of the face green until 30 % of its clear skin is under it. */
  function covered(): { image: Image; hidden: Set<number>; edge: number } {
    const rows = clearSkin()
      .map((v) => head.pixels[v * 2 + 1]!)
      .sort((a, b) => b - a);
    const edge = rows[Math.floor(0.3 * rows.length)]!;
    const image = { ...photo, data: photo.data.slice() };
    for (let y = Math.floor(edge); y < image.height; y++)
      for (let x = 0; x < image.width; x++) image.data.set([30, 160, 40], (y * image.width + x) * 3);
    return { image, hidden: new Set(clearSkin().filter((v) => head.pixels[v * 2 + 1]! > edge + 3)), edge };
  }

  it('leaves the cover out', () => {
    const { image, hidden } = covered();
    const result = fitAppearance(model, head, image, faceSize(face.points, 3));
    expect(mean([...hidden].map((v) => result.inlier[v]!))).toBeLessThan(0.2);
    expect(result.faceVisibility).toBeLessThan(fit.faceVisibility - 0.15);
  });

  it('still takes the free skin for skin', () => {
    const { image, edge } = covered();
    const result = fitAppearance(model, head, image, faceSize(face.points, 3));
    const free = clearSkin().filter((v) => head.pixels[v * 2 + 1]! < edge - 4);
    expect(free.length).toBeGreaterThan(200);
    expect(free.filter((v) => result.inlier[v]! > 0.5).length / free.length).toBeGreaterThan(0.95);
    const truth = radiance(daylight(), albedoAtVertices(model, tone));
    const found = radiance(result.light, albedoAtVertices(model, result.albedo));
    expect(
      mean(free.flatMap((v) => [0, 1, 2].map((c) => Math.abs(truth[v * 3 + c]! - found[v * 3 + c]!)))),
    ).toBeLessThan(0.06);
  });

  it('falls back to ordinary light when the photo shows no skin', () => {
    const aside = syntheticFace(model, {}, undefined, [2000, 0, -700]);
    const result = fitAppearance(model, seen(model, aside), photo, 250);
    expect(result.faceVisibility).toBe(0);
    expect(result.inlier.every((value) => value === 0)).toBe(true);
    expect(result.light[0]).toBeGreaterThan(0);
    expect(result.albedo.every((value) => value === 0)).toBe(true);
  });

  it('gives what is hidden the hue of the light on what is seen', () => {
    const orange = daylight().map((value, i) => value * [1.2, 0.8, 0.45][Math.floor(i / 9)]!);
    const edge = mean(clearSkin().map((v) => head.pixels[2 * v + 1]!)) - 20;
    const isSeen = (v: number): boolean => head.pixels[2 * v + 1]! < edge;
    const certainty = skinCertainty(parsedFace(face, (_, y) => (y < edge ? 'skin' : 'cover')));
    const shown = photograph(model, face, orange, tone);
    const { light } = fitAppearance(model, head, shown, faceSize(face.points, 3), undefined, certainty);
    const shade = irradiance(head.normals, light, new Float32Array(head.normals.length));
    const hue = (v: number): number => Math.log(shade[3 * v]! / shade[3 * v + 2]!);
    const hidden = clearSkin()
      .filter((v) => !isSeen(v))
      .map(hue);
    expect(Math.abs(mean(hidden) - mean(clearSkin().filter(isSeen).map(hue)))).toBeLessThan(0.05);
    expect(Math.max(...hidden) - Math.min(...hidden)).toBeLessThan(0.3);
  });
});
