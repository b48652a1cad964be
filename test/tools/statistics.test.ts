import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { Photographer } from '../../src/data/synthetic/photographer.js';
import { describePhoto } from '../../src/data/synthetic/sample.js';
import { loadModel, loadPeople } from '../../src/node/files/assets.js';
import { srgbToLinear } from '../../src/render/color.js';
import { factsReader, typologyAngle, typologyClasses } from '../../tools/sample-facts.js';
import { agreement } from '../../tools/synthetic-landmarks.js';
import { fitLogistic, logitOf } from '../../tools/logistic.js';
import { spectrum } from '../../tools/telling/low-level.js';

const linear = (...bytes: [number, number, number]) =>
  bytes.map((byte) => srgbToLinear(byte / 255)) as [number, number, number];

describe('statistics of synthetic photos', () => {
  it('tell light from dark skin as the scale does', () => {
    // L* 70.0, b* 17.6 and L* 37.9, b* 19.7 by the definitions of CIELAB.
    expect(typologyAngle(linear(210, 160, 140))).toBeCloseTo(48.6, 0);
    expect(typologyAngle(linear(120, 80, 58))).toBeCloseTo(-31.5, 0);
    expect(typologyAngle([0.5, 0.5, 0.5])).toBeCloseTo(90, 0);
    expect(typologyClasses.at(-1)![1]).toBe(Infinity);
  });

  it('read what a sample says', async () => {
    const model = await loadModel();
    const photo = new Photographer(model, await loadPeople(), 64).take('facts');
    const truth = describePhoto(model, photo, 'facts');
    const facts = factsReader(model)({
      ...truth,
      covered: { protocol: 'reachocc', coverage: 0.4, occluder: 'scarf', parameters: {} },
    });
    expect(facts).toMatchObject({
      yaw: truth.pose.yaw,
      male: truth.attributes.male,
      coverage: 0.4,
      occluder: 'scarf',
      lampShare: truth.lighting.lampShare,
    });
    expect(facts.typologyAngle).toBeGreaterThan(-90);
    expect(facts.contrast).toBeGreaterThan(0);
    expect(facts.contrast).toBeLessThanOrEqual(1);
    expect(facts.distance).toBeGreaterThan(0.3);
  });

  it('take a common offset of landmarks for a difference of convention', () => {
    const photos = [0.01, 0.03].map((value) => new Float64Array(136).fill(value));
    const { all, allCalibrated, parts } = agreement(photos);
    expect(all).toBeCloseTo(3 * Math.SQRT2);
    expect(allCalibrated).toBeCloseTo(Math.SQRT2);
    expect(parts.map(({ right, down }) => [right, down])).toEqual(
      parts.map(() => [expect.closeTo(2), expect.closeTo(2)]),
    );
  });
});

describe('telling real from synthetic', () => {
  it('finds a direction that separates, also with more features than samples', () => {
    const random = createRandom(1);
    const rows = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 60 }, (_, k) => random.normal() + (k === 3 ? 6 * (i % 2) : 0)),
    );
    const labels = rows.map((_, i) => i % 2);
    const fitted = fitLogistic(rows, labels);
    const score = (row: readonly number[]): number => logitOf(fitted, row);
    const fresh = Array.from({ length: 60 }, () => random.normal());
    expect(rows.every((row, i) => score(row) > 0 === (labels[i] === 1))).toBe(true);
    expect(score(fresh.with(3, 6))).toBeGreaterThan(score(fresh.with(3, 0)));
  });

  it('sees a grating in the ring of its frequency, whatever its brightness', () => {
    const size = 64;
    const side = 45;
    const at = (period: number, level: number) =>
      spectrum(
        Float32Array.from(
          { length: 3 * size * size },
          (_, i) => level * (2 + Math.sin((2 * Math.PI * (i % size)) / period)),
        ),
        size,
      );
    const peak = (values: number[]): number => values.indexOf(Math.max(...values));
    expect(peak(at(side / 5, 50))).toBe(3);
    expect(peak(at(side / 15, 50))).toBe(9);
    at(9, 30).forEach((value, k) => {
      expect(value).toBeCloseTo(at(9, 60)[k]!, 0);
    });
  });
});
