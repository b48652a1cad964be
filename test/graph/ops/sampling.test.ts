import { beforeAll, describe, expect, it } from 'vitest';
import { bilinearSample } from '../../../src/graph/ops/sampling.js';
import { expectClose } from '../../math/close.js';
import { compute, given, shapeOf, useDoubles, wave } from './compute.js';

beforeAll(useDoubles);

describe('bilinearSample', () => {
  const image = given([1, 2, 2, 3], [0, 1, 2, 10, 11, 12, 100, 100, 100, 200, 200, 200]);
  const sample = (points: number[]): number[] =>
    compute({ image, points: given([1, points.length / 2, 2], points) }, (t) =>
      bilinearSample(t.image, t.points),
    );

  it('finds pixel centres at +0.5, x right and y down', () => {
    expectClose(sample([0.5, 0.5, 2.5, 0.5, 1.5, 1.5]), [0, 100, 2, 100, 11, 200]);
  });

  it('interpolates between centres', () => {
    expectClose(sample([1, 0.5, 1.5, 1, 1.75, 0.75]), [0.5, 100, 6, 150, 3.75, 125]);
  });

  it('continues the border value outside', () => {
    expectClose(sample([0, 0, -7, 1.5, 9, 9, 1.5, -1]), [0, 100, 10, 200, 12, 200, 1, 100]);
  });

  it('reads each batch element from its own image', () => {
    const images = wave([3, 1, 2, 2]);
    const points = given([3, 1, 2], [0.5, 0.5, 1.5, 0.5, 1.5, 1.5]);
    expectClose(
      compute({ images, points }, (t) => bilinearSample(t.images, t.points)),
      [images.values[0]!, images.values[5]!, images.values[11]!],
    );
  });

  it('names itself and what does not fit', () => {
    expect(() =>
      shapeOf({ image: [2, 3, 4, 4], points: [1, 5, 2] }, (t) => bilinearSample(t.image, t.points)),
    ).toThrow(/bilinearSample: \[2, 3, 4, 4\] and \[1, 5, 2\]/);
    expect(() =>
      shapeOf({ image: [2, 3, 4, 4], points: [2, 5, 3] }, (t) => bilinearSample(t.image, t.points)),
    ).toThrow(/points \[B, P, 2\]/);
  });
});
