import { rotatePoints } from '../graph/ops/geometry.js';
import { constantLike } from '../graph/ops/constants.js';
import type { Tensor } from '../graph/tensor.js';
import type { MorphableModel, SurfacePoints } from '../model/morphable-model.js';
import { pointBasis } from '../model/point-basis.js';
import { type Code } from './code.js';
import { cropFocal } from './crop-camera.js';

/** Surface points of a head as a traceable function of its code: the linear model restricted to them. */
export interface HeadPoints {
  readonly count: number;
  /** Head space, mm, `[N, count, 3]`. */
  positions(code: Pick<Code, 'shape' | 'expression'>): Tensor;
}

/** @param points any surface points of the model; what does not turn with the eyes */
export function headPoints(model: MorphableModel, points: SurfacePoints): HeadPoints {
  const { count, mean, directions, coefficients } = pointBasis(model, points);
  // count×coefficients×3 → coefficients×(count·3)
  const basis = new Float64Array(directions.length);
  const middle = Float64Array.from(mean);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < coefficients; k++)
      for (let axis = 0; axis < 3; axis++)
        basis[(k * count + i) * 3 + axis] = directions[(i * coefficients + k) * 3 + axis]!;
  }
  const shapes = basis.slice(0, model.shape.count * count * 3);
  const expressions = basis.slice(model.shape.count * count * 3);
  return {
    count,
    positions: ({ shape, expression }) =>
      shape
        .matmul(constantLike(shape, shapes, [model.shape.count, count * 3]))
        .add(expression.matmul(constantLike(expression, expressions, [model.expression.count, count * 3])))
        .add(constantLike(shape, middle, [count * 3]))
        .reshape([shape.shape[0]!, count, 3]),
  };
}

/** Points in the crop's camera, mm. @param points head space, `[N, P, 3]` */
export function posePoints(
  { rotation, translation }: Pick<Code, 'rotation' | 'translation'>,
  points: Tensor,
): Tensor {
  return rotatePoints(rotation, points).add(translation.unsqueeze(1));
}

/** Pictures count rows downwards. */
const upwards = Float64Array.of(1, -1);

/**
 * Where points are seen in the crop: −1…1 from edge to edge, y down.
 * @param points crop camera, mm, `[N, P, 3]`
 * @returns `[N, P, 2]`
 */
export function projectToCrop(points: Tensor): Tensor {
  const perDepth = points.slice(2, 2, 3).neg().maximum(1).reciprocal().mul(cropFocal);
  return points
    .slice(2, 0, 2)
    .mul(perDepth)
    .mul(constantLike(points, upwards, [2]));
}
