/** What a {@link OneEuroFilter} trades: trembling at rest against lag in motion. */
export interface OneEuroOptions {
  /** Hz; lower trembles less. */
  readonly restCutoff: number;
  /** Growth of the cut-off with speed, Hz per unit and second; higher lags less. */
  readonly speedGain: number;
}

/**
 * The one-euro filter for signals of several values (Casiez, Roussel & Vogel, CHI 2012): a low-pass whose
 * cut-off grows with the speed of each value.
 */
export class OneEuroFilter {
  readonly #options: OneEuroOptions;
  #value: Float64Array | undefined;
  #speed = new Float64Array(0);
  #time = 0;

  constructor(options: OneEuroOptions) {
    this.#options = options;
  }

  /** @param seconds time of the sample, greater than the last one's; otherwise the filter begins anew */
  next(sample: ArrayLike<number>, seconds: number): Float64Array {
    const elapsed = seconds - this.#time;
    this.#time = seconds;
    if (this.#value?.length !== sample.length || !(elapsed > 0)) {
      this.#speed = new Float64Array(sample.length);
      return Float64Array.from((this.#value = Float64Array.from(sample)));
    }
    const { restCutoff, speedGain } = this.#options;
    const value = this.#value;
    for (let k = 0; k < sample.length; k++) {
      this.#speed[k]! += share(1, elapsed) * ((sample[k]! - value[k]!) / elapsed - this.#speed[k]!);
      value[k]! +=
        share(restCutoff + speedGain * Math.abs(this.#speed[k]!), elapsed) * (sample[k]! - value[k]!);
    }
    return Float64Array.from(value);
  }
}

/** How much of a step a first-order low-pass takes within a time. */
function share(cutoff: number, elapsed: number): number {
  const turns = 2 * Math.PI * cutoff * elapsed;
  return turns / (1 + turns);
}
