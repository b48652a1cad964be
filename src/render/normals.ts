/**
 * Unit normals per vertex: the area-weighted mean of the surrounding triangles, outwards for
 * counter-clockwise triangles.
 *
 * @param positions V×3.
 * @param triangles T×3.
 * @param out V×3, overwritten; vertices of no triangle, or of cancelling ones, get zero.
 * @param weld Per vertex the one that stands for all vertices at its place (see {@link weldByPosition}):
 *   seams stay smooth.
 */
export function vertexNormals(
  positions: Float32Array,
  triangles: Uint32Array,
  out: Float32Array,
  weld?: Uint32Array,
): Float32Array {
  out.fill(0);
  for (let t = 0; t + 2 < triangles.length; t += 3) {
    const i = 3 * triangles[t]!;
    const j = 3 * triangles[t + 1]!;
    const k = 3 * triangles[t + 2]!;
    const x = positions[i]!;
    const y = positions[i + 1]!;
    const z = positions[i + 2]!;
    const ux = positions[j]! - x;
    const uy = positions[j + 1]! - y;
    const uz = positions[j + 2]! - z;
    const vx = positions[k]! - x;
    const vy = positions[k + 1]! - y;
    const vz = positions[k + 2]! - z;
    // The cross product is twice the area long, which is the weight.
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    const a = weld ? 3 * weld[i / 3]! : i;
    const b = weld ? 3 * weld[j / 3]! : j;
    const c = weld ? 3 * weld[k / 3]! : k;
    out[a]! += nx;
    out[a + 1]! += ny;
    out[a + 2]! += nz;
    out[b]! += nx;
    out[b + 1]! += ny;
    out[b + 2]! += nz;
    out[c]! += nx;
    out[c + 1]! += ny;
    out[c + 2]! += nz;
  }
  for (let i = 0; i + 2 < out.length; i += 3) {
    const length = Math.sqrt(out[i]! ** 2 + out[i + 1]! ** 2 + out[i + 2]! ** 2);
    const scale = length > 0 ? 1 / length : 0;
    out[i]! *= scale;
    out[i + 1]! *= scale;
    out[i + 2]! *= scale;
  }
  if (weld) {
    for (let v = 0; v < weld.length; v++) {
      if (weld[v] !== v) out.copyWithin(3 * v, 3 * weld[v]!, 3 * weld[v]! + 3);
    }
  }
  return out;
}

/**
 * For each vertex the first one with exactly the same position: a weld map for meshes that are split along
 * seams.
 */
export function weldByPosition(positions: Float32Array): Uint32Array {
  const firstAt = new Map<string, number>();
  const weld = new Uint32Array(positions.length / 3);
  for (let v = 0; v < weld.length; v++) {
    // Adding 0 turns −0 into 0.
    const key = `${positions[3 * v]! + 0},${positions[3 * v + 1]! + 0},${positions[3 * v + 2]! + 0}`;
    const first = firstAt.get(key);
    if (first === undefined) firstAt.set(key, v);
    weld[v] = first ?? v;
  }
  return weld;
}
