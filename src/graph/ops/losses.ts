import { Tensor, broadcastShapes, shapeError, where } from '../tensor.js';
import type { TensorLike } from '../tensor.js';
import { oneHot } from './indexing.js';

/**
 * Mean of `values` weighted by `weights`: `Σ w·v / Σ w`, and zero where all weights are zero, with a zero
 * gradient.
 * @param values any shape
 * @param weights not negative, broadcast against `values`: a mask of 0 and 1, or weights per element; the
 *   plain mean without them
 * @returns a scalar
 */
export function weightedMean(values: Tensor, weights?: Tensor): Tensor {
  if (weights === undefined) return values.mean();
  if (broadcastShapes('weightedMean', values.shape, weights.shape).join() !== values.shape.join()) {
    throw shapeError(
      'weightedMean',
      [values.shape, weights.shape],
      'the weights must not have more elements than the values',
    );
  }
  // A broadcast weight counts once for each value it meets.
  const total = weights.sum().mul(values.size / weights.size);
  const some = total.greater(0);
  // The inner selection keeps the division away from zero, the outer one its result.
  return where(
    some,
    values
      .mul(weights)
      .sum()
      .div(where(some, total, 1)),
    0,
  );
}

/** Mean absolute difference. @param weights as for `weightedMean` @returns a scalar */
export const l1Loss = (x: Tensor, target: TensorLike, weights?: Tensor): Tensor =>
  weightedMean(x.sub(target).abs(), weights);

/** Mean squared difference. @param weights as for `weightedMean` @returns a scalar */
export const l2Loss = (x: Tensor, target: TensorLike, weights?: Tensor): Tensor =>
  weightedMean(x.sub(target).square(), weights);

/**
 * Mean of `½ d²` for differences up to `delta` and `delta·(|d| − ½ delta)` beyond (Huber 1964).
 * @param weights as for `weightedMean`
 * @returns a scalar
 */
export function huberLoss(x: Tensor, target: TensorLike, delta = 1, weights?: Tensor): Tensor {
  if (!(delta > 0)) throw new Error(`huberLoss: delta must be positive, got ${delta}.`);
  const size = x.sub(target).abs();
  const near = size.minimum(delta);
  // With n = min(|d|, delta) both branches are n·(|d| − n/2).
  return weightedMean(near.mul(size.sub(near.mul(0.5))), weights);
}

/** Numbers that sum to 1 along an axis: `exp(x) / Σ exp(x)`, safe for large `x`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const powers = x.sub(x.max(axis, true).stopGradient()).exp();
  return powers.mul(powers.sum(axis, true).reciprocal());
}

/** The logarithm of `softmax`, accurate where that underflows. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const shifted = x.sub(x.max(axis, true).stopGradient());
  return shifted.sub(shifted.exp().sum(axis, true).log());
}

/**
 * Mean of `−log softmax(logits)[class]`.
 * @param logits `[…, K]`
 * @param classes `[…]` int32, each 0…K−1
 * @param weights as for `weightedMean`, against `[…]`
 * @returns a scalar
 */
export function softmaxCrossEntropy(logits: Tensor, classes: Tensor, weights?: Tensor): Tensor {
  if (classes.shape.join() !== logits.shape.slice(0, -1).join() || logits.rank < 1) {
    throw shapeError(
      'softmaxCrossEntropy',
      [logits.shape, classes.shape],
      'expected logits […, K] and classes […]',
    );
  }
  const chosen = oneHot(classes, logits.shape.at(-1)!, logits.type);
  return weightedMean(logSoftmax(logits).mul(chosen).sum(-1).neg(), weights);
}

/**
 * Mean of `−t·log σ(x) − (1 − t)·log(1 − σ(x))`, safe for large `x` of both signs.
 * @param target probabilities 0…1, broadcast against the logits
 * @param weights as for `weightedMean`
 * @returns a scalar
 */
export function binaryCrossEntropyWithLogits(logits: Tensor, target: TensorLike, weights?: Tensor): Tensor {
  // At exactly zero, where untrained logits are, `maximum` and `abs` both take the positive side: the
  // gradient is ½ − t.
  const softplus = logits.maximum(0).add(logits.abs().neg().exp().add(1).log());
  return weightedMean(softplus.sub(logits.mul(target)), weights);
}

/**
 * Cosine of the angle between vectors along an axis.
 * @param epsilon shorter vectors count as having this length, so that zero vectors give 0 and no NaN
 * @returns the broadcast shape without the axis
 */
export function cosineSimilarity(a: Tensor, b: Tensor, axis = -1, epsilon = 1e-6): Tensor {
  const inverseLength = (x: Tensor): Tensor =>
    x
      .square()
      .sum(axis)
      .maximum(epsilon * epsilon)
      .sqrt()
      .reciprocal();
  return a.mul(b).sum(axis).mul(inverseLength(a)).mul(inverseLength(b));
}
