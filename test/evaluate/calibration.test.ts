import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { calibrationBins, expectedCalibrationError } from '../../src/evaluate/calibration.js';

describe('expectedCalibrationError', () => {
  it('is small where outcomes follow what was said', () => {
    const random = createRandom('calibration');
    const said = Array.from({ length: 20_000 }, () => random.uniform());
    const held = said.map((probability) => random.uniform() < probability);
    expect(expectedCalibrationError(said, held)).toBeLessThan(0.02);
    expect(calibrationBins(said, held)).toHaveLength(10);
  });

  it('is how much too much was said', () => {
    expect(expectedCalibrationError([0.9, 0.9, 0.9, 0.9], [true, false, false, true])).toBeCloseTo(0.4);
    expect(expectedCalibrationError([1], [true])).toBe(0);
  });
});
