/** A similarity `p ↦ scale · R · p + translation` and how well it fits. */
export interface Similarity {
  readonly scale: number;
  /** Row-major 3×3, always a proper rotation. */
  readonly rotation: Float64Array;
  readonly translation: Float64Array;
  /** Root of the weighted mean squared distance after alignment, in the unit of the target. */
  readonly rms: number;
}

export interface AlignOptions {
  /** One non-negative weight per point; all equal by default. */
  readonly weights?: ArrayLike<number>;
  /** Whether the scale is free (default) or fixed at 1. */
  readonly scale?: boolean;
}

/**
 * The similarity that moves `source` onto `target` with the least weighted squared distance (Horn 1987,
 * "Closed-form solution of absolute orientation using unit quaternions"; scale as in Umeyama 1991, eq. 42).
 *
 * @param source `[x, y, z]` triples.
 * @param target As many triples, point by point.
 * @throws RangeError when lengths disagree, fewer than three points are given, or no weight is positive.
 */
export function alignPoints(
  source: ArrayLike<number>,
  target: ArrayLike<number>,
  options: AlignOptions = {},
): Similarity {
  const { weights, scale: freeScale = true } = options;
  checkPoints(source, target, weights);
  const sourceMean = weightedMean(source, weights);
  const targetMean = weightedMean(target, weights);
  const { covariance, sourceSpread, targetSpread, total } = moments(
    source,
    target,
    sourceMean,
    targetMean,
    weights,
  );
  const rotation = bestRotation(covariance);
  let correlation = 0;
  for (let i = 0; i < 9; i++) correlation += rotation[i]! * covariance[i]!;
  const scale = freeScale && sourceSpread > 0 ? correlation / sourceSpread : 1;
  const translation = new Float64Array(3);
  for (let row = 0; row < 3; row++) {
    let moved = 0;
    for (let k = 0; k < 3; k++) moved += rotation[3 * row + k]! * sourceMean[k]!;
    translation[row] = targetMean[row]! - scale * moved;
  }
  const squared = targetSpread - 2 * scale * correlation + scale * scale * sourceSpread;
  return { scale, rotation, translation, rms: Math.sqrt(Math.max(0, squared) / total) };
}

function checkPoints(
  source: ArrayLike<number>,
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): void {
  const count = source.length / 3;
  if (source.length !== target.length || !Number.isInteger(count) || count < 3) {
    throw new RangeError(
      `alignPoints: expected two equally long lists of at least three xyz triples, got lengths ${source.length} and ${target.length}.`,
    );
  }
  if (weights === undefined) return;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! >= 0 ? weights[i]! : NaN;
  if (weights.length !== count || !(sum > 0)) {
    throw new RangeError(
      `alignPoints: expected ${count} non-negative weights with a positive sum, got ${weights.length} with sum ${sum}; drop the option to weigh all points alike.`,
    );
  }
}

function weightedMean(points: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  const mean = new Float64Array(3);
  let total = 0;
  for (let i = 0; i < points.length / 3; i++) {
    const weight = weights ? weights[i]! : 1;
    total += weight;
    for (let k = 0; k < 3; k++) mean[k]! += weight * points[3 * i + k]!;
  }
  for (let k = 0; k < 3; k++) mean[k]! /= total;
  return mean;
}

function moments(
  source: ArrayLike<number>,
  target: ArrayLike<number>,
  sourceMean: Float64Array,
  targetMean: Float64Array,
  weights?: ArrayLike<number>,
): { covariance: Float64Array; sourceSpread: number; targetSpread: number; total: number } {
  const covariance = new Float64Array(9);
  const a = new Float64Array(3);
  const b = new Float64Array(3);
  let sourceSpread = 0;
  let targetSpread = 0;
  let total = 0;
  for (let i = 0; i < source.length / 3; i++) {
    const weight = weights ? weights[i]! : 1;
    total += weight;
    for (let k = 0; k < 3; k++) {
      a[k] = source[3 * i + k]! - sourceMean[k]!;
      b[k] = target[3 * i + k]! - targetMean[k]!;
      sourceSpread += weight * a[k]! * a[k]!;
      targetSpread += weight * b[k]! * b[k]!;
    }
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++)
        covariance[3 * row + column]! += weight * b[row]! * a[column]!;
    }
  }
  return { covariance, sourceSpread, targetSpread, total };
}

/** The rotation R that maximises `Σ R ∘ covariance`, where `covariance = Σ target · sourceᵀ`. */
function bestRotation(covariance: Float64Array): Float64Array {
  const [xx, yx, zx, xy, yy, zy, xz, yz, zz] = covariance as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  // Horn's N, whose greatest eigenvector is the quaternion (w, x, y, z). S_ab there couples source a with
  // target b.
  const n = Float64Array.of(
    xx + yy + zz,
    yz - zy,
    zx - xz,
    xy - yx,
    yz - zy,
    xx - yy - zz,
    xy + yx,
    zx + xz,
    zx - xz,
    xy + yx,
    yy - xx - zz,
    yz + zy,
    xy - yx,
    zx + xz,
    yz + zy,
    zz - xx - yy,
  );
  const [w, x, y, z] = greatestEigenvector(n);
  return Float64Array.of(
    w * w + x * x - y * y - z * z,
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    w * w - x * x + y * y - z * z,
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    w * w - x * x - y * y + z * z,
  );
}

/**
 * The unit eigenvector of the greatest eigenvalue of a symmetric 4×4 matrix, by cyclic Jacobi rotations in
 * place.
 */
function greatestEigenvector(m: Float64Array): [number, number, number, number] {
  const vectors = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
  for (let sweep = 0; sweep < 32; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let p = 0; p < 4; p++) {
      diagonal += Math.abs(m[5 * p]!);
      for (let q = p + 1; q < 4; q++) off += Math.abs(m[4 * p + q]!);
    }
    if (off <= 1e-16 * diagonal) break;
    for (let p = 0; p < 3; p++) for (let q = p + 1; q < 4; q++) rotatePlane(m, vectors, p, q);
  }
  let best = 0;
  for (let p = 1; p < 4; p++) if (m[5 * p]! > m[5 * best]!) best = p;
  return [vectors[best]!, vectors[4 + best]!, vectors[8 + best]!, vectors[12 + best]!];
}

/** One Jacobi rotation that zeroes element (p, q) (Golub & Van Loan, section 8.5). */
function rotatePlane(m: Float64Array, vectors: Float64Array, p: number, q: number): void {
  const off = m[4 * p + q]!;
  if (off === 0) return;
  const tau = (m[5 * q]! - m[5 * p]!) / (2 * off);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = t * c;
  for (let k = 0; k < 4; k++) {
    const a = m[4 * k + p]!;
    const b = m[4 * k + q]!;
    m[4 * k + p] = c * a - s * b;
    m[4 * k + q] = s * a + c * b;
  }
  for (let k = 0; k < 4; k++) {
    const a = m[4 * p + k]!;
    const b = m[4 * q + k]!;
    m[4 * p + k] = c * a - s * b;
    m[4 * q + k] = s * a + c * b;
    const u = vectors[4 * k + p]!;
    const v = vectors[4 * k + q]!;
    vectors[4 * k + p] = c * u - s * v;
    vectors[4 * k + q] = s * u + c * v;
  }
}
