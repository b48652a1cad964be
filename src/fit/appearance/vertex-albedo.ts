import { albedoModesAt } from '../../model/albedo-modes.js';
import type { MorphableModel, TextureAlbedo } from '../../model/morphable-model.js';

/** Albedo mean and modes at the vertices, linear RGB. */
export interface VertexAlbedoBasis {
  readonly count: number;
  /** V×3. */
  readonly mean: Float32Array;
  /** count×V×3. */
  readonly modes: Float32Array;
}

/**
 * So many of the first modes are fitted together with the light: tone, and what is large. More could explain
 * shading as skin; the rest follows when the light is known (`fit-skin-albedo.ts`).
 */
export const LIGHT_MODES = 20;

const cache = new WeakMap<MorphableModel, Map<number, VertexAlbedoBasis>>();
/** Reflectance assumed for a model without any. */
const PLAIN_SKIN = [0.45, 0.29, 0.21];

/**
 * Albedo at the vertices of any model: its own per-vertex albedo, its texture sampled, or a plain skin.
 * Cached by model and number of modes.
 * @param most modes, the first ones; the other coefficients count as 0
 */
export function vertexAlbedo(model: MorphableModel, most = Infinity): VertexAlbedoBasis {
  const bases = cache.get(model) ?? new Map<number, VertexAlbedoBasis>();
  cache.set(model, bases);
  const count = Math.min(most, model.albedo?.count ?? 0);
  const basis = bases.get(count) ?? compute(model, count);
  bases.set(count, basis);
  return basis;
}

function compute(model: MorphableModel, count: number): VertexAlbedoBasis {
  const { albedo, vertexCount } = model;
  if (albedo?.kind === 'vertex') return { ...albedo, count };
  if (albedo?.kind === 'texture') return sampleTextures(model, albedo, count);
  return {
    count: 0,
    mean: Float32Array.from({ length: vertexCount * 3 }, (_, i) => PLAIN_SKIN[i % 3]!),
    modes: new Float32Array(0),
  };
}

/** A vertex beyond the atlas has no colour. */
const BEYOND = -1;

function sampleTextures(model: MorphableModel, albedo: TextureAlbedo, count: number): VertexAlbedoBasis {
  const mean = new Float32Array(model.vertexCount * 3);
  const places = new Float32Array(model.vertexCount * 2).fill(BEYOND);
  const { triangles, uvTriangles, uvs } = model.parts[0]!;
  const size = albedo.meanSize;
  for (let i = 0; i < triangles.length; i++) {
    const vertex = triangles[i]!;
    if (places[2 * vertex] !== BEYOND) continue;
    const u = uvs[uvTriangles[i]! * 2]!;
    const v = uvs[uvTriangles[i]! * 2 + 1]!;
    places[2 * vertex] = u;
    places[2 * vertex + 1] = v;
    const texel =
      (Math.min(size - 1, Math.floor(v * size)) * size + Math.min(size - 1, Math.floor(u * size))) * 3;
    mean.set(albedo.mean.subarray(texel, texel + 3), 3 * vertex);
  }
  return { count, mean, modes: albedoModesAt({ ...albedo, count }, places) };
}
