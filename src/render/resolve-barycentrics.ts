import type { Camera } from '../math/camera.js';
import type { RasterTarget } from './raster-target.js';

/**
 * Writes depth and barycentrics of every pixel that shows one of the given triangles.
 *
 * Deferred until visibility is known, so each pixel pays once. The weights come from the viewing ray d and
 * the whole, unclipped triangle: corner i has weight `d · (v_j × v_k)` over the sum of all three, which is
 * exact perspective without any per-corner division. The numerators are linear in the pixel position.
 */
export function resolveBarycentrics(
  target: RasterTarget,
  positions: Float32Array,
  triangles: Uint32Array,
  camera: Camera,
  idOffset: number,
  first: number,
  count: number,
): void {
  const { width, depth, triangle, barycentric, inverseDepth } = target;
  const { minX, minY, maxX, maxY } = target.bounds;
  const { cx, cy } = camera;
  const perFocal = 1 / camera.focal;
  const low = first + idOffset;
  const high = low + count;
  let current = -1;
  // Numerators of the first two weights and the sum of all three: constant, per x, per y in ray coordinates.
  let n0 = 0;
  let n0x = 0;
  let n0y = 0;
  let n1 = 0;
  let n1x = 0;
  let n1y = 0;
  let sum = 0;
  let sumX = 0;
  let sumY = 0;
  let volume = 0;
  for (let y = minY; y < maxY; y++) {
    const rayY = (cy - y - 0.5) * perFocal;
    const end = y * width + maxX;
    for (let i = y * width + minX; i < end; i++) {
      const id = triangle[i]!;
      if (id < low || id >= high) continue;
      if (id !== current) {
        current = id;
        const t = 3 * (id - idOffset);
        const a = 3 * triangles[t]!;
        const b = 3 * triangles[t + 1]!;
        const c = 3 * triangles[t + 2]!;
        const ax = positions[a]!;
        const ay = positions[a + 1]!;
        const az = positions[a + 2]!;
        const bx = positions[b]!;
        const by = positions[b + 1]!;
        const bz = positions[b + 2]!;
        const qx = positions[c]!;
        const qy = positions[c + 1]!;
        const qz = positions[c + 2]!;
        // d = (rayX, rayY, −1): the z components of the cross products become the constants.
        n0x = by * qz - bz * qy;
        n0y = bz * qx - bx * qz;
        n0 = by * qx - bx * qy;
        n1x = qy * az - qz * ay;
        n1y = qz * ax - qx * az;
        n1 = qy * ax - qx * ay;
        sumX = n0x + n1x + (ay * bz - az * by);
        sumY = n0y + n1y + (az * bx - ax * bz);
        sum = n0 + n1 + (ay * bx - ax * by);
        volume = ax * n0x + ay * n0y - az * n0;
      }
      const rayX = (i - y * width + 0.5 - cx) * perFocal;
      const inverse = 1 / (sum + sumX * rayX + sumY * rayY);
      let w0 = (n0 + n0x * rayX + n0y * rayY) * inverse;
      let w1 = (n1 + n1x * rayX + n1y * rayY) * inverse;
      let distance = volume * inverse;
      // Snapping may cover a centre just outside the exact triangle: move it onto the triangle. (Also catches
      // NaN of triangles seen exactly edge-on.)
      if (!(w0 >= 0 && w1 >= 0 && w0 + w1 <= 1)) {
        w0 = w0 > 0 ? (w0 < 1e30 ? w0 : 1e30) : 0;
        w1 = w1 > 0 ? (w1 < 1e30 ? w1 : 1e30) : 0;
        const total = w0 + w1;
        if (total > 1) {
          w0 /= total;
          w1 /= total;
        }
        distance = 1 / inverseDepth[i]!;
      }
      depth[i] = distance;
      barycentric[2 * i] = w0;
      barycentric[2 * i + 1] = w1;
    }
  }
}
