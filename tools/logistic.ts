import { factorCholesky, substituteCholesky } from '../src/math/linear-solve.js';

const STEPS = 12;

export interface LogisticOptions {
  /**
   * Both classes count the same, however many samples they have. Default true; without, logits are
   * calibrated.
   */
  readonly balanced?: boolean;
  /** Penalty on squared weights of standardised features, per sample. Default 0.01. */
  readonly ridge?: number;
}

/** The logit of label 1 is `bias` + the features times `weights`. */
export interface Logistic {
  readonly weights: readonly number[];
  readonly bias: number;
}

/**
 * Logistic regression by Newton's steps with a ridge, features standardised. The kept libraries for it have
 * no penalty, without which more features than samples have no solution.
 * @param labels 0 or 1
 */
export function fitLogistic(
  features: readonly (readonly number[])[],
  labels: readonly number[],
  { balanced = true, ridge = 0.01 }: LogisticOptions = {},
): Logistic {
  const n = features.length;
  const d = features[0]!.length;
  const mean = Array.from({ length: d }, (_, k) => features.reduce((sum, row) => sum + row[k]!, 0) / n);
  const spread = mean.map(
    (m, k) => Math.sqrt(features.reduce((sum, row) => sum + (row[k]! - m) ** 2, 0) / n) + 1e-9,
  );
  // The last feature is constant and carries the bias.
  const rows = features.map((row) =>
    Float64Array.from({ length: d + 1 }, (_, k) => (k < d ? (row[k]! - mean[k]!) / spread[k]! : 1)),
  );
  const ones = labels.reduce((sum, label) => sum + label, 0);
  const share = balanced ? [n / (2 * (n - ones)), n / (2 * ones)] : [1, 1];
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
      gradient[a]! -= (a < d ? ridge : 0) * weights[a]!;
      hessian[a * (d + 1) + a]! += (a < d ? ridge : 0) + 1e-9;
      for (let b = 0; b < a; b++) hessian[b * (d + 1) + a] = hessian[a * (d + 1) + b]!;
    }
    if (!factorCholesky(hessian, d + 1))
      throw new Error('fitLogistic: the features are degenerate; leave constant ones out.');
    substituteCholesky(hessian, gradient, d + 1);
    for (let a = 0; a <= d; a++) weights[a]! += gradient[a]!;
  }
  const raw = mean.map((_, k) => weights[k]! / spread[k]!);
  return { weights: raw, bias: weights[d]! - raw.reduce((sum, weight, k) => sum + weight * mean[k]!, 0) };
}

/** The logit of label 1. */
export function logitOf({ weights, bias }: Logistic, features: readonly number[]): number {
  return weights.reduce((sum, weight, k) => sum + weight * features[k]!, bias);
}
