import type { Image } from '../math/image.js';

/**
 * A linear 3D morphable model of a head (Blanz & Vetter 1999): vertices are a mean plus weighted shape and
 * expression displacements, reflectance is a mean plus weighted modes.
 *
 * The type holds the open head model that ships and others alike: basis sizes are free, `parts` has one entry
 * for a model that is a single surface, and `albedo` is a texture, per-vertex colours, or absent. Units, axes
 * and the origin are those of docs/conventions.md (mm, +y up, +z out of the face).
 */
export interface MorphableModel {
  readonly name: string;
  /** Free text about origin: licence, source, builder command, version. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly vertexCount: number;
  /** Mean vertices, V×3, mm. */
  readonly meanShape: Float32Array;
  /** Identity, coefficients in standard deviations. */
  readonly shape: ShapeBasis;
  /** Facial expression, coefficients within `lower…upper`. */
  readonly expression: ExpressionBasis;
  readonly albedo: TextureAlbedo | VertexAlbedo | undefined;
  /** The skin first; then eyeballs, teeth and so on where the model has them. */
  readonly parts: readonly ModelPart[];
  /** Soft masks over all vertices, 0…1, by region name (`face`, `nose`, `mouth`, …). */
  readonly regions: ReadonlyMap<string, Float32Array>;
  readonly landmarks: ModelLandmarks;
}

/** Principal components of identity. */
export interface ShapeBasis {
  readonly count: number;
  /** Displacements in mm of one standard deviation, count×V×3. */
  readonly displacements: Float32Array;
  /** Root-mean-square displacement of one standard deviation over the skin's vertices, mm. */
  readonly standardDeviations: Float32Array;
}

/** Named blendshapes. */
export interface ExpressionBasis {
  readonly count: number;
  readonly names: readonly string[];
  /** Displacements in mm at coefficient 1, count×V×3. */
  readonly displacements: Float32Array;
  /** Bounds of plausible coefficients. */
  readonly lower: Float32Array;
  readonly upper: Float32Array;
  /** Units that move other heads otherwise than the mean one. */
  readonly personal?: readonly PersonalUnit[];
}

/**
 * What an expression unit moves besides in heads that are not the mean one: at coefficient 1 it adds
 * Σ sₖ Cₖ to the unit's displacement, linear in the shape as heads are. A blink shuts large eyes and small
 * ones by it.
 */
export interface PersonalUnit {
  /** Which unit. */
  readonly unit: number;
  /** The vertices that it moves, N. */
  readonly vertices: ArrayLike<number>;
  /** Cₖ: mm for one standard deviation of each shape component, count×N×3. */
  readonly displacements: Float32Array;
}

/** Reflectance over the texels of a UV atlas; linear RGB, texel row-major. */
export interface TextureAlbedo {
  readonly kind: 'texture';
  readonly count: number;
  readonly meanSize: number;
  /** meanSize×meanSize×3, linear 0…1. */
  readonly mean: Float32Array;
  readonly modeSize: number;
  /** Change of linear RGB for one standard deviation, count×modeSize×modeSize×3. */
  readonly modes: Float32Array;
  /** What the modes are finer than that within a part of the atlas; added to them. */
  readonly detail?: AlbedoDetail | undefined;
}

/** Detail of albedo modes over a rectangle of the atlas, in shares of it from the top left. */
export interface AlbedoDetail {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Texels per side. */
  readonly size: number;
  /** count×size×size×3; nothing at the border, so that no edge is seen. */
  readonly modes: Float32Array;
}

/** Reflectance per vertex; linear RGB. */
export interface VertexAlbedo {
  readonly kind: 'vertex';
  readonly count: number;
  /** V×3, linear 0…1. */
  readonly mean: Float32Array;
  /** Change of linear RGB for one standard deviation, count×V×3. */
  readonly modes: Float32Array;
}

/** A named piece of the surface with its own texture space. */
export interface ModelPart {
  readonly name: string;
  /** First vertex and number of vertices of the part. */
  readonly firstVertex: number;
  readonly vertexCount: number;
  /** Vertex indices into the whole model, T×3, counter-clockwise from outside. */
  readonly triangles: Uint32Array;
  /** Texture coordinates, U×2, origin top left; empty for a model without. */
  readonly uvs: Float32Array;
  /** Indices into `uvs`, T×3; empty for a model without. */
  readonly uvTriangles: Uint32Array;
  readonly alpha: 'opaque' | 'mask' | 'blend';
  /** The part's own texture (sRGB, four channels); the skin has none, its colour is the albedo. */
  readonly texture: Image | undefined;
  /**
   * The point the part turns about: the centre of the sphere that fits it, as an eyeball's. Absent for parts
   * that do not turn.
   */
  readonly turnsAbout: 'sphereCentre' | undefined;
}

/** Points on the surface: barycentric combinations of three vertices each. */
export interface SurfacePoints {
  readonly count: number;
  /** Vertex indices, count×3. */
  readonly vertices: Uint32Array;
  /** Weights, count×3, each row sums to 1. */
  readonly weights: Float32Array;
}

/** Correspondences between the model's surface and the field's landmark sets. */
export interface ModelLandmarks {
  /** iBUG 300-W points (68); the jaw points 0–16 are the frontal choice, see `jaw`. */
  readonly ibug68: SurfacePoints | undefined;
  /**
   * Candidates for each of the 17 sliding jaw points: `candidates` holds `perPoint` points for jaw point 0,
   * then 1, …
   */
  readonly jaw: { readonly perPoint: number; readonly candidates: SurfacePoints } | undefined;
  /** MediaPipe face mesh points in their order (468, or 478 with irises). */
  readonly mediapipe: SurfacePoints | undefined;
  /**
   * Eyes (subject's right first), nose tip, mouth corners (right first): the alignment points of recognition
   * networks.
   */
  readonly alignment5: SurfacePoints | undefined;
}
