/** Penalty on squared weights of standardised features, all features together. */
const RIDGE = 1e-4;
const STEPS = 300;

/** The logit of choice k is `bias[k]` + the features times row k of `weights`, K×D. */
export interface Multinomial {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/**
 * Multinomial logistic regression with a ridge, features standardised: gradient descent with Nesterov's
 * momentum, whose step the largest row bounds (a row's Lipschitz constant is half its squared length).
 * @param rows N features of D numbers each @param labels which of `choices` each one is
 * @param given N logits of each choice, to which those of the features are added
 */
export function fitMultinomial(
  rows: readonly Float32Array[],
  labels: readonly number[],
  choices: number,
  given?: readonly ArrayLike<number>[],
): Multinomial {
  const { mean, spread } = standardOf(rows);
  const d = mean.length;
  const scale = 1 / Math.sqrt(d);
  const features = rows.map((row) => row.map((value, i) => (scale * (value - mean[i]!)) / spread[i]!));
  const longest = Math.max(...features.map((row) => row.reduce((sum, value) => sum + value * value, 0)));
  const step = 1 / (0.5 * longest + RIDGE);
  const weights = new Float64Array(choices * d);
  const ahead = new Float64Array(choices * d);
  const bias = Float64Array.from({ length: choices }, (_, k) =>
    given ? 0 : Math.log(1 + labels.filter((label) => label === k).length),
  );
  const gradient = new Float64Array(choices * d);
  const ofBias = new Float64Array(choices);
  let momentum = 1;
  for (let round = 0; round < STEPS; round++) {
    gradient.fill(0);
    ofBias.fill(0);
    features.forEach((row, n) => {
      const said = likelihoods(row, ahead, given ? bias.map((value, k) => value + given[n]![k]!) : bias);
      said[labels[n]!]! -= 1;
      said.forEach((error, k) => {
        ofBias[k]! += error / features.length;
        for (let i = 0; i < d; i++) gradient[k * d + i]! += (error * row[i]!) / features.length;
      });
    });
    const next = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    for (let i = 0; i < ahead.length; i++) {
      const to = ahead[i]! - step * (gradient[i]! + RIDGE * ahead[i]!);
      ahead[i] = to + ((momentum - 1) / next) * (to - weights[i]!);
      weights[i] = to;
    }
    for (let k = 0; k < choices; k++) bias[k]! -= ofBias[k]!;
    momentum = next;
  }
  const raw = new Float32Array(choices * d).map((_, i) => (scale * weights[i]!) / spread[i % d]!);
  const moved = Float32Array.from(bias, (value, k) =>
    mean.reduce((sum, m, i) => sum - m * raw[k * d + i]!, value),
  );
  return { weights: raw, bias: moved };
}

/** How likely each choice is, 0…1. */
export function likelihoods(
  row: ArrayLike<number>,
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
): number[] {
  const logits = Array.from(bias, (value, k) => {
    let sum = value;
    for (let i = 0; i < row.length; i++) sum += row[i]! * weights[k * row.length + i]!;
    return sum;
  });
  const most = Math.max(...logits);
  const parts = logits.map((value) => Math.exp(value - most));
  const total = parts.reduce((sum, value) => sum + value, 0);
  return parts.map((value) => value / total);
}

function standardOf(rows: readonly Float32Array[]): { mean: number[]; spread: number[] } {
  const count = rows.length;
  const mean = Array.from(rows[0]!, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / count);
  const spread = mean.map(
    (m, i) => Math.sqrt(rows.reduce((sum, row) => sum + (row[i]! - m) ** 2, 0) / count) + 1e-3,
  );
  return { mean, spread };
}
