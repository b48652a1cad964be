import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { broadcastShapes, concat, constant, where } from '../../../src/graph/tensor.js';
import { expectClose } from '../../math/close.js';
import { compute, given, shapeOf, useDoubles, wave } from './compute.js';

beforeAll(useDoubles);

const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });
/** Two shapes that broadcast, made by putting 1 for some sizes of one shape and dropping leading axes. */
const pair = fc.tuple(sizes, fc.nat(), fc.nat(), fc.nat(4), fc.nat(4)).map(([shape, a, b, dropA, dropB]) => {
  const some = (bits: number, drop: number): number[] =>
    shape.map((size, i) => ((bits >> i) & 1 ? 1 : size)).slice(Math.min(drop, shape.length));
  return [some(a, dropA), some(b, dropB)] as const;
});

describe('broadcasting', () => {
  it('gives elementwise operations the shape that NumPy gives them', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const rank = Math.max(a.length, b.length);
        const full = (shape: readonly number[]): number[] => [
          ...Array<number>(rank - shape.length).fill(1),
          ...shape,
        ];
        const expected = full(a).map((size, i) => Math.max(size, full(b)[i]!));
        expect(broadcastShapes('test', a, b)).toEqual(expected);
        expect(shapeOf({ a, b }, (t) => t.a.mul(t.b))).toEqual(expected);
        expect(shapeOf({ a, b }, (t) => where(t.a.less(0), t.b, t.a))).toEqual(expected);
        expect(shapeOf({ a: [...a, 2, 3], b: [...b, 3, 4] }, (t) => t.a.matmul(t.b))).toEqual([
          ...expected,
          2,
          4,
        ]);
      }),
    );
  });

  it('multiplies each matrix of a batch with its partner', () => {
    const a = wave([3, 1, 2, 2]);
    const b = wave([2, 2, 3], 1);
    const expected: number[] = [];
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 2; j++)
        for (let r = 0; r < 2; r++)
          for (let c = 0; c < 3; c++) {
            expected.push(
              [0, 1].reduce((sum, k) => sum + a.values[i * 4 + r * 2 + k]! * b.values[j * 6 + k * 3 + c]!, 0),
            );
          }
    expectClose(
      compute({ a, b }, (t) => t.a.matmul(t.b)),
      expected,
      1e-12,
    );
    const shared = wave([2, 2]);
    const one = [0, 1, 2, 3, 4, 5].map((k) => b.values[k]!);
    expectClose(
      compute({ shared, b }, (t) => t.shared.matmul(t.b).at(0, 0)),
      compute({ shared, one: given([2, 3], one) }, (t) => t.shared.matmul(t.one)),
      1e-12,
    );
  });
});

describe('tensor operations name themselves and the shapes', () => {
  const a = [2, 3];
  const b = [4, 5];
  it.each([
    [
      'add',
      /add: \[2, 3\] and \[4, 5\]: do not broadcast: 2 against 4/,
      () => shapeOf({ a, b }, (t) => t.a.add(t.b)),
    ],
    [
      'matmul',
      /matmul: \[2, 3\] and \[4, 5\]: inner sizes 3 and 4/,
      () => shapeOf({ a, b }, (t) => t.a.matmul(t.b)),
    ],
    [
      'reshape',
      /reshape: \[2, 3\]: cannot become \[4, -1\]/,
      () => shapeOf({ a }, (t) => t.a.reshape([4, -1])),
    ],
    ['transpose', /transpose: \[2, 3\]: order \[0, 0\]/, () => shapeOf({ a }, (t) => t.a.transpose([0, 0]))],
    ['unsqueeze', /unsqueeze: \[2, 3\]: has no place 4/, () => shapeOf({ a }, (t) => t.a.unsqueeze(4))],
    [
      'expand',
      /expand: \[2, 3\] and \[2, 4\]: do not broadcast/,
      () => shapeOf({ a }, (t) => t.a.expand([2, 4])),
    ],
    ['slice', /slice: \[2, 3\]: axis 1 has no range 1…4/, () => shapeOf({ a }, (t) => t.a.slice(1, 1, 4))],
    ['at', /slice: \[2, 3\]: axis 0 has no range 2…3/, () => shapeOf({ a }, (t) => t.a.at(0, 2))],
    ['pad', /pad: \[2, 3\]: needs 2 pairs/, () => shapeOf({ a }, (t) => t.a.pad([[0, 1]]))],
    ['sum', /sum: \[2, 3\]: has no axis 2/, () => shapeOf({ a }, (t) => t.a.sum(2))],
    ['max', /max: \[2, 3\]: axes \[1, 1\] repeat/, () => shapeOf({ a }, (t) => t.a.max([1, -1]))],
    [
      'concat',
      /concat: \[2, 3\] and \[4, 5\]: they differ outside axis 0/,
      () => shapeOf({ a, b }, (t) => concat([t.a, t.b], 0)),
    ],
    [
      'where',
      /where: the condition must be bool, got float32/,
      () => shapeOf({ a }, (t) => where(t.a, 1, 0)),
    ],
    ['constant', /constant: \[3\]: needs 3 values, got 2/, () => constant(Float32Array.of(1, 2), [3])],
  ] as const)('%s', (_, message, attempt) => {
    expect(attempt).toThrow(message);
  });
});
