import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { avgPool2d, globalAveragePool, maxPool2d } from '../../../src/graph/ops/pooling.js';
import {
  depthToSpace,
  spaceToDepth,
  upsampleBilinear,
  upsampleNearest,
} from '../../../src/graph/ops/resizing.js';
import { expectClose } from '../../math/close.js';
import { compute, computeAll, given, shapeOf, useDoubles, wave } from './compute.js';

beforeAll(useDoubles);

const twoRows = given([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 9]);

describe('pooling', () => {
  it('takes the mean or the largest of each window', () => {
    expect(compute({ x: twoRows }, ({ x }) => avgPool2d(x, { window: 2 }))).toEqual([3.5, 5.75]);
    expect(compute({ x: twoRows }, ({ x }) => maxPool2d(x, { window: 2 }))).toEqual([6, 9]);
    expect(compute({ x: twoRows }, ({ x }) => maxPool2d(x, { window: [1, 2], strides: 1 }))).toEqual([
      2, 3, 4, 6, 7, 9,
    ]);
    expect(compute({ x: twoRows }, ({ x }) => globalAveragePool(x))).toEqual([37 / 8]);
  });

  it('agrees with its definition', () => {
    const anyPooling = fc
      .record({
        size: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
        window: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
        strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
        share: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
      })
      .map(({ share, ...rest }) => ({
        ...rest,
        padding: [0, 1].map((i) => [0, 1].map((k) => share[2 * i + k]! % rest.window[i]!)) as [
          [number, number],
          [number, number],
        ],
      }))
      .filter(({ size, window, padding }) =>
        [0, 1].every((i) => window[i]! <= size[i]! + padding[i]![0] + padding[i]![1]),
      );
    fc.assert(
      fc.property(anyPooling, ({ size, ...options }) => {
        const x = wave([2, 1, ...size]);
        const { window, strides, padding } = options;
        const means: number[] = [];
        const largest: number[] = [];
        const count = [0, 1].map(
          (i) => Math.floor((size[i]! + padding[i]![0] + padding[i]![1] - window[i]!) / strides[i]!) + 1,
        );
        for (let n = 0; n < 2; n++)
          for (let i = 0; i < count[0]!; i++)
            for (let j = 0; j < count[1]!; j++) {
              const seen: number[] = [];
              for (let a = 0; a < window[0]; a++)
                for (let b = 0; b < window[1]; b++) {
                  const row = i * strides[0] + a - padding[0][0];
                  const column = j * strides[1] + b - padding[1][0];
                  if (row >= 0 && column >= 0 && row < size[0] && column < size[1])
                    seen.push(x.values[(n * size[0] + row) * size[1] + column]!);
                }
              means.push(seen.reduce((a, b) => a + b, 0) / seen.length);
              largest.push(Math.max(...seen));
            }
        const actual = computeAll({ x }, (t) => ({
          mean: avgPool2d(t.x, options),
          largest: maxPool2d(t.x, options),
        }));
        expectClose(actual['mean']!, means, 1e-12);
        expectClose(actual['largest']!, largest, 1e-12);
      }),
      { numRuns: 60 },
    );
  });

  it('does not let padding darken or win', () => {
    const x = given([1, 1, 2, 2], [-1, -2, -3, -4]);
    expect(compute({ x }, (t) => avgPool2d(t.x, { window: 2, padding: 1 }))).toEqual([-1, -2, -3, -4]);
    expect(compute({ x }, (t) => maxPool2d(t.x, { window: 2, padding: 1 }))).toEqual([-1, -2, -3, -4]);
  });

  it('names itself and what does not fit', () => {
    expect(() => shapeOf({ x: [1, 2, 3, 3] }, ({ x }) => avgPool2d(x, { window: 4 }))).toThrow(
      /avgPool2d: \[1, 2, 3, 3\]: the window spans 4 pixels of 3/,
    );
    expect(() => shapeOf({ x: [1, 2, 3, 3] }, ({ x }) => maxPool2d(x, { window: 2, padding: 2 }))).toThrow(
      /maxPool2d: padding \[2, 2\] must be smaller/,
    );
    expect(() => shapeOf({ x: [2, 3, 3] }, ({ x }) => maxPool2d(x, { window: 2 }))).toThrow(
      /maxPool2d: \[2, 3, 3\]: needs an image/,
    );
    expect(() => shapeOf({ x: [2, 3, 3] }, ({ x }) => globalAveragePool(x))).toThrow(
      /globalAveragePool: .*needs an image/,
    );
    expect(() => shapeOf({ x: [1, 2, 3, 3] }, ({ x }) => avgPool2d(x, { window: 1.5 }))).toThrow(
      /avgPool2d: window must be/,
    );
  });
});

describe('resizing', () => {
  it('repeats pixels', () => {
    expect(compute({ x: given([1, 1, 1, 2], [1, 2]) }, ({ x }) => upsampleNearest(x, 2))).toEqual([
      1, 1, 2, 2, 1, 1, 2, 2,
    ]);
  });

  it('interpolates between pixel centres and clamps at the border', () => {
    expectClose(
      compute({ x: given([1, 1, 1, 2], [0, 4]) }, ({ x }) => upsampleBilinear(x, 2)),
      [0, 1, 3, 4, 0, 1, 3, 4],
    );
    // A ramp stays a ramp between the outermost centres: pixel i shows the position (i + 0.5) / 3 − 0.5.
    const ramp = compute({ x: given([1, 1, 3, 1], [0, 1, 2]) }, ({ x }) => upsampleBilinear(x, 3).at(3, 1));
    expectClose(
      ramp,
      Array.from({ length: 9 }, (_, i) => Math.min(Math.max((i + 0.5) / 3 - 0.5, 0), 2)),
    );
  });

  it('moves squares into channels and back', () => {
    const x = given([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(compute({ x }, (t) => spaceToDepth(t.x, 2))).toEqual([1, 3, 2, 4, 5, 7, 6, 8]);
    const image = wave([2, 3, 4, 6]);
    expect(compute({ image }, (t) => depthToSpace(spaceToDepth(t.image, 2), 2))).toEqual(image.values);
    expect(shapeOf({ x: [2, 3, 4, 6] }, (t) => spaceToDepth(t.x, 2))).toEqual([2, 12, 2, 3]);
  });

  it('names itself and what does not fit', () => {
    expect(() => shapeOf({ x: [1, 1, 3, 4] }, ({ x }) => spaceToDepth(x, 2))).toThrow(
      /spaceToDepth: \[1, 1, 3, 4\]: blocks of 2/,
    );
    expect(() => shapeOf({ x: [1, 6, 3, 4] }, ({ x }) => depthToSpace(x, 2))).toThrow(
      /depthToSpace: .*no multiple of 4/,
    );
    expect(() => shapeOf({ x: [1, 6, 3, 4] }, ({ x }) => upsampleNearest(x, 0.5))).toThrow(
      /upsampleNearest: the factor must be a positive integer, got 0.5/,
    );
    expect(() => shapeOf({ x: [6, 3, 4] }, ({ x }) => upsampleBilinear(x, 2))).toThrow(
      /upsampleBilinear: .*needs an image/,
    );
  });
});
