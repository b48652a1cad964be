import { expect, it } from 'vitest';
import { withinFace } from '../../../src/fit/appearance/within-face.js';
import { loadModel } from '../../../src/node.js';

it('keeps one skin on the face and takes the other on forehead, scalp and shoulders, softly between', async () => {
  const model = await loadModel();
  const size = 512;
  const mixed = withinFace(
    model,
    new Float32Array(3 * size * size).fill(1),
    new Float32Array(3 * size * size),
    size,
  );
  const part = model.parts[0]!;
  const at = (vertex: number): number => {
    const uv = 2 * part.uvTriangles[part.triangles.indexOf(vertex)]!;
    const [x, y] = [0, 1].map((k) => Math.min(size - 1, Math.floor(part.uvs[uv + k]! * size))) as [
      number,
      number,
    ];
    return mixed[3 * (y * size + x)]!;
  };
  const mostly = (region: string): number => {
    const mask = model.regions.get(region)!;
    const vertices = Array.from(mask.keys()).filter((v) => v < part.vertexCount && mask[v]! > 0.99);
    return vertices.reduce((sum, v) => sum + at(v), 0) / vertices.length;
  };
  expect(mostly('nose')).toBeGreaterThan(0.95);
  expect(mostly('brows')).toBeGreaterThan(0.95);
  expect(mostly('forehead')).toBeLessThan(0.3);
  expect(mostly('scalp')).toBeLessThan(0.1);
  expect(mostly('bust')).toBeLessThan(0.1);
  expect(mixed.some((value) => value > 0.2 && value < 0.8)).toBe(true);
});
