/** A mesh with one uv per vertex, made from one with separate uv indices. */
export interface SplitMesh {
  /** Per new vertex the original vertex, and its uv (or 0 where there are none). */
  readonly vertexOf: Uint32Array;
  readonly uvOf: Uint32Array;
  /** T×3 indices of new vertices; 16 bits wide where they fit. */
  readonly indices: Uint16Array | Uint32Array;
}

/**
 * Doubles vertices where uv seams run through them, in order of first use; vertices of no triangle are
 * dropped.
 */
export function splitSeams(triangles: Uint32Array, uvTriangles: Uint32Array | undefined): SplitMesh {
  const known = new Map<number, number>();
  const vertexOf: number[] = [];
  const uvOf: number[] = [];
  const indices = new Uint32Array(triangles.length);
  for (let i = 0; i < triangles.length; i++) {
    const vertex = triangles[i]!;
    const uv = uvTriangles ? uvTriangles[i]! : 0;
    const key = vertex * 2 ** 26 + uv;
    let index = known.get(key);
    if (index === undefined) {
      index = vertexOf.length;
      known.set(key, index);
      vertexOf.push(vertex);
      uvOf.push(uv);
    }
    indices[i] = index;
  }
  // The greatest 16-bit index is reserved for restarting primitives.
  const narrow = vertexOf.length <= 65_535;
  return {
    vertexOf: Uint32Array.from(vertexOf),
    uvOf: Uint32Array.from(uvOf),
    indices: narrow ? Uint16Array.from(indices) : indices,
  };
}

/** Picks elements of `width` values: `out[i] = values[pick[i]] · scale`. */
export function gather(
  values: Float32Array,
  pick: Uint32Array,
  width: number,
  scale = 1,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(pick.length * width);
  for (let i = 0; i < pick.length; i++) {
    for (let k = 0; k < width; k++) out[i * width + k] = values[pick[i]! * width + k]! * scale;
  }
  return out;
}
