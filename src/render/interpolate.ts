import type { RasterTarget } from './raster-target.js';

/**
 * Spreads attributes over the picture: per pixel the weighted sum of the visible triangle's three corners.
 *
 * Per-vertex attributes take the mesh's own triangles; attributes per corner (as uvs along seams) take their
 * own list of indices with the same triangle order.
 *
 * @param target As {@link rasterize} left it.
 * @param attributes N×channels.
 * @param triangles T×3 indices into the attributes.
 * @param channels Values per attribute.
 * @param out w·h·channels; only pixels of these triangles are written.
 * @param idOffset As given to {@link rasterize}.
 */
export function interpolate(
  target: RasterTarget,
  attributes: Float32Array,
  triangles: Uint32Array,
  channels: number,
  out: Float32Array,
  idOffset = 0,
): Float32Array {
  const { triangle, barycentric } = target;
  if (out.length !== triangle.length * channels) {
    throw new RangeError(
      `interpolate: expected room for ${triangle.length}×${channels} values in out, got ${out.length}.`,
    );
  }
  const count = triangles.length / 3;
  for (let i = 0; i < triangle.length; i++) {
    const t = triangle[i]! - idOffset;
    if (t < 0 || t >= count) continue;
    const w0 = barycentric[2 * i]!;
    const w1 = barycentric[2 * i + 1]!;
    const w2 = 1 - w0 - w1;
    const a = triangles[3 * t]! * channels;
    const b = triangles[3 * t + 1]! * channels;
    const c = triangles[3 * t + 2]! * channels;
    for (let k = 0; k < channels; k++) {
      out[i * channels + k] = w0 * attributes[a + k]! + w1 * attributes[b + k]! + w2 * attributes[c + k]!;
    }
  }
  return out;
}
