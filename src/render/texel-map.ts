/** Which point of the surface each texel of an atlas shows. */
export interface TexelMap {
  readonly size: number;
  /**
   * Triangle per texel (index of the triangle, not of its first corner), −1 where the atlas is empty;
   * size×size.
   */
  readonly triangle: Int32Array;
  /**
   * Weights of the triangle's first two corners at the texel's centre; the third is what is left to 1.
   * size×size×2.
   */
  readonly weights: Float32Array;
}

/** Tolerance that lets texels on shared edges belong to either neighbour instead of to none. */
const EDGE_TOLERANCE = 1e-6;

/**
 * Rasterizes a UV layout: finds for each texel centre the triangle that covers it.
 *
 * @param uvs texture coordinates in 0…1, origin top left, U×2
 * @param uvTriangles indices into `uvs`, T×3
 * @param size texels per side
 */
export function createTexelMap(uvs: Float32Array, uvTriangles: Uint32Array, size: number): TexelMap {
  const triangle = new Int32Array(size * size).fill(-1);
  const weights = new Float32Array(size * size * 2);
  for (let t = 0; t < uvTriangles.length / 3; t++) {
    const [a, b, c] = [uvTriangles[t * 3]! * 2, uvTriangles[t * 3 + 1]! * 2, uvTriangles[t * 3 + 2]! * 2];
    const ax = uvs[a]! * size;
    const ay = uvs[a + 1]! * size;
    const bx = uvs[b]! * size;
    const by = uvs[b + 1]! * size;
    const cx = uvs[c]! * size;
    const cy = uvs[c + 1]! * size;
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area === 0) continue;
    const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const x1 = Math.min(size - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const y1 = Math.min(size - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const px = x + 0.5;
        const py = y + 0.5;
        const wa = ((bx - px) * (cy - py) - (cx - px) * (by - py)) / area;
        const wb = ((cx - px) * (ay - py) - (ax - px) * (cy - py)) / area;
        if (wa < -EDGE_TOLERANCE || wb < -EDGE_TOLERANCE || wa + wb > 1 + EDGE_TOLERANCE) continue;
        const at = y * size + x;
        triangle[at] = t;
        weights[at * 2] = wa;
        weights[at * 2 + 1] = wb;
      }
    }
  }
  return { size, triangle, weights };
}

const latest = new WeakMap<Float32Array, TexelMap>();

/**
 * The map of a part's layout, kept for as long as the same size is asked for: it depends on nothing else, and
 * large ones take tens of megabytes.
 */
export function texelMapOf(
  { uvs, uvTriangles }: { readonly uvs: Float32Array; readonly uvTriangles: Uint32Array },
  size: number,
): TexelMap {
  let map = latest.get(uvs);
  if (map?.size !== size) latest.set(uvs, (map = createTexelMap(uvs, uvTriangles, size)));
  return map;
}

/**
 * A value of the vertices at each texel.
 * @param triangles vertices, T×3, in the order of the map's triangles
 * @returns size×size, 0 where the atlas is empty
 */
export function texelValues(
  { triangle, weights }: TexelMap,
  triangles: Uint32Array,
  valueOf: (vertex: number) => number,
): Float32Array {
  return new Float32Array(triangle.length).map((_, texel) => {
    const t = triangle[texel]!;
    if (t < 0) return 0;
    const wa = weights[2 * texel]!;
    const wb = weights[2 * texel + 1]!;
    return (
      wa * valueOf(triangles[3 * t]!) +
      wb * valueOf(triangles[3 * t + 1]!) +
      (1 - wa - wb) * valueOf(triangles[3 * t + 2]!)
    );
  });
}
