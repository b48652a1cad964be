import { vertexNormals } from '../../src/render/normals.js';

/** A point of a triangle mesh. */
export interface SurfaceMatch {
  readonly vertices: readonly [number, number, number];
  /** Barycentric, they sum to 1. */
  readonly weights: readonly [number, number, number];
  /** Between the point asked about and this one, mm. */
  readonly distance: number;
}

/** Vertices that triangles are looked for around. */
const CANDIDATES = 3;

/** Finds nearest points of a mesh whose surface faces about the same way. */
export interface SurfaceMatcher {
  /**
   * @param leastCosine between the normals: 0.5 is 60°, −1 takes any
   * @returns undefined where nothing faces that way
   */
  match(point: ArrayLike<number>, normal: ArrayLike<number>, leastCosine: number): SurfaceMatch | undefined;
}

/** @param positions V×3, mm @param triangles T×3 */
export function surfaceMatcher(positions: Float64Array, triangles: Uint32Array): SurfaceMatcher {
  const used = [...new Set(triangles)].sort((a, b) => a - b);
  const normals = vertexNormals(Float32Array.from(positions), triangles, new Float32Array(positions.length));
  const around = new Map<number, number[]>(used.map((vertex) => [vertex, []]));
  triangles.forEach((vertex, corner) => around.get(vertex)!.push(corner - (corner % 3)));
  const near: { vertex: number; squared: number }[] = [];
  return {
    match(point, normal, leastCosine) {
      const [x, y, z] = [point[0]!, point[1]!, point[2]!];
      near.length = 0;
      for (const vertex of used) {
        const i = vertex * 3;
        const squared =
          (positions[i]! - x) ** 2 + (positions[i + 1]! - y) ** 2 + (positions[i + 2]! - z) ** 2;
        if (near.length === CANDIDATES && squared >= near[CANDIDATES - 1]!.squared) continue;
        const cosine = normals[i]! * normal[0]! + normals[i + 1]! * normal[1]! + normals[i + 2]! * normal[2]!;
        if (cosine < leastCosine) continue;
        near.push({ vertex, squared });
        near.sort((a, b) => a.squared - b.squared);
        if (near.length > CANDIDATES) near.pop();
      }
      let best: SurfaceMatch | undefined;
      for (const t of new Set(near.flatMap(({ vertex }) => around.get(vertex)!))) {
        const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!] as const;
        const weights = nearestInTriangle([x, y, z], corners, positions);
        const distance = Math.hypot(
          ...[x, y, z].map(
            (value, axis) =>
              value - corners.reduce((sum, v, k) => sum + weights[k]! * positions[v * 3 + axis]!, 0),
          ),
        );
        if (!best || distance < best.distance) best = { vertices: [...corners], weights, distance };
      }
      return best;
    },
  };
}

type Triple = readonly [number, number, number];

/** Barycentric weights of a triangle's point nearest to another (Ericson 2005, section 5.1.5). */
export function nearestInTriangle(p: Triple, [a, b, c]: Triple, positions: ArrayLike<number>): Triple {
  const edge = (from: number, to: number): number[] =>
    [0, 1, 2].map((axis) => positions[to * 3 + axis]! - positions[from * 3 + axis]!);
  const to = (v: number): number[] => p.map((value, axis) => value - positions[v * 3 + axis]!);
  const dot = (u: readonly number[], v: readonly number[]): number =>
    u[0]! * v[0]! + u[1]! * v[1]! + u[2]! * v[2]!;
  const ab = edge(a, b);
  const ac = edge(a, c);
  const ap = to(a);
  const [d1, d2] = [dot(ab, ap), dot(ac, ap)];
  if (d1 <= 0 && d2 <= 0) return [1, 0, 0];
  const bp = to(b);
  const [d3, d4] = [dot(ab, bp), dot(ac, bp)];
  if (d3 >= 0 && d4 <= d3) return [0, 1, 0];
  const vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) {
    const t = d1 / (d1 - d3);
    return [1 - t, t, 0];
  }
  const cp = to(c);
  const [d5, d6] = [dot(ab, cp), dot(ac, cp)];
  if (d6 >= 0 && d5 <= d6) return [0, 0, 1];
  const vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) {
    const t = d2 / (d2 - d6);
    return [1 - t, 0, t];
  }
  const va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
    const t = (d4 - d3) / (d4 - d3 + d5 - d6);
    return [0, 1 - t, t];
  }
  const sum = va + vb + vc;
  return [va / sum, vb / sum, vc / sum];
}

/** The value of a field at a match, from values per vertex of the mesh that it is on. */
export function valueAt({ vertices, weights }: SurfaceMatch, field: ArrayLike<number>): number[] {
  return [0, 1, 2].map((axis) =>
    vertices.reduce((sum, vertex, k) => sum + weights[k]! * field[vertex * 3 + axis]!, 0),
  );
}
