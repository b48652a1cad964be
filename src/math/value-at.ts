/**
 * The value of a square plane between four of its places, bilinear; beyond the border the outermost go on.
 * @param x and y places, the first being 0
 */
export function valueAt(plane: Float32Array, size: number, x: number, y: number): number {
  const u = Math.min(size - 1.001, Math.max(0, x));
  const v = Math.min(size - 1.001, Math.max(0, y));
  const left = Math.floor(u);
  const top = Math.floor(v);
  const at = top * size + left;
  const above = plane[at]! + (u - left) * (plane[at + 1]! - plane[at]!);
  const below = plane[at + size]! + (u - left) * (plane[at + size + 1]! - plane[at + size]!);
  return above + (v - top) * (below - above);
}
