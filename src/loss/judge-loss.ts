import type { Tensor } from '../graph/tensor.js';

/** Logits beyond this are as sure as it gets; their exponential stays finite. */
const LARGEST_LOGIT = 20;
/** Distances below this count as squares. */
const QUADRATIC = 0.03;

/**
 * Whether there is a face in each crop: cross-entropy.
 * @param logits `[N]`
 * @param target `[N]`, 0…1
 * @param weight `[N]`
 * @returns a scalar, the mean over crops
 */
export function faceScoreLoss(logits: Tensor, target: Tensor, weight: Tensor): Tensor {
  const bounded = logits.clamp(-LARGEST_LOGIT, LARGEST_LOGIT);
  const entropy = bounded.exp().add(1).log().sub(bounded.mul(target));
  return entropy.mul(weight).mean();
}

/**
 * Where the face's box lies: squared distances that grow to plain ones (Charbonnier).
 * @param values `[N, 4]`, as of `JudgedPlace`
 * @param target of that shape
 * @param weight `[N]`
 * @returns a scalar, the mean over crops of the mean over values
 */
export function facePlaceLoss(values: Tensor, target: Tensor, weight: Tensor): Tensor {
  const distance = values
    .sub(target)
    .square()
    .add(QUADRATIC ** 2)
    .sqrt()
    .sub(QUADRATIC);
  return distance.mean(1).mul(weight).mean();
}
