import { surfaceDistance } from '../src/evaluate/surface-distance.js';
import { atMost, medianTime, type Benchmark } from './benchmark.js';

const SIDE = 224;
const QUERIES = 120_000;

/** A bumpy ball of 50,176 vertices and 99,458 triangles, about a head's size, mm. */
function ball(): { positions: Float32Array; triangles: Uint32Array } {
  const positions = new Float32Array(3 * SIDE * SIDE);
  const triangles: number[] = [];
  for (let i = 0; i < SIDE; i++)
    for (let j = 0; j < SIDE; j++) {
      const u = (Math.PI * i) / (SIDE - 1);
      const v = (2 * Math.PI * j) / (SIDE - 1);
      const r = 100 + 2 * Math.sin(9 * u) * Math.cos(7 * v);
      const k = 3 * (i * SIDE + j);
      positions.set([r * Math.sin(u) * Math.cos(v), r * Math.cos(u), r * Math.sin(u) * Math.sin(v)], k);
      if (i + 1 < SIDE && j + 1 < SIDE)
        triangles.push(k / 3, k / 3 + 1, k / 3 + SIDE, k / 3 + 1, k / 3 + SIDE + 1, k / 3 + SIDE);
    }
  return { positions, triangles: Uint32Array.from(triangles) };
}

/** Distances of a scan's vertices from a mesh, tree included. */
const scanToMesh: Benchmark = {
  name: 'scan-to-mesh',
  async *run() {
    const mesh = ball();
    const points = Float64Array.from({ length: 3 * QUERIES }, (_, i) => {
      const k = Math.floor(i / 3);
      const u = Math.acos(2 * ((k * 0.618034) % 1) - 1);
      const v = 2.399963 * k;
      const r = 101 + 3 * Math.sin(k);
      return [r * Math.sin(u) * Math.cos(v), r * Math.cos(u), r * Math.sin(u) * Math.sin(v)][i % 3]!;
    });
    const time = await medianTime(
      () => {
        const surface = surfaceDistance(mesh);
        for (let i = 0; i < points.length; i += 3) surface.at(points[i]!, points[i + 1]!, points[i + 2]!);
      },
      { repetitions: 5 },
    );
    yield atMost('120,000 points to a mesh of 50,000 vertices', time / 1000, 's', 3);
  },
};

export default scanToMesh;
