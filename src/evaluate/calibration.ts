/**
 * Mean difference between what is said and what holds (Naeini et al. 2015, "Obtaining Well Calibrated
 * Probabilities Using Bayesian Binning", expected calibration error), in bins of equal width.
 * @param probabilities 0…1, as many as outcomes
 */
export function expectedCalibrationError(
  probabilities: readonly number[],
  outcomes: readonly boolean[],
  bins = 10,
): number {
  return calibrationBins(probabilities, outcomes, bins).reduce(
    (sum, { count, said, held }) => sum + (count / probabilities.length) * Math.abs(said - held),
    0,
  );
}

/** What was said and what held of the cases in a bin. */
export interface CalibrationBin {
  readonly count: number;
  /** Mean probability, and share of the outcomes that came true, 0…1. */
  readonly said: number;
  readonly held: number;
}

/** The bins that hold any case, from doubtful to sure. */
export function calibrationBins(
  probabilities: readonly number[],
  outcomes: readonly boolean[],
  bins = 10,
): CalibrationBin[] {
  const members = Array.from({ length: bins }, (): number[] => []);
  probabilities.forEach((probability, k) => {
    members[Math.min(bins - 1, Math.floor(probability * bins))]!.push(k);
  });
  return members
    .filter((bin) => bin.length > 0)
    .map((bin) => ({
      count: bin.length,
      said: bin.reduce((sum, k) => sum + probabilities[k]!, 0) / bin.length,
      held: bin.filter((k) => outcomes[k]).length / bin.length,
    }));
}
