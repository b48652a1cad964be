import { evaluatePoints } from './evaluate.js';
import type { MorphableModel, SurfacePoints } from './morphable-model.js';

/** Mean positions of surface points and how every coefficient moves them. */
export interface PointBasis {
  readonly count: number;
  /** count×3, mm. */
  readonly mean: Float32Array;
  /** Displacements per point: count×coefficients×3; shape coefficients first, then expression. */
  readonly directions: Float32Array;
  readonly coefficients: number;
}

/**
 * Restricts the model's bases to some surface points, so that fitting does not touch the other vertices. What
 * units move besides in heads of other shapes (`personal-units.ts`) is left out: it is no linear term.
 */
export function pointBasis(model: MorphableModel, points: SurfacePoints): PointBasis {
  const coefficients = model.shape.count + model.expression.count;
  const directions = new Float32Array(points.count * coefficients * 3);
  const width = model.vertexCount * 3;
  const moved = new Float32Array(points.count * 3);
  for (let k = 0; k < coefficients; k++) {
    const row =
      k < model.shape.count
        ? model.shape.displacements.subarray(k * width, (k + 1) * width)
        : model.expression.displacements.subarray(
            (k - model.shape.count) * width,
            (k - model.shape.count + 1) * width,
          );
    evaluatePoints(points, row, moved);
    for (let i = 0; i < points.count; i++) {
      for (let axis = 0; axis < 3; axis++)
        directions[(i * coefficients + k) * 3 + axis] = moved[i * 3 + axis]!;
    }
  }
  return { count: points.count, mean: evaluatePoints(points, model.meanShape), directions, coefficients };
}

/**
 * The basis of one person's expressions: the first `shape.length` coefficients have these values for good.
 */
export function expressionBasis(
  { count, mean, directions, coefficients }: PointBasis,
  shape: ArrayLike<number>,
): PointBasis {
  const left = coefficients - shape.length;
  const own = Float32Array.from(mean);
  const kept = new Float32Array(count * left * 3);
  for (let i = 0; i < count; i++) {
    const row = directions.subarray(i * coefficients * 3, (i + 1) * coefficients * 3);
    for (let k = 0; k < shape.length; k++)
      for (let axis = 0; axis < 3; axis++) own[i * 3 + axis]! += shape[k]! * row[k * 3 + axis]!;
    kept.set(row.subarray(shape.length * 3), i * left * 3);
  }
  return { count, mean: own, directions: kept, coefficients: left };
}

/** Positions of the points for given coefficients (shape, then expression), count×3. */
export function evaluateBasis(
  basis: PointBasis,
  coefficients: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  const n = basis.coefficients;
  for (let i = 0; i < basis.count; i++) {
    let x = basis.mean[i * 3]!;
    let y = basis.mean[i * 3 + 1]!;
    let z = basis.mean[i * 3 + 2]!;
    for (let k = 0, at = i * n * 3; k < n; k++, at += 3) {
      const value = coefficients[k]!;
      if (value === 0) continue;
      x += value * basis.directions[at]!;
      y += value * basis.directions[at + 1]!;
      z += value * basis.directions[at + 2]!;
    }
    out[i * 3] = x;
    out[i * 3 + 1] = y;
    out[i * 3 + 2] = z;
  }
  return out;
}
