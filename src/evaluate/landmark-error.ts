/** The rectangle of points, pairs. */
export function landmarkBox(points: ArrayLike<number>): {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
} {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i + 1 < points.length; i += 2) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
    top = Math.min(top, points[i + 1]!);
    bottom = Math.max(bottom, points[i + 1]!);
  }
  return { left, top, right, bottom };
}

/**
 * Normalised mean error of landmarks: the mean distance over points `from…to` relative to √(width · height)
 * of the true landmarks' box, % (Zhu et al. 2016, "Face alignment across large poses").
 * @param points pairs @param truth as many pairs
 */
export function nme(points: ArrayLike<number>, truth: ArrayLike<number>, from: number, to: number): number {
  const { left, top, right, bottom } = landmarkBox(truth);
  let sum = 0;
  for (let i = from; i < to; i++)
    sum += Math.hypot(points[2 * i]! - truth[2 * i]!, points[2 * i + 1]! - truth[2 * i + 1]!);
  return (100 * sum) / (to - from) / Math.sqrt((right - left) * (bottom - top));
}
