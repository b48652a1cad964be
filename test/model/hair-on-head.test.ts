import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateVertices } from '../../src/model/evaluate.js';
import { followHead } from '../../src/model/hair-on-head.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { expectClose } from '../math/close.js';

describe('followHead', () => {
  let model: MorphableModel;
  beforeAll(async () => {
    model = await loadModel();
  });
  const points = Float32Array.of(0, 130, -60, 95, 20, -80, 0, -180, -200);

  it('leaves what is on the same head where it is', () => {
    expectClose(followHead(model, points, model.meanShape, model.meanShape), points, 1e-4);
  });

  it('goes wherever a whole head goes, also far from its skin', () => {
    const moved = model.meanShape.map((value, i) => value + [3, -7, 11][i % 3]!);
    expectClose(
      followHead(model, points, model.meanShape, moved),
      points.map((value, i) => value + [3, -7, 11][i % 3]!),
      1e-3,
    );
  });

  it('stays about as far above the crown on heads of other shapes, and is smooth', () => {
    const crown = model.meanShape.reduce(
      (best, y, i) => (i % 3 === 1 && y > model.meanShape[best]! ? i : best),
      1,
    );
    const above = model.meanShape.slice(crown - 1, crown + 2);
    above[1]! += 20;
    for (const sigma of [-2.5, 2.5]) {
      const shape = new Float32Array(model.shape.count);
      shape[0] = sigma;
      shape[1] = sigma;
      const other = evaluateVertices(model, { shape });
      const [, y] = followHead(model, above, model.meanShape, other);
      expect(Math.abs(y! - other[crown]! - 20)).toBeLessThan(4);
    }
  });
});
