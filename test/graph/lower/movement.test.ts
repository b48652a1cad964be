import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portableTarget } from '../../../src/graph/lower/emitter.js';
import { evaluateReference } from '../../../src/graph/reference.js';
import { concat } from '../../../src/graph/tensor.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import { spec } from '../../../src/graph/trace.js';
import { computeLowered, relativeError } from '../lowered.js';

/** One movement, chosen by numbers so that it fits whatever shape it meets. */
type Move = readonly [kind: number, a: number, b: number];

/**
 * Layouts are lazy: only chains of movements, with arithmetic between differently laid out values, put them
 * to the test.
 */
function apply(x: Tensor, [kind, a, b]: Move): Tensor {
  const axis = a % x.rank;
  const shape = x.shape;
  const size = shape[axis]!;
  switch (kind) {
    case 0:
      return x.transpose([...shape.keys()].sort((i, j) => ((i * 7 + a) % 5) - ((j * 7 + a) % 5) || i - j));
    case 1:
      return x.flip(axis);
    case 2:
      return x.slice(axis, Math.min(b % 2, size - 1), size);
    case 3:
      return x.size < 400
        ? x.pad(shape.map((_, i): [number, number] => (i === axis ? [b % 3, a % 2] : [0, 0])))
        : x;
    case 4:
      return size % 2 === 0 ? x.reshape([...shape.slice(0, axis), 2, size / 2, ...shape.slice(axis + 1)]) : x;
    case 5:
      return axis + 1 < x.rank
        ? x.reshape([...shape.slice(0, axis), size * shape[axis + 1]!, ...shape.slice(axis + 2)])
        : x;
    case 6:
      return x.size < 400 ? concat([x, x.mul(2)], axis) : x;
    case 7:
      return x.size < 400 ? x.unsqueeze(axis).expand([...shape.slice(0, axis), 2, ...shape.slice(axis)]) : x;
    case 8:
      return x.rank > 1 ? x.mean(axis, b % 2 === 0) : x;
    case 9:
      return x.add(x.flip(axis));
    case 10:
      return x.mul(x.sum(axis, true));
    default:
      return x
        .reshape([-1])
        .reshape(shape.toReversed())
        .transpose([...shape.keys()].reverse())
        .add(x);
  }
}

describe('chains of movements', () => {
  it('lowered, move what they move in jax-js', async () => {
    const move = fc.tuple(
      fc.integer({ min: 0, max: 11 }),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 2, maxLength: 8 }),
        fc.constantFrom<number[]>([2, 3, 4], [6, 4], [1, 8, 3], [2, 2, 2, 3]),
        async (moves, shape) => {
          const fn = ({ x }: { x: Tensor }): Tensor => moves.reduce<Tensor>(apply, x);
          const values = {
            x: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.3 * i + 0.4)),
          };
          const expected = evaluateReference(fn as never, { x: spec(shape) }, values)['']!;
          const computed = (await computeLowered(fn as never, { x: spec(shape) }, values, portableTarget))[
            'output'
          ]!;
          expect(relativeError(computed, expected)).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 150, seed: 11 },
    );
  });
});
