import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strongestPath, strongestRing } from '../../src/math/strongest-path.js';

const options = { bend: 1, stiffness: 0.25 };

function worthOf(values: Float32Array, rows: number, path: ArrayLike<number>): number {
  let sum = 0;
  for (let column = 0; column < path.length; column++) {
    sum += values[column * rows + path[column]!]!;
    if (column > 0) sum -= options.stiffness * Math.abs(path[column]! - path[column - 1]!);
  }
  return sum;
}

/** All paths that bend by one row at most. */
function* pathsOf(
  columns: number,
  rows: number,
  begun: readonly number[] = [],
): Generator<readonly number[]> {
  if (begun.length === columns) {
    yield begun;
    return;
  }
  const last = begun.at(-1);
  for (let row = 0; row < rows; row++)
    if (last === undefined || Math.abs(row - last) <= options.bend)
      yield* pathsOf(columns, rows, [...begun, row]);
}

describe('strongestPath', () => {
  it('finds what trying all paths finds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
        (numbers) => {
          const values = Float32Array.from(numbers);
          const best = Math.max(...[...pathsOf(5, 4)].map((path) => worthOf(values, 4, path)));
          expect(worthOf(values, 4, strongestPath(values, 4, options))).toBeCloseTo(best, 5);
        },
      ),
    );
  });
});

describe('strongestRing', () => {
  it('follows a ridge around a circle, wherever the circle begins, and closes', () => {
    const columns = 36;
    const rows = 12;
    const ridge = (column: number): number => Math.round(6 + 4 * Math.sin((2 * Math.PI * column) / columns));
    for (const first of [0, 7, 20]) {
      const values = new Float32Array(columns * rows);
      for (let column = 0; column < columns; column++) values[column * rows + ridge(column + first)] = 1;
      const ring = strongestRing(values, rows, options);
      expect([...ring]).toEqual(Array.from({ length: columns }, (_, column) => ridge(column + first)));
    }
  });
});
