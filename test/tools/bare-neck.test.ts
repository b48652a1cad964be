import { beforeAll, describe, expect, it } from 'vitest';
import type { MorphableModel, TextureAlbedo } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { luminance } from '../../src/render/color.js';
import { texelMapOf } from '../../src/render/texel-map.js';
import { bareNeck } from '../../tools/build-albedo/bare-neck.js';

let shipped: MorphableModel;
/** The shipped model as it was: a scalp down to the jaw's corner, and dark there. */
let hairy: MorphableModel;
beforeAll(async () => {
  shipped = await loadModel();
  const scalp = shipped.regions.get('scalp')!.map((share, v) => Math.max(share, isBelowEar(v) ? 1 : 0));
  const albedo = shipped.albedo as TextureAlbedo;
  const map = texelMapOf(shipped.parts[0]!, albedo.meanSize);
  const mean = albedo.mean.slice();
  map.triangle.forEach((triangle, texel) => {
    if (triangle < 0 || !isBelowEar(shipped.parts[0]!.triangles[3 * triangle]!)) return;
    mean.fill(0.02, 3 * texel, 3 * texel + 3);
  });
  hairy = {
    ...shipped,
    albedo: { ...albedo, mean },
    regions: new Map([...shipped.regions, ['scalp', scalp]]),
  };
});

/** Beside the jaw, 3 to 6 cm below the eyes: the ears end above. */
function isBelowEar(v: number): boolean {
  const [x, y, z] = [0, 1, 2].map((axis) => shipped.meanShape[3 * v + axis]!) as [number, number, number];
  const face = shipped.regions.get('face')![v]!;
  const ears = shipped.regions.get('ears')![v]!;
  return face < 0.01 && ears === 0 && Math.abs(x) > 50 && y < -42 && y > -60 && z > -100 && z < -60;
}

/** The mean's luminance at a vertex. */
function luminanceAt({ albedo, parts }: MorphableModel, wanted: (v: number) => boolean): number {
  const { mean, meanSize } = albedo as TextureAlbedo;
  const map = texelMapOf(parts[0]!, meanSize);
  const values: number[] = [];
  map.triangle.forEach((triangle, texel) => {
    if (triangle < 0) return;
    const corners = [0, 1, 2].map((k) => parts[0]!.triangles[3 * triangle + k]!);
    if (corners.every(wanted))
      values.push(luminance([mean[3 * texel]!, mean[3 * texel + 1]!, mean[3 * texel + 2]!]));
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('bareNeck', () => {
  it('gives the neck below the ears back to the skin, in its colour', () => {
    const bare = bareNeck(hairy);
    const cheeks = luminanceAt(shipped, (v) => shipped.regions.get('cheeks')![v]! > 0.9);
    expect(luminanceAt(hairy, isBelowEar)).toBeLessThan(0.05);
    expect(luminanceAt(bare, isBelowEar)).toBeGreaterThan(0.6 * cheeks);
    for (let v = 0; v < shipped.parts[0]!.vertexCount; v++) {
      if (!isBelowEar(v)) continue;
      expect(bare.regions.get('scalp')![v]).toBeLessThan(0.1);
      expect(bare.regions.get('neckSides')![v]).toBeGreaterThan(0.9);
    }
  });

  it('leaves face, crown and nape', () => {
    const bare = bareNeck(hairy);
    const [before, after] = [hairy, bare].map((model) =>
      luminanceAt(model, (v) => model.meanShape[3 * v + 1]! > 20),
    );
    expect(after).toBeCloseTo(before!, 5);
    const napes = Array.from({ length: shipped.parts[0]!.vertexCount }, (_, v) => v).filter(
      (v) => shipped.meanShape[3 * v + 2]! < -150 && shipped.meanShape[3 * v + 1]! > -30,
    );
    for (const v of napes)
      expect(bare.regions.get('scalp')![v]).toBeCloseTo(hairy.regions.get('scalp')![v]!, 1);
  });

  it('was done to the model that ships', () => {
    const scalp = shipped.regions.get('scalp')!;
    for (let v = 0; v < shipped.parts[0]!.vertexCount; v++)
      if (isBelowEar(v)) expect(scalp[v]).toBeLessThan(0.1);
  });
});
