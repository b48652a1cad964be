import { project, transformPoints, type Camera } from '../math/camera.js';
import { evaluatePoints } from './evaluate.js';
import type { MorphableModel, SurfacePoints } from './morphable-model.js';

/** Pixels of surface points of a posed head, count×2. */
export function projectPoints(
  points: SurfacePoints,
  vertices: Float32Array,
  rotation: ArrayLike<number>,
  translation: ArrayLike<number>,
  camera: Camera,
): Float32Array {
  const world = evaluatePoints(points, vertices);
  const seen = transformPoints(rotation, translation, world, new Float32Array(world.length));
  return project(seen, camera, new Float32Array(points.count * 2));
}

/** The jaw points, whose place on the head depends on the pose. */
const JAW_POINTS = 17;
/**
 * The 68 iBUG landmarks of a posed head, 68×2 pixels. Jaw points slide to the visible contour: of each
 * point's candidates the one farthest out in the image, seen from the jaw's middle, is taken.
 * @throws Error when the model has no iBUG landmarks
 */
export function projectLandmarks68(
  model: MorphableModel,
  vertices: Float32Array,
  rotation: ArrayLike<number>,
  translation: ArrayLike<number>,
  camera: Camera,
): Float32Array {
  const { ibug68, jaw } = model.landmarks;
  if (!ibug68)
    throw new Error(`projectLandmarks68: model "${model.name}" has no iBUG landmarks; use one that has.`);
  const points = projectPoints(ibug68, vertices, rotation, translation, camera);
  if (!jaw) return points;
  const candidates = projectPoints(jaw.candidates, vertices, rotation, translation, camera);
  // The jaw's own middle, not the nose: that stands out and, in a turned head, beyond the far side of the
  // jaw.
  let cx = 0;
  let cy = 0;
  for (let i = 0; i < JAW_POINTS; i++) {
    cx += points[i * 2]! / JAW_POINTS;
    cy += points[i * 2 + 1]! / JAW_POINTS;
  }
  for (let i = 0; i < JAW_POINTS; i++) {
    const dx = points[i * 2]! - cx;
    const dy = points[i * 2 + 1]! - cy;
    let best = 0;
    let farthest = -Infinity;
    for (let k = 0; k < jaw.perPoint; k++) {
      const at = (i * jaw.perPoint + k) * 2;
      const reach = (candidates[at]! - cx) * dx + (candidates[at + 1]! - cy) * dy;
      if (reach > farthest) {
        farthest = reach;
        best = at;
      }
    }
    points[i * 2] = candidates[best]!;
    points[i * 2 + 1] = candidates[best + 1]!;
  }
  return points;
}
