import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanOfMirrored, mirrorRows } from '../../src/math/mirror-rows.js';

const rows = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }))
  .chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      values: fc.float32Array({ minLength: width * height, maxLength: width * height, noNaN: true }),
    }),
  );

describe('mirrorRows', () => {
  it('turns each row around', () => {
    const planes = Float32Array.of(1, 2, 3, 4, 5, 6);
    mirrorRows(planes, 3);
    expect([...planes]).toEqual([3, 2, 1, 6, 5, 4]);
  });

  it('twice changes nothing', () => {
    fc.assert(
      fc.property(rows, ({ width, values }) => {
        const twice = values.slice();
        mirrorRows(twice, width);
        mirrorRows(twice, width);
        expect(twice).toEqual(values);
      }),
    );
  });
});

describe('meanOfMirrored', () => {
  it('is what both say of the same place', () => {
    const mean = meanOfMirrored(Float32Array.of(1, 2, 3, 4), Float32Array.of(4, 3, 8, 5), 2);
    expect([...mean]).toEqual([2, 3, 4, 6]);
  });
});
