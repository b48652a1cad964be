import type { Texture } from './texture.js';

/** One surface with one look. All colours multiply: `color` × `vertexColors` × `texture`. */
export interface ScenePart {
  /** V×3, camera-space mm. */
  readonly positions: Float32Array;
  /** T×3. */
  readonly triangles: Uint32Array;
  /** V×3 unit normals, camera space; computed from the triangles when absent. */
  readonly normals?: Float32Array;
  /** Texture coordinates, and T×3 indices into them where they are not one per vertex. */
  readonly uvs?: Float32Array;
  readonly uvTriangles?: Uint32Array;
  readonly texture?: Texture;
  /** Linear 0…1, white by default. */
  readonly color?: readonly [number, number, number];
  /** V×3 linear. */
  readonly vertexColors?: Float32Array;
  /**
   * How the texture's alpha is taken: not at all (default), cut at one half, or mixed with what lies behind.
   * Parts with alpha are seen from both sides and are sorted pixel by pixel.
   */
  readonly alpha?: 'opaque' | 'mask' | 'blend';
  /** Leaves out triangles that are seen from behind: faster for closed surfaces. Default false. */
  readonly oneSided?: boolean;
  /** A soft highlight (Blinn–Phong) of the light's strongest direction. */
  readonly specular?: Specular;
  /**
   * What the part counts as in label shares: one label, or one per vertex (V), of which the one with the
   * greater weight counts between corners. Without one it counts as nothing.
   */
  readonly label?: number | Uint8Array;
}

export interface Specular {
  /** Brightness of the highlight relative to the lamp, about 0.04 for skin, 0.5 for wet eyes. */
  readonly strength: number;
  /** Exponent: about 12 for skin, 150 for eyes. */
  readonly shininess: number;
}
