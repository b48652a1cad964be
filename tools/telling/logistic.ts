import { factorCholesky, substituteCholesky } from '../../src/math/linear-solve.js';

/** Penalty on squared weights of standardised features, per sample. */
const RIDGE = 0.01;
const STEPS = 12;

/**
 * Logistic regression by Newton's steps with a ridge, features standardised, both classes of equal weight.
 * The kept libraries for it have no penalty, without which more features than samples have no solution.
 * @param labels 0 or 1
 * @returns logit of label 1 for features
 */
export function fitLogistic(
  features: readonly (readonly number[])[],
  labels: readonly number[],
): (features: readonly number[]) => number {
  const n = features.length;
  const d = features[0]!.length;
  const mean = Array.from({ length: d }, (_, k) => features.reduce((sum, row) => sum + row[k]!, 0) / n);
  const spread = mean.map(
    (m, k) => Math.sqrt(features.reduce((sum, row) => sum + (row[k]! - m) ** 2, 0) / n) + 1e-9,
  );
  // The last feature is constant and carries the bias.
  const standard = (row: readonly number[]): Float64Array =>
    Float64Array.from({ length: d + 1 }, (_, k) => (k < d ? (row[k]! - mean[k]!) / spread[k]! : 1));
  const rows = features.map(standard);
  const ones = labels.reduce((sum, label) => sum + label, 0);
  const share = [n / (2 * (n - ones)), n / (2 * ones)];
  const weights = new Float64Array(d + 1);
  const logit = (x: Float64Array): number => x.reduce((sum, value, k) => sum + value * weights[k]!, 0);
  for (let step = 0; step < STEPS; step++) {
    const hessian = new Float64Array((d + 1) ** 2);
    const gradient = new Float64Array(d + 1);
    rows.forEach((x, i) => {
      const p = 1 / (1 + Math.exp(-logit(x)));
      const weight = share[labels[i]!]! / n;
      const curvature = weight * Math.max(1e-4, p * (1 - p));
      for (let a = 0; a <= d; a++) {
        gradient[a]! += weight * (labels[i]! - p) * x[a]!;
        for (let b = 0; b <= a; b++) hessian[a * (d + 1) + b]! += curvature * x[a]! * x[b]!;
      }
    });
    for (let a = 0; a <= d; a++) {
      gradient[a]! -= (a < d ? RIDGE : 0) * weights[a]!;
      hessian[a * (d + 1) + a]! += (a < d ? RIDGE : 0) + 1e-9;
      for (let b = 0; b < a; b++) hessian[b * (d + 1) + a] = hessian[a * (d + 1) + b]!;
    }
    if (!factorCholesky(hessian, d + 1))
      throw new Error('fitLogistic: the features are degenerate; leave constant ones out.');
    substituteCholesky(hessian, gradient, d + 1);
    for (let a = 0; a <= d; a++) weights[a]! += gradient[a]!;
  }
  return (row) => logit(standard(row));
}
