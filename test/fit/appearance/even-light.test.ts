import { beforeAll, describe, expect, it } from 'vitest';
import type { Unwrapped } from '../../../src/fit/appearance/compose-textures.js';
import { CORRECTION_SIZE, sharesOf } from '../../../src/fit/appearance/correction-shares.js';
import { evenLight } from '../../../src/fit/appearance/even-light.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { loadModel } from '../../../src/node/files/assets.js';

const size = 512;
const modelSize = 64;
const skin = [0.4, 0.3, 0.2];
let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

type Change = (x: number, y: number) => readonly [number, number, number];

/** A skin of one colour, all of it seen, whose texels at (x, y), 0…1, are changed. */
function skinUnder(change: Change): Unwrapped {
  const texels = size * size;
  const albedo = Float32Array.from({ length: 3 * texels }, (_, i) => {
    const texel = Math.floor(i / 3);
    const here = change(((texel % size) + 0.5) / size, (Math.floor(texel / size) + 0.5) / size);
    return skin[i % 3]! * here[i % 3]!;
  });
  return {
    albedo,
    weight: new Float32Array(texels).fill(1),
    typical: new Float32Array(texels).fill(1),
    skin: new Float32Array(texels).fill(1),
    shade: new Float32Array(3 * texels).fill(0.8),
  };
}

/** @param believed of the texels at (x, y), 0…1 */
function evened(change: Change, believed: (x: number, y: number) => number = () => 1): Unwrapped {
  const seen = skinUnder(change);
  seen.weight.forEach((_, texel) => {
    const [x, y] = [(texel % size) + 0.5, Math.floor(texel / size) + 0.5];
    seen.weight[texel] = believed(x / size, y / size);
  });
  const fitted = Float32Array.from({ length: 3 * modelSize * modelSize }, (_, i) => skin[i % 3]!);
  evenLight(model, seen, fitted, modelSize, size);
  return seen;
}

/** A place of plain skin well off the face's middle, 0…1 of the atlas, and its mirror image. */
function cheek(): { readonly left: number; readonly right: number; readonly y: number } {
  const { plain, scalp } = sharesOf(model);
  const n = CORRECTION_SIZE;
  const inside = (x: number, y: number): boolean =>
    [-12, 0, 12].every((dx) =>
      [-12, 0, 12].every((dy) => {
        const cell = (y + dy) * n + x + dx;
        return plain[cell]! > 0.8 && scalp[cell] === 0;
      }),
    );
  for (let y = 20; y < n - 20; y++)
    for (let x = 20; x < n / 2 - 30; x++)
      if (inside(x, y)) return { left: (x + 0.5) / n, right: 1 - (x + 0.5) / n, y: (y + 0.5) / n };
  throw new Error('no cheek');
}

/** The middle of a brow, off the face's middle, and its mirror image, 0…1 of the atlas. */
function brow(): { readonly left: number; readonly right: number; readonly y: number } {
  const { plain } = sharesOf(model);
  const brows = model.regions.get('brows')!;
  const n = CORRECTION_SIZE;
  const uvs = model.parts[0]!.uvs;
  const { uvTriangles, triangles } = model.parts[0]!;
  for (let corner = 0; corner < triangles.length; corner++) {
    const uv = 2 * uvTriangles[corner]!;
    const x = Math.floor(uvs[uv]! * n);
    const y = Math.floor(uvs[uv + 1]! * n);
    if (brows[triangles[corner]!]! > 0.95 && x < n / 2 - 20 && plain[y * n + x]! < 0.05)
      return { left: (x + 0.5) / n, right: 1 - (x + 0.5) / n, y: (y + 0.5) / n };
  }
  throw new Error('no brow');
}

const around = (at: number, y: number, x: number, row: number): boolean =>
  Math.hypot(x - at, row - y) < 12 / CORRECTION_SIZE;

const shadeAt = ({ shade }: Unwrapped, x: number, y: number): number =>
  shade[3 * (Math.floor(y * size) * size + Math.floor(x * size))]!;

const valueAt = ({ albedo }: Unwrapped, x: number, y: number): number[] => {
  const texel = Math.floor(y * size) * size + Math.floor(x * size);
  return [...albedo.subarray(3 * texel, 3 * texel + 3)];
};

describe('evenLight', () => {
  it('takes a patch of sun from a cheek, and keeps the photo', () => {
    const { left, y } = cheek();
    const sun: Change = (x, row) => (around(left, y, x, row) ? [2, 1.9, 1.6] : [1, 1, 1]);
    const before = skinUnder(sun);
    const after = evened(sun);
    expect(valueAt(before, left, y)[0]).toBeCloseTo(0.8);
    expect(valueAt(after, left, y)[0]).toBeLessThan(0.5);
    for (let i = 0; i < after.albedo.length; i += 997)
      expect(after.albedo[i]! * after.shade[i]!).toBeCloseTo(before.albedo[i]! * before.shade[i]!, 5);
  });

  it('takes a shadow of one side, and leaves a beard on both', () => {
    const { left, right, y } = cheek();
    const dark = [0.4, 0.4, 0.4] as const;
    const shadow = evened((x, row) => (around(left, y, x, row) ? dark : [1, 1, 1]));
    expect(valueAt(shadow, left, y)[1]).toBeGreaterThan(0.22);
    // Up to its edge: a smooth light would leave a dark line there.
    const edge = left + 10.5 / CORRECTION_SIZE;
    expect(valueAt(shadow, edge, y)[1]).toBeGreaterThan(0.22);
    const beard = evened((x, row) =>
      around(left, y, x, row) || around(right, y, x, row) ? dark : [1, 1, 1],
    );
    expect(valueAt(beard, left, y)[1]).toBeLessThan(0.13);
  });

  it('takes glints that are finer than any light', () => {
    const { left, y } = cheek();
    const glint: Change = (x, row) =>
      Math.hypot(x - left, row - y) < 1 / CORRECTION_SIZE ? [2.5, 2.5, 3] : [1, 1, 1];
    expect(valueAt(evened(glint), left, y)[0]).toBeLessThan(0.58);
    expect(valueAt(evened(glint), left, y)[2]).toBeLessThan(0.3);
  });

  it('lights what is not seen beside a patch of sun like what is', () => {
    const { left, y } = cheek();
    const sun: Change = (x, row) => (around(left, y, x, row) ? [2, 1.9, 1.6] : [1, 1, 1]);
    const { shade } = evened(sun, (x) => (x < left ? 1 : 0));
    const after = { ...skinUnder(sun), shade };
    const texel = 1 / size;
    expect(shadeAt(after, left - 2 * texel, y)).toBeGreaterThan(1);
    expect(shadeAt(after, left + texel, y) / shadeAt(after, left - texel, y)).toBeGreaterThan(0.85);
    expect(shadeAt(after, left + 40 * texel, y)).toBeCloseTo(0.8, 1);
  });

  it('believes a glint as much as the texel it is on', () => {
    const { left, y } = cheek();
    const glint: Change = (x, row) =>
      Math.hypot(x - left, row - y) < 1 / CORRECTION_SIZE ? [6, 6, 6] : [1, 1, 1];
    const hardly = evened(glint, (x, row) =>
      Math.hypot(x - left, row - y) < 4 / CORRECTION_SIZE ? 0.01 : 1,
    );
    expect(valueAt(hardly, left, y)[0]).toBeLessThan(0.8);
    expect(shadeAt(hardly, left, y)).toBeLessThan(0.85);
    expect(shadeAt(evened(glint), left, y)).toBeGreaterThan(2);
  });

  it('takes bright specks from brows, but leaves white brows', () => {
    const { left, right, y } = brow();
    const white = [4, 4, 4] as const;
    const near = (at: number, x: number, row: number): boolean =>
      Math.hypot(x - at, row - y) < 2 / CORRECTION_SIZE;
    const speck = evened((x, row) => (near(left, x, row) ? white : [1, 1, 1]));
    const grown = evened((x, row) => (near(left, x, row) || near(right, x, row) ? white : [1, 1, 1]));
    expect(valueAt(speck, left, y)[0]).toBeLessThan(0.9);
    expect(valueAt(grown, left, y)[0]).toBeGreaterThan(1.1);
  });

  it('leaves small differences and fine dark ones to the skin', () => {
    const { left, y } = cheek();
    const mole: Change = (x, row) =>
      Math.hypot(x - left, row - y) < 1 / CORRECTION_SIZE ? [0.4, 0.4, 0.4] : [1.05, 1.05, 1.05];
    const before = skinUnder(mole);
    const after = evened(mole);
    expect(valueAt(after, left, y)[0]).toBeLessThan(0.18);
    const [, beside] = [left, y + 20 / CORRECTION_SIZE];
    expect(valueAt(after, left, beside)).toEqual(valueAt(before, left, beside));
  });
});
