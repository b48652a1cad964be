import type { Camera } from '../src/math/camera.js';

/** What the textbook rasterizer writes. */
export interface TextbookTarget {
  readonly width: number;
  readonly height: number;
  readonly depth: Float32Array;
  readonly triangle: Int32Array;
  readonly barycentric: Float32Array;
}

/**
 * The peer: every pixel of a triangle's box is tested with three edge functions, and depth and
 * perspective-correct weights are written at once. No fill rule, no clipping: triangles must lie before the
 * camera.
 */
export function textbookRasterize(
  target: TextbookTarget,
  positions: Float32Array,
  triangles: Uint32Array,
  camera: Camera,
): void {
  const { width, height, depth, triangle, barycentric } = target;
  depth.fill(Infinity);
  triangle.fill(-1);
  for (let t = 0; t < triangles.length / 3; t++) {
    const [a, b, c] = [0, 1, 2].map((k) => corner(positions, triangles[3 * t + k]!, camera)) as [
      Corner,
      Corner,
      Corner,
    ];
    const area = edge(a, b, c.u, c.v);
    if (area === 0) continue;
    const startX = Math.max(0, Math.floor(Math.min(a.u, b.u, c.u)));
    const endX = Math.min(width, Math.ceil(Math.max(a.u, b.u, c.u)));
    const startY = Math.max(0, Math.floor(Math.min(a.v, b.v, c.v)));
    const endY = Math.min(height, Math.ceil(Math.max(a.v, b.v, c.v)));
    for (let y = startY; y < endY; y++) {
      for (let x = startX; x < endX; x++) {
        const wa = edge(b, c, x + 0.5, y + 0.5) / area;
        const wb = edge(c, a, x + 0.5, y + 0.5) / area;
        const wc = 1 - wa - wb;
        if (wa < 0 || wb < 0 || wc < 0) continue;
        const inverse = wa / a.depth + wb / b.depth + wc / c.depth;
        const i = y * width + x;
        if (1 / inverse >= depth[i]!) continue;
        depth[i] = 1 / inverse;
        triangle[i] = t;
        barycentric[2 * i] = wa / a.depth / inverse;
        barycentric[2 * i + 1] = wb / b.depth / inverse;
      }
    }
  }
}

interface Corner {
  readonly u: number;
  readonly v: number;
  readonly depth: number;
}

function corner(positions: Float32Array, v: number, camera: Camera): Corner {
  const depth = -positions[3 * v + 2]!;
  return {
    u: camera.cx + (camera.focal * positions[3 * v]!) / depth,
    v: camera.cy - (camera.focal * positions[3 * v + 1]!) / depth,
    depth,
  };
}

function edge(a: Corner, b: Corner, u: number, v: number): number {
  return (b.u - a.u) * (v - a.v) - (b.v - a.v) * (u - a.u);
}
