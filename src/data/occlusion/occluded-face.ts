import type { Camera } from '../../math/camera.js';
import { transformPoints } from '../../math/camera.js';
import { evaluatePoints } from '../../model/evaluate.js';
import { headTriangles } from '../../model/head-and-bust.js';
import type { MorphableModel } from '../../model/morphable-model.js';

/** What occluders need to know of a face in a photo. Conventions: docs/conventions.md. */
export interface OccludedFace {
  /** In pixels of the photo. */
  readonly camera: Camera;
  /** Head to camera: row-major 3×3, and mm. */
  readonly rotation: ArrayLike<number>;
  readonly translation: ArrayLike<number>;
  /** V×3, head space, mm, with expression. */
  readonly vertices: Float32Array;
  /** V×3, camera space, mm. */
  readonly positions: Float32Array;
  /** Triangles of the skin, and of skin and eyes (skin first), T×3. */
  readonly skinTriangles: Uint32Array;
  readonly triangles: Uint32Array;
  /** Soft mask of the face's skin over the vertices, V, 0…1. */
  readonly faceMask: Float32Array;
  /** The hairy part of the head, V, 0…1. */
  readonly scalpMask: Float32Array;
  /** 68×3, head space, mm. */
  readonly landmarks: Float32Array;
  /** 27 irradiance coefficients. */
  readonly light: ArrayLike<number>;
}

/** The part of a `Reconstruction` that {@link occludedFaceOf} reads. */
export interface FittedHead {
  readonly camera: Camera;
  readonly pose: { readonly rotation: ArrayLike<number>; readonly translation: ArrayLike<number> };
  readonly vertices: Float32Array;
  readonly coefficients: { readonly light: ArrayLike<number> };
}

/**
 * A reconstructed face, ready to be covered.
 * @throws RangeError for a model without a `face` region or without the 68 landmarks
 */
export function occludedFaceOf(
  model: MorphableModel,
  { camera, pose, vertices, coefficients }: FittedHead,
): OccludedFace {
  const faceMask = model.regions.get('face');
  const points = model.landmarks.ibug68;
  if (!faceMask || !points)
    throw new RangeError(
      `occludedFaceOf: expected a head model with a "face" region and 68 landmarks, received "${model.name}" without.`,
    );
  // Teeth and tongue hide no skin and nothing that is held before a face; they are half of all triangles.
  const solid = model.parts.filter((part, index) => index === 0 || part.turnsAbout !== undefined);
  return {
    camera,
    vertices,
    faceMask,
    rotation: pose.rotation,
    translation: pose.translation,
    light: coefficients.light,
    positions: transformPoints(pose.rotation, pose.translation, vertices, new Float32Array(vertices.length)),
    skinTriangles: headTriangles(model).triangles,
    triangles: joined(solid.map(({ triangles }) => triangles)),
    scalpMask: model.regions.get('scalp') ?? new Float32Array(model.vertexCount),
    landmarks: evaluatePoints(points, vertices),
  };
}

/**
 * What is worn lies on the skin, and a fitted head is not exact: so much, mm, a head may be nearer than an
 * object and not hide it.
 */
const TOLERANCE = 6;

/**
 * The head's camera-space vertices moved away from the camera along their lines of sight, V×3, mm: what hides
 * objects.
 */
export function hidingPositions({ positions }: OccludedFace): Float32Array {
  const moved = new Float32Array(positions.length);
  for (let i = 0; i < moved.length; i += 3) {
    const scale = 1 + TOLERANCE / Math.max(1, -positions[i + 2]!);
    moved[i] = positions[i]! * scale;
    moved[i + 1] = positions[i + 1]! * scale;
    moved[i + 2] = positions[i + 2]! * scale;
  }
  return moved;
}

function joined(lists: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

/** Head-space landmark of a face in the iBUG order, mm. */
export function landmarkOf({ landmarks }: OccludedFace, index: number): [number, number, number] {
  return [landmarks[3 * index]!, landmarks[3 * index + 1]!, landmarks[3 * index + 2]!];
}
