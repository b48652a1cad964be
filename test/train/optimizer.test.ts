import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adamDefaults,
  adamWDefaults,
  clipScale,
  createOptimizer,
  gradientNorm,
  momentNames,
  NonFiniteGradientError,
  sgdDefaults,
} from '../../src/train/optimizer.js';
import type { OptimizerConfig } from '../../src/train/optimizer.js';
import { createParameterStore, viewOf } from '../../src/train/parameter-store.js';
import type { ParameterStore } from '../../src/train/parameter-store.js';
import { referenceStep } from './reference-optimizer.js';

const storeFor = (config: OptimizerConfig, initial: Record<string, Float32Array>): ParameterStore =>
  createParameterStore(initial, momentNames[config.kind].length);

/** One parameter `w` after a few steps with the given gradients. */
function walk(
  config: OptimizerConfig,
  start: number,
  gradients: readonly number[],
  learningRate: number,
): number[] {
  const store = storeFor(config, { w: Float32Array.of(start) });
  const optimizer = createOptimizer(store, config);
  return gradients.map((gradient, k) => {
    store.gradients[0] = gradient;
    optimizer.update(k + 1, learningRate, 1);
    return store.parameters[0]!;
  });
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((value, k) => {
    expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected[k]!)));
  });
}

describe('by hand', () => {
  it('SGD with momentum', () => {
    // velocity 1, 1.5; parameter 1 − 0.1·1, 0.9 − 0.1·1.5
    expectClose(walk({ ...sgdDefaults, momentum: 0.5 }, 1, [1, 1], 0.1), [0.9, 0.75]);
  });

  it('SGD with Nesterov momentum and weight decay', () => {
    // gradient 1 + 0.5·2 = 2, velocity 2, step 2 + 0.5·2 = 3: 2 − 0.1·3
    expectClose(
      walk({ ...sgdDefaults, momentum: 0.5, nesterov: true, weightDecay: 0.5 }, 2, [1], 0.1),
      [1.7],
    );
  });

  it('Adam goes one learning rate at first, whatever the gradient', () => {
    expectClose(walk(adamDefaults, 0, [1e-3], 0.01), [-0.01]);
    expectClose(walk(adamDefaults, 0, [-1e3], 0.01), [0.01]);
    // means (0.9·0.1 + 0.1·0)/(1 − 0.81) = 0.09/0.19, (0.999e-3)/(1 − 0.998001) = 0.999/1.999
    expectClose(walk(adamDefaults, 0, [1, 0], 0.01), [
      -0.01,
      -0.01 - (0.01 * 0.09) / 0.19 / Math.sqrt(0.999 / 1.999),
    ]);
  });

  it('AdamW decays values apart from the gradient', () => {
    expectClose(walk({ ...adamWDefaults, weightDecay: 0.1 }, 2, [0], 0.5), [2 * (1 - 0.05)]);
  });
});

describe('against double precision', () => {
  const settings: Record<string, OptimizerConfig> = {
    sgd: { ...sgdDefaults, weightDecay: 0.01 },
    nesterov: { ...sgdDefaults, nesterov: true, weightDecay: 0.01 },
    adam: adamDefaults,
    adamw: { ...adamWDefaults, weightDecay: 0.1 },
  };
  const finite = fc.double({ min: -4, max: 4, noNaN: true });
  it.each(Object.entries(settings))('%s, any sizes and gradients', (_, config) => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 5 }),
        fc.array(finite, { minLength: 3, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        (sizes, numbers, steps) => {
          const number = (k: number): number => Math.fround(numbers[k % numbers.length]!);
          const names = sizes.map((_, k) => (k % 2 === 0 ? `layer${k}.weight` : `layer${k}.bias`));
          const store = storeFor(
            config,
            Object.fromEntries(
              names.map((name, k) => [
                name,
                Float32Array.from({ length: sizes[k]! }, (_, i) => number(i + k)),
              ]),
            ),
          );
          const optimizer = createOptimizer(store, config);
          const expected = store.ranges.map((range) =>
            [...viewOf(store.parameters, range)].map((p) => ({ p, moments: [0, 0] })),
          );
          for (let step = 1; step <= steps; step++) {
            store.ranges.forEach((range, r) => {
              viewOf(store.gradients, range).forEach((_, i, view) => {
                view[i] = number(7 * i + 3 * step + r);
                const state = expected[r]![i]!;
                state.p = referenceStep(
                  config,
                  state.p,
                  0.5 * view[i]!,
                  state.moments,
                  step,
                  0.01,
                  range.name.endsWith('weight'),
                );
              });
            });
            optimizer.update(step, 0.01, 0.5);
          }
          store.ranges.forEach((range, r) => {
            expectClose(
              [...viewOf(store.parameters, range)],
              expected[r]!.map(({ p }) => p),
            );
          });
          // The zeros between parameters stay zeros.
          const used = new Set(
            store.ranges.flatMap(({ start, length }) => Array.from({ length }, (_, i) => start + i)),
          );
          expect(store.parameters.every((value, i) => used.has(i) || value === 0)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('forgets moments that are too small for normal floats', () => {
    const store = storeFor(adamDefaults, { w: Float32Array.of(1) });
    const optimizer = createOptimizer(store, adamDefaults);
    store.gradients[0] = 1e-18;
    for (let step = 1; step < 3000; step++, store.gradients[0] = 0) optimizer.update(step, 0.1, 1);
    expect([...store.moments.map((moment) => moment[0])]).toEqual([0, 0]);
  });
});

describe('gradient norm', () => {
  it('is that of all gradients together', () => {
    const store = storeFor(adamDefaults, { a: new Float32Array(3), b: new Float32Array(17) });
    viewOf(store.gradients, store.ranges[0]!).fill(2);
    viewOf(store.gradients, store.ranges[1]!).fill(-1);
    expect(gradientNorm(store)).toBeCloseTo(Math.sqrt(12 + 17), 12);
    expect(gradientNorm(store, 0.5)).toBeCloseTo(Math.sqrt(12 + 17) / 2, 12);
  });

  it('is finite for gradients whose squares are no floats', () => {
    const store = storeFor(adamDefaults, { a: new Float32Array(100).fill(0) });
    viewOf(store.gradients, store.ranges[0]!).fill(3e38);
    expect(gradientNorm(store) / 3e39).toBeCloseTo(1, 5);
  });

  it.each([NaN, Infinity, -Infinity])('names the first parameter whose gradient holds %s', (value) => {
    const store = storeFor(adamDefaults, {
      good: new Float32Array(20),
      bad: new Float32Array(5),
      worse: new Float32Array(1),
    });
    viewOf(store.gradients, store.ranges[1]!)[3] = value;
    viewOf(store.gradients, store.ranges[2]!)[0] = value;
    expect(() => gradientNorm(store)).toThrow(NonFiniteGradientError);
    expect(() => gradientNorm(store)).toThrow(`the gradient of "bad" holds ${value} at 3`);
  });

  it('clips what is longer than the limit', () => {
    expect(clipScale(4, 1)).toBe(0.25);
    expect(clipScale(0.5, 1)).toBe(1);
    expect(clipScale(0, 1)).toBe(1);
  });
});

it('wants the moments of its kind', () => {
  expect(() => createOptimizer(createParameterStore({}, 1), adamDefaults)).toThrow(
    'adam needs 2 moments per parameter, the store has 1',
  );
});

it('says when parameters exceed what WebAssembly can address', () => {
  const huge = { length: 2 ** 29 } as Float32Array;
  expect(() => createParameterStore({ huge }, 2)).toThrow('4 GiB is the limit');
});
