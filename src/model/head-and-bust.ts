import type { MorphableModel } from './morphable-model.js';

/** Triangles of the skin and their texture coordinates, T×3 each. */
export interface SkinTriangles {
  readonly triangles: Uint32Array;
  readonly uvTriangles: Uint32Array;
}

const headsOf = new WeakMap<MorphableModel, SkinTriangles>();

/**
 * How many of the skin's vertices, from the first on, are the head's: those of a bust come after them and are
 * in the region `bust`. What looks at faces stays away from them. All of them for a model without a bust.
 */
export function headVertexCount(model: MorphableModel): number {
  const { vertexCount } = model.parts[0]!;
  const first = model.regions.get('bust')?.findIndex((share) => share > 0.5) ?? -1;
  return first < 0 ? vertexCount : Math.min(first, vertexCount);
}

/** The skin's triangles without those of the bust. */
export function headTriangles(model: MorphableModel): SkinTriangles {
  let found = headsOf.get(model);
  if (found) return found;
  const { triangles, uvTriangles, vertexCount } = model.parts[0]!;
  const count = headVertexCount(model);
  const isHead = (t: number): boolean => [0, 1, 2].every((k) => triangles[t + k]! < count);
  if (count === vertexCount) found = { triangles, uvTriangles };
  else {
    const starts = Array.from({ length: triangles.length / 3 }, (_, t) => 3 * t).filter(isHead);
    const pick = (from: Uint32Array): Uint32Array =>
      Uint32Array.from(starts.flatMap((t) => [...from.subarray(t, t + 3)]));
    found = { triangles: pick(triangles), uvTriangles: pick(uvTriangles) };
  }
  headsOf.set(model, found);
  return found;
}
