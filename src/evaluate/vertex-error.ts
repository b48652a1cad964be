import { alignPoints } from '../math/procrustes.js';

/**
 * Mean distance between vertices of the same numbers, in their unit: the drift of a shape when something
 * covers the face, in head space (pose-free) or in a camera's (posed).
 * @param a V×3 @param b V×3 @param weights V, not all zero
 */
export function meanVertexDistance(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  weights: ArrayLike<number>,
): number {
  return distances(a, b, weights).mean;
}

/** Distances of vertices, mm. */
export interface VertexError {
  readonly mean: number;
  /** Root of the mean square. */
  readonly rms: number;
}

/**
 * Distances between a reconstructed surface and the true one after the rigid motion, without scaling, that
 * brings them together best.
 * @param predicted V×3, mm @param truth V×3, mm @param weights V: which part of the head counts, not all zero
 * @throws RangeError when lengths disagree or no weight is positive
 */
export function vertexError(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  weights: ArrayLike<number>,
): VertexError {
  const { rotation: r, translation: t } = alignPoints(predicted, truth, { weights, scale: false });
  const moved = new Float64Array(predicted.length);
  for (let i = 0; i < moved.length; i += 3) {
    for (let row = 0; row < 3; row++)
      moved[i + row] =
        r[3 * row]! * predicted[i]! +
        r[3 * row + 1]! * predicted[i + 1]! +
        r[3 * row + 2]! * predicted[i + 2]! +
        t[row]!;
  }
  return distances(moved, truth, weights);
}

function distances(a: ArrayLike<number>, b: ArrayLike<number>, weights: ArrayLike<number>): VertexError {
  if (a.length !== b.length || a.length !== 3 * weights.length)
    throw new RangeError(
      `vertex error: expected V×3 numbers twice and V weights, received ${a.length}, ${b.length} and ${weights.length}.`,
    );
  let sum = 0;
  let squares = 0;
  let total = 0;
  for (let v = 0; v < weights.length; v++) {
    const weight = weights[v]!;
    if (weight === 0) continue;
    const distance = Math.hypot(
      a[3 * v]! - b[3 * v]!,
      a[3 * v + 1]! - b[3 * v + 1]!,
      a[3 * v + 2]! - b[3 * v + 2]!,
    );
    sum += weight * distance;
    squares += weight * distance * distance;
    total += weight;
  }
  if (!(total > 0)) throw new RangeError('vertex error: no weight is positive.');
  return { mean: sum / total, rms: Math.sqrt(squares / total) };
}
