import { mean, medianSorted, quantileSorted, sampleStandardDeviation } from 'simple-statistics';

/** What a table says of a list of errors. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Of a sample; 0 for a single value. */
  readonly deviation: number;
  readonly median: number;
  /** 90 % of the values are at most this. */
  readonly ninetieth: number;
}

/**
 * @throws RangeError without values, or when one is not finite: errors are counted as failures, not averaged
 */
export function summarize(values: readonly number[]): Summary {
  checkValues('summarize', values);
  const sorted = values.toSorted((a, b) => a - b);
  return {
    count: values.length,
    mean: mean(sorted),
    deviation: values.length > 1 ? sampleStandardDeviation(sorted) : 0,
    median: medianSorted(sorted),
    ninetieth: quantileSorted(sorted, 0.9),
  };
}

/** How two methods differ on the same items. */
export interface PairedDifference {
  readonly count: number;
  /** Mean of second − first. */
  readonly mean: number;
  /** Interval that holds the mean difference with the given confidence. */
  readonly low: number;
  readonly high: number;
}

/** What drawing samples needs of a generator. */
export interface UniformRandom {
  uniform(): number;
}

export interface BootstrapOptions {
  /** Default 0.95. */
  readonly confidence?: number;
  /** Default 5000. */
  readonly resamples?: number;
}

/**
 * The mean difference of paired values with a percentile bootstrap interval (Efron 1979): the pairs are drawn
 * anew with replacement.
 * @throws RangeError when there are no pairs, lengths disagree or a value is not finite
 */
export function pairedDifference(
  first: readonly number[],
  second: readonly number[],
  random: UniformRandom,
  { confidence = 0.95, resamples = 5000 }: BootstrapOptions = {},
): PairedDifference {
  if (first.length !== second.length)
    throw new RangeError(
      `pairedDifference: expected as many second values as first ones, received ${first.length} and ${second.length}.`,
    );
  const differences = second.map((value, i) => value - first[i]!);
  const count = differences.length;
  checkValues('pairedDifference', differences);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += differences[Math.floor(random.uniform() * count)]!;
    return sum / count;
  }).sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return {
    count,
    mean: mean(differences),
    low: quantileSorted(means, tail),
    high: quantileSorted(means, 1 - tail),
  };
}

function checkValues(operation: string, values: readonly number[]): void {
  if (values.length === 0) throw new RangeError(`${operation}: no values.`);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new RangeError(`${operation}: value ${wrong} is ${values[wrong]}; count it as a failure instead.`);
}
