import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { conv2d, convTranspose2d, linear } from '../../../src/graph/ops/convolution.js';
import { expectClose } from '../../math/close.js';
import { compute, given, shapeOf, useDoubles, wave } from './compute.js';
import type { Given } from './compute.js';

beforeAll(useDoubles);

interface Geometry {
  readonly strides: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** The definition of the convolution, with loops. */
function naiveConvolution(
  x: Given,
  weight: Given,
  { strides, padding, dilation, groups }: Geometry,
): number[] {
  const [batch, channels, height, width] = x.shape as number[];
  const [out, perGroup, kh, kw] = weight.shape as number[];
  const size = [height!, width!].map(
    (length, i) =>
      Math.floor(
        (length + padding[i]![0] + padding[i]![1] - dilation[i]! * ([kh!, kw!][i]! - 1) - 1) / strides[i]!,
      ) + 1,
  );
  const result: number[] = [];
  for (let n = 0; n < batch!; n++)
    for (let o = 0; o < out!; o++)
      for (let i = 0; i < size[0]!; i++)
        for (let j = 0; j < size[1]!; j++) {
          let sum = 0;
          for (let c = 0; c < perGroup!; c++)
            for (let a = 0; a < kh!; a++)
              for (let b = 0; b < kw!; b++) {
                const row = i * strides[0] - padding[0][0] + a * dilation[0];
                const column = j * strides[1] - padding[1][0] + b * dilation[1];
                if (row < 0 || column < 0 || row >= height! || column >= width!) continue;
                const channel = Math.floor(o / (out! / groups)) * perGroup! + c;
                sum +=
                  x.values[((n * channels! + channel) * height! + row) * width! + column]! *
                  weight.values[((o * perGroup! + c) * kh! + a) * kw! + b]!;
              }
          result.push(sum);
        }
  return result;
}

const upTo = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });
const pairUpTo = (max: number, min = 1): fc.Arbitrary<[number, number]> =>
  fc.tuple(upTo(max, min), upTo(max, min));

/** Convolutions whose kernel fits into the padded image. */
const anyConvolution = fc
  .record({
    batch: upTo(2),
    groups: upTo(2),
    perGroup: upTo(2),
    outPerGroup: upTo(2),
    size: pairUpTo(6),
    kernel: pairUpTo(3),
    strides: pairUpTo(3),
    dilation: pairUpTo(2),
    padding: fc.tuple(pairUpTo(2, 0), pairUpTo(2, 0)),
  })
  .filter(({ size, kernel, dilation, padding }) =>
    [0, 1].every((i) => dilation[i]! * (kernel[i]! - 1) + 1 <= size[i]! + padding[i]![0] + padding[i]![1]),
  );

describe('conv2d', () => {
  it('computes its definition and the shape it promises', () => {
    fc.assert(
      fc.property(anyConvolution, ({ batch, groups, perGroup, outPerGroup, size, kernel, ...rest }) => {
        const x = wave([batch, groups * perGroup, ...size]);
        const weight = wave([groups * outPerGroup, perGroup, ...kernel], 1);
        const options = { ...rest, groups };
        expectClose(
          compute({ x, weight }, (t) => conv2d(t.x, t.weight, options)),
          naiveConvolution(x, weight, options),
          1e-12,
        );
        const side = (i: 0 | 1): number =>
          Math.floor(
            (size[i] + rest.padding[i][0] + rest.padding[i][1] - rest.dilation[i] * (kernel[i] - 1) - 1) /
              rest.strides[i],
          ) + 1;
        expect(shapeOf({ x: x.shape, weight: weight.shape }, (t) => conv2d(t.x, t.weight, options))).toEqual([
          batch,
          groups * outPerGroup,
          side(0),
          side(1),
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it('takes one number for both axes and all sides', () => {
    const x = wave([1, 2, 6, 6]);
    const weight = wave([2, 2, 3, 3], 1);
    expectClose(
      compute({ x, weight }, (t) => conv2d(t.x, t.weight, { strides: 2, padding: 1, dilation: 2 })),
      naiveConvolution(x, weight, {
        strides: [2, 2],
        padding: [
          [1, 1],
          [1, 1],
        ],
        dilation: [2, 2],
        groups: 1,
      }),
    );
  });

  it('names itself and what does not fit', () => {
    const shapes = { x: [1, 3, 5, 5], weight: [4, 2, 3, 3] };
    expect(() => shapeOf(shapes, ({ x, weight }) => conv2d(x, weight))).toThrow(
      /conv2d: \[1, 3, 5, 5\] and \[4, 2, 3, 3\]: 3 channels in 1 groups/,
    );
    expect(() => shapeOf({ ...shapes, weight: [4, 3, 7, 3] }, ({ x, weight }) => conv2d(x, weight))).toThrow(
      /conv2d: .*spans 7 pixels of 5/,
    );
    expect(() => shapeOf({ ...shapes, weight: [4, 3] }, ({ x, weight }) => conv2d(x, weight))).toThrow(
      /conv2d: .*four axes/,
    );
    expect(() =>
      shapeOf({ x: [1, 4, 5, 5], weight: [3, 2, 3, 3] }, ({ x, weight }) => conv2d(x, weight, { groups: 2 })),
    ).toThrow(/conv2d: .*2 groups/);
    expect(() =>
      shapeOf({ ...shapes, weight: [4, 3, 3, 3] }, ({ x, weight }) => conv2d(x, weight, { strides: 0 })),
    ).toThrow(/conv2d: strides must be/);
    expect(() =>
      shapeOf({ ...shapes, weight: [4, 3, 3, 3] }, ({ x, weight }) =>
        conv2d(x, weight, {
          padding: [
            [0, 0],
            [-1, 0],
          ],
        }),
      ),
    ).toThrow(/conv2d: padding must be/);
  });
});

describe('convTranspose2d', () => {
  it('is the adjoint of conv2d', () => {
    fc.assert(
      fc.property(anyConvolution, ({ batch, groups, perGroup, outPerGroup, size, kernel, ...rest }) => {
        const x = wave([batch, groups * perGroup, ...size]);
        const weight = wave([groups * outPerGroup, perGroup, ...kernel], 1);
        const options = { ...rest, groups };
        const shape = shapeOf({ x: x.shape, weight: weight.shape }, (t) => conv2d(t.x, t.weight, options));
        const y = wave(shape, 2);
        const unreached = ([0, 1] as const).map((i) => {
          const room = size[i] + rest.padding[i][0] + rest.padding[i][1];
          const extent = rest.dilation[i] * (kernel[i] - 1) + 1;
          return room - extent - (shape[2 + i]! - 1) * rest.strides[i];
        }) as [number, number];
        const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
          Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
        const forward = compute({ x, weight }, (t) => conv2d(t.x, t.weight, options));
        const back = compute({ y, weight }, (t) =>
          convTranspose2d(t.y, t.weight, { ...options, outputPadding: unreached }),
        );
        expect(back.length).toBe(x.values.length);
        expect(inner(forward, y.values)).toBeCloseTo(inner(x.values, back), 10);
      }),
      { numRuns: 60 },
    );
  });

  it('spreads one pixel into its kernel', () => {
    const weight = given([1, 1, 2, 2], [1, 2, 3, 4]);
    const y = given([1, 1, 1, 2], [1, 10]);
    expect(compute({ y, weight }, (t) => convTranspose2d(t.y, t.weight, { strides: 2 }))).toEqual([
      1, 2, 10, 20, 3, 4, 30, 40,
    ]);
    expect(compute({ y, weight }, (t) => convTranspose2d(t.y, t.weight))).toEqual([1, 12, 20, 3, 34, 40]);
  });

  it('names itself and what does not fit', () => {
    const shapes = { y: [1, 4, 3, 3], weight: [4, 2, 3, 3] };
    expect(() =>
      shapeOf({ ...shapes, y: [1, 2, 3, 3] }, ({ y, weight }) => convTranspose2d(y, weight)),
    ).toThrow(/convTranspose2d: \[1, 2, 3, 3\] and .*2 channels/);
    expect(() =>
      shapeOf(shapes, ({ y, weight }) => convTranspose2d(y, weight, { outputPadding: 1 })),
    ).toThrow(/outputPadding 1 must be smaller than the stride 1/);
    expect(() => shapeOf(shapes, ({ y, weight }) => convTranspose2d(y, weight, { padding: 3 }))).toThrow(
      /convTranspose2d: .*leaves -1 pixels/,
    );
  });
});

describe('linear', () => {
  it('multiplies by the transposed weight and adds the bias', () => {
    const weight = given([2, 3], [1, 2, 3, 0, -1, 1]);
    const bias = given([2], [10, 20]);
    expect(
      compute({ x: given([2, 3], [1, 1, 1, 0, 2, 1]), weight, bias }, (t) => linear(t.x, t.weight, t.bias)),
    ).toEqual([16, 20, 17, 19]);
    expect(compute({ x: given([3], [1, 0, 0]), weight }, (t) => linear(t.x, t.weight))).toEqual([1, 0]);
    expect(shapeOf({ x: [4, 5, 3], weight: [2, 3] }, ({ x, weight: w }) => linear(x, w))).toEqual([4, 5, 2]);
  });

  it('names itself and what does not fit', () => {
    expect(() => shapeOf({ x: [4, 5], weight: [2, 3] }, ({ x, weight }) => linear(x, weight))).toThrow(
      /linear: \[4, 5\] and \[2, 3\]: 5 features/,
    );
    expect(() =>
      shapeOf({ x: [4, 3], weight: [2, 3], bias: [3] }, ({ x, weight, bias }) => linear(x, weight, bias)),
    ).toThrow(/linear: .*bias/);
  });
});
