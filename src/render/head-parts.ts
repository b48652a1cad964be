import type { MorphableModel } from '../model/morphable-model.js';
import type { ScenePart } from './scene-part.js';
import { createFloatTexture, createTexture, type Texture } from './texture.js';
import { toothLook } from './tooth-look.js';

/** Textures of a model's parts by part name, ready for drawing. */
export type PartTextures = ReadonlyMap<string, Texture>;

/** Prepares the textures that come with the model (eyes, teeth, lashes, …). */
export function partTextures(model: MorphableModel): PartTextures {
  const textures = new Map<string, Texture>();
  for (const { name, texture, alpha } of model.parts) {
    if (!texture) continue;
    const look = name === 'teeth' ? toothLook(texture) : texture;
    textures.set(name, createTexture(look, { mipmaps: true, alpha: alpha !== 'opaque' }));
  }
  return textures;
}

/** A float texture (linear RGB, size×size) in the shape the renderer takes. */
export function skinTexture(linear: Float32Array, size: number): Texture {
  return createFloatTexture(size, size, 3, linear, { mipmaps: true });
}

const SHINE: Readonly<Record<string, { strength: number; shininess: number }>> = {
  skin: { strength: 0.03, shininess: 12 },
  eyeRight: { strength: 0.35, shininess: 120 },
  eyeLeft: { strength: 0.35, shininess: 120 },
  teeth: { strength: 0.15, shininess: 60 },
  mouth: { strength: 0.12, shininess: 40 },
};

export interface HeadPartsOptions {
  /** Names of parts to leave out. */
  readonly without?: readonly string[];
  /**
   * Draws every opaque part in this linear grey instead of its texture, and leaves cards (lashes) out.
   */
  readonly clay?: number;
}

/**
 * The parts of a head for `renderScene`.
 * @param positions all model vertices in camera space, V×3, mm
 * @param textures by part name; parts without one are drawn white
 */
export function headParts(
  model: MorphableModel,
  positions: Float32Array,
  textures: PartTextures,
  options: HeadPartsOptions = {},
): ScenePart[] {
  const { without = [], clay } = options;
  return model.parts
    .filter((part) => !without.includes(part.name) && !(clay !== undefined && part.alpha !== 'opaque'))
    .map((part) => {
      const texture = clay === undefined ? textures.get(part.name) : undefined;
      const shine = SHINE[part.name];
      return {
        positions,
        triangles: part.triangles,
        alpha: part.alpha,
        ...(texture && { texture, uvs: part.uvs, uvTriangles: part.uvTriangles }),
        ...(clay !== undefined && { color: [clay, clay, clay] as const }),
        ...(shine && { specular: shine }),
      };
    });
}
