import { weightedMean } from '../graph/ops/losses.js';
import type { Tensor, TensorLike } from '../graph/tensor.js';

/**
 * Landmark loss, L_K of the paper: distances between predicted and known points, `√(d² + ε²) − ε`
 * (Charbonnier et al. 1994). A large `softness` ε makes it a squared distance, a small one the distance
 * itself: begun soft and hardened, it converges farther than either.
 *
 * @param predicted `[N, P, 2]`, −1…1 across the crop
 * @param truth `[N, P, 2]`
 * @param weights `[P]` or `[N, P]`, not negative
 * @param softness ε above 0, in the points' unit
 * @returns a scalar
 */
export function landmarkLoss(
  predicted: Tensor,
  truth: Tensor,
  weights: Tensor,
  softness: TensorLike,
): Tensor {
  return weightedMean(softDistance(predicted.sub(truth).square().sum(2), softness), weights);
}

/** `√(d² + ε²) − ε` of squared distances. */
export function softDistance(squared: Tensor, softness: TensorLike): Tensor {
  const square = typeof softness === 'number' ? softness * softness : softness.square();
  return squared.add(square).sqrt().sub(softness);
}
