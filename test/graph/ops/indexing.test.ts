import { beforeAll, describe, expect, it } from 'vitest';
import { gather, gatherPoints, oneHot, scatterAdd, takeAlongAxis } from '../../../src/graph/ops/indexing.js';
import { spec } from '../../../src/graph/trace.js';
import { compute, given, integers, shapeOf, useDoubles, wave } from './compute.js';

beforeAll(useDoubles);

const table = given([3, 2], [10, 11, 20, 21, 30, 31]);

describe('indexing', () => {
  it('gathers rows, and any axis', () => {
    expect(compute({ table, i: integers([4], [2, 0, 2, 1]) }, (t) => gather(t.table, t.i))).toEqual([
      30, 31, 10, 11, 30, 31, 20, 21,
    ]);
    expect(compute({ table, i: integers([2], [1, 1]) }, (t) => gather(t.table, t.i, 1))).toEqual([
      11, 11, 21, 21, 31, 31,
    ]);
    expect(shapeOf({ x: [5, 6, 7], i: spec([2, 3], 'int32') }, ({ x, i }) => gather(x, i, 1))).toEqual([
      5, 2, 3, 7,
    ]);
  });

  it('takes along an axis with indices of each position', () => {
    expect(compute({ table, i: integers([3, 1], [1, 0, 1]) }, (t) => takeAlongAxis(t.table, t.i, 1))).toEqual(
      [11, 20, 31],
    );
    expect(
      compute({ table, i: integers([2, 2], [2, 0, 0, 1]) }, (t) => takeAlongAxis(t.table, t.i, 0)),
    ).toEqual([30, 11, 10, 21]);
    const x = wave([2, 3, 4]);
    const i = integers([2, 2, 4], [0, 1, 2, 0, 2, 2, 1, 1, 1, 0, 0, 2, 2, 1, 0, 1]);
    const expected = Array.from(
      { length: 16 },
      (_, k) => x.values[(Math.floor(k / 8) * 3 + i.values[k]!) * 4 + (k % 4)],
    );
    expect(compute({ x, i }, (t) => takeAlongAxis(t.x, t.i, -2))).toEqual(expected);
  });

  it('gathers points of each batch element', () => {
    const points = given([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(
      compute({ points, i: integers([2, 3], [1, 1, 0, 0, 1, 0]) }, (t) => gatherPoints(t.points, t.i)),
    ).toEqual([3, 4, 3, 4, 1, 2, 5, 6, 7, 8, 5, 6]);
  });

  it('adds up where indices repeat', () => {
    expect(
      compute({ u: given([4], [1, 2, 4, 8]), i: integers([4], [0, 2, 0, 3]) }, (t) =>
        scatterAdd(t.u, t.i, 5),
      ),
    ).toEqual([5, 0, 2, 8, 0]);
    const updates = given([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(compute({ updates, i: integers([2], [1, 1]) }, (t) => scatterAdd(t.updates, t.i, 3, 1))).toEqual([
      0, 0, 4, 6, 0, 0, 0, 0, 12, 14, 0, 0,
    ]);
    expect(
      compute({ updates, i: integers([2, 2], [0, 1, 1, 2]) }, (t) => scatterAdd(t.updates, t.i, 3, -2)),
    ).toEqual([1, 2, 8, 10, 7, 8]);
  });

  it('is adjoint: ⟨gather(x), y⟩ = ⟨x, scatterAdd(y)⟩', () => {
    const x = wave([2, 4, 3]);
    const y = wave([2, 5, 3], 1);
    const i = integers([5], [3, 0, 0, 2, 3]);
    const forward = compute({ x, i, y }, (t) => gather(t.x, t.i, 1).mul(t.y).sum());
    const back = compute({ x, i, y }, (t) => scatterAdd(t.y, t.i, 4, 1).mul(t.x).sum());
    expect(forward[0]).toBeCloseTo(back[0]!, 12);
  });

  it('marks classes', () => {
    expect(compute({ i: integers([2], [2, 0]) }, ({ i }) => oneHot(i, 3))).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it('names itself and what does not fit', () => {
    const i = spec([2, 3], 'int32');
    expect(() => shapeOf({ x: [4, 3], i: [2] }, (t) => gather(t.x, t.i))).toThrow(
      /take: indices must be int32, got float32/,
    );
    expect(() => shapeOf({ x: [4, 3], i: [2] }, (t) => gatherPoints(t.x, t.i))).toThrow(
      /gatherPoints: indices must be int32/,
    );
    expect(() => shapeOf({ x: [4, 3, 3], i }, (t) => gatherPoints(t.x, t.i))).toThrow(
      /gatherPoints: \[4, 3, 3\] and \[2, 3\]: expected points/,
    );
    expect(() => shapeOf({ x: [4, 3, 3], i }, (t) => takeAlongAxis(t.x, t.i, 1))).toThrow(
      /takeAlongAxis: \[4, 3, 3\] and \[2, 3\]: they differ/,
    );
    expect(() => shapeOf({ x: [4, 3], i }, (t) => takeAlongAxis(t.x, t.i, 2))).toThrow(
      /takeAlongAxis: \[4, 3\]: has no axis 2/,
    );
    expect(() => shapeOf({ x: [4, 3], i }, (t) => scatterAdd(t.x, t.i, 5))).toThrow(
      /scatterAdd: \[4, 3\] and \[2, 3\]: axis 0/,
    );
    expect(() => shapeOf({ i: [2] }, (t) => oneHot(t.i, 5))).toThrow(/oneHot: indices must be int32/);
  });
});
