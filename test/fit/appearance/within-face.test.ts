import { expect, it } from 'vitest';
import { withinFace } from '../../../src/fit/appearance/within-face.js';
import { loadModel } from '../../../src/node.js';

const size = 512;
const model = await loadModel();
const part = model.parts[0]!;

/** The mean of a texture over a region, one channel. */
function meanOf(texture: Float32Array, region: string, channel = 0): number {
  const mask = model.regions.get(region)!;
  const vertices = Array.from(mask.keys()).filter((v) => v < part.vertexCount && mask[v]! > 0.99);
  const values = vertices.map((vertex) => {
    const uv = 2 * part.uvTriangles[part.triangles.indexOf(vertex)]!;
    const [x, y] = [0, 1].map((k) => Math.min(size - 1, Math.floor(part.uvs[uv + k]! * size))) as [
      number,
      number,
    ];
    return texture[3 * (y * size + x) + channel]!;
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

it('keeps one skin on the face and takes the other on forehead, scalp and shoulders, softly between', () => {
  const inside = new Float32Array(3 * size * size).fill(1);
  const mixed = withinFace(model, inside, new Float32Array(3 * size * size), size);
  const mostly = (region: string): number => meanOf(mixed, region);
  expect(mostly('nose')).toBeGreaterThan(0.95);
  expect(mostly('brows')).toBeGreaterThan(0.95);
  expect(mostly('forehead')).toBeLessThan(0.3);
  expect(mostly('scalp')).toBeLessThan(0.1);
  expect(mostly('bust')).toBeLessThan(0.1);
  expect(mixed.some((value) => value > 0.2 && value < 0.8)).toBe(true);
});

it('gives ears and neck the tone of the face, which a third of a beard does not darken', () => {
  const face = [0.5, 0.3, 0.24];
  const around = Float32Array.from({ length: 3 * size * size }, (_, i) => [0.4, 0.3, 0.2][i % 3]!);
  const inside = around.map((_, i) => (i % 9 < 3 ? 0.02 : face[i % 3]!));
  const mixed = withinFace(model, inside, around, size);
  face.forEach((value, k) => {
    expect(meanOf(mixed, 'neck', k)).toBeCloseTo(value, 2);
    expect(meanOf(mixed, 'ears', k)).toBeCloseTo(value, 1);
  });
});
