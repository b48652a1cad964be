import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../../src/node/files/assets.js';
import { createTexelMap, type TexelMap } from '../../src/render/texel-map.js';

const point = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

/** Where the map says a texel's centre lies, in texels; it must be the centre. */
function mappedCentre(
  map: TexelMap,
  uvs: Float32Array,
  triangles: Uint32Array,
  texel: number,
): [number, number] {
  const t = map.triangle[texel]! * 3;
  const wa = map.weights[texel * 2]!;
  const wb = map.weights[texel * 2 + 1]!;
  const weights = [wa, wb, 1 - wa - wb];
  const at = (axis: number) =>
    weights.reduce((sum, weight, k) => sum + weight * uvs[triangles[t + k]! * 2 + axis]!, 0) * map.size;
  return [at(0), at(1)];
}

describe('createTexelMap', () => {
  it('maps the texels whose centres a triangle holds, with the weights of the centres', () => {
    fc.assert(
      fc.property(point, point, point, fc.integer({ min: 1, max: 40 }), (a, b, c, size) => {
        const uvs = Float32Array.of(...a, ...b, ...c);
        const triangles = Uint32Array.of(0, 1, 2);
        const [ax, ay, bx, by, cx, cy] = [...uvs].map((value) => value * size) as [
          number,
          number,
          number,
          number,
          number,
          number,
        ];
        const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
        fc.pre(Math.abs(area) > 0.05);
        const map = createTexelMap(uvs, triangles, size);
        for (let texel = 0; texel < size * size; texel++) {
          const x = (texel % size) + 0.5;
          const y = Math.floor(texel / size) + 0.5;
          const edges = [
            (bx - x) * (cy - y) - (cx - x) * (by - y),
            (cx - x) * (ay - y) - (ax - x) * (cy - y),
            (ax - x) * (by - y) - (bx - x) * (ay - y),
          ];
          const least = Math.min(...edges.map((value) => value * Math.sign(area)));
          if (least > 1e-4 * Math.abs(area)) expect(map.triangle[texel]).toBe(0);
          if (least < -1e-4 * Math.abs(area)) expect(map.triangle[texel]).toBe(-1);
          if (map.triangle[texel] !== 0) continue;
          const [u, v] = mappedCentre(map, uvs, triangles, texel);
          expect(Math.hypot(u - x, v - y)).toBeLessThan(1e-2);
        }
      }),
    );
  });

  it('leaves no hole along a shared edge, also through texel centres', () => {
    const uvs = Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1);
    for (const size of [1, 2, 7, 64]) {
      const { triangle } = createTexelMap(uvs, Uint32Array.of(0, 1, 2, 0, 2, 3), size);
      expect(triangle.every((t) => t === 0 || t === 1)).toBe(true);
      expect(triangle.filter((t) => t === 0).length).toBeGreaterThanOrEqual((size * (size - 1)) / 2);
    }
  });

  it('takes either winding, and skips flat triangles', () => {
    const uvs = Float32Array.of(0, 0, 1, 0, 0, 1);
    const size = 16;
    const one = createTexelMap(uvs, Uint32Array.of(0, 1, 2), size);
    const other = createTexelMap(uvs, Uint32Array.of(0, 2, 1), size);
    expect(one.triangle).toEqual(other.triangle);
    expect(createTexelMap(uvs, Uint32Array.of(0, 1, 1), size).triangle.every((t) => t === -1)).toBe(true);
    expect(createTexelMap(new Float32Array(0), new Uint32Array(0), 4).triangle.every((t) => t === -1)).toBe(
      true,
    );
  });

  it('reproduces the texel centres of the whole head atlas', async () => {
    const { uvs, uvTriangles } = (await loadModel()).parts[0]!;
    const size = 256;
    const map = createTexelMap(uvs, uvTriangles, size);
    let covered = 0;
    let worst = 0;
    map.triangle.forEach((t, texel) => {
      if (t < 0) return;
      covered++;
      const [u, v] = mappedCentre(map, uvs, uvTriangles, texel);
      worst = Math.max(worst, Math.hypot(u - (texel % size) - 0.5, v - Math.floor(texel / size) - 0.5));
      const [wa, wb] = [map.weights[texel * 2]!, map.weights[texel * 2 + 1]!];
      if (wa < -1e-5 || wb < -1e-5 || wa + wb > 1 + 1e-5)
        expect.fail(`texel ${texel} lies outside its triangle`);
    });
    expect(worst).toBeLessThan(1e-3);
    expect(covered / size / size).toBeCloseTo(0.927, 2);
  });
});
