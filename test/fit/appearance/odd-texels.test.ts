import { beforeAll, describe, expect, it } from 'vitest';
import { doubtfulness, leaveOddTexels } from '../../../src/fit/appearance/odd-texels.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { texelMapOf, type TexelMap } from '../../../src/render/texel-map.js';
import { seen, syntheticFace } from '../synthetic-face.js';

const size = 256;
let model: MorphableModel;
let map: TexelMap;
let doubtful: Float32Array;
beforeAll(async () => {
  model = await loadModel();
  map = texelMapOf(model.parts[0]!, size);
  doubtful = doubtfulness(model, seen(model, syntheticFace(model)));
});

/** What is left of full trust in texels of a region whose skin is so much brighter than expected. */
function left(region: string, brighter: number): number {
  const unwrapped = {
    albedo: new Float32Array(3 * size * size).fill(0.3 * brighter),
    weight: new Float32Array(size * size).fill(1),
    typical: new Float32Array(0),
    skin: new Float32Array(0),
    shade: new Float32Array(0),
  };
  const filled = new Float32Array(3 * 64 * 64).fill(0.3);
  map.triangle.forEach((triangle, texel) => {
    if (triangle < 0) unwrapped.weight[texel] = 0;
  });
  leaveOddTexels(unwrapped, model.parts[0]!, map, doubtful, filled, 64);
  const { triangles } = model.parts[0]!;
  const inside = [...map.triangle.keys()].filter((texel) => {
    const corner = 3 * map.triangle[texel]!;
    return corner >= 0 && [0, 1, 2].every((k) => model.regions.get(region)![triangles[corner + k]!]! > 0.9);
  });
  return inside.reduce((sum, texel) => sum + unwrapped.weight[texel]!, 0) / inside.length;
}

describe('leaveOddTexels', () => {
  it('leaves what is far darker or brighter than a neck', () => {
    expect(left('neck', 0.1)).toBeLessThan(0.05);
    expect(left('neck', 5)).toBeLessThan(0.05);
  });

  it('keeps a neck in light shade, and a face of any colour that is seen squarely', () => {
    expect(left('neck', 0.8)).toBeGreaterThan(0.99);
    expect(left('nose', 0.1)).toBeGreaterThan(0.6);
  });
});
