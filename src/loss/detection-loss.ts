import type { Tensor } from '../graph/tensor.js';

/** Logits beyond this are as sure as it gets; their exponential stays finite. */
const LARGEST_LOGIT = 20;
/** Share of the loss of an anchor that is right already; the others count by how wrong they are. */
const RIGHT = 0.02;
/** Pixels in a unit of the place loss, and its quadratic part, in units. */
const PIXELS = 16;
const QUADRATIC = 0.1;

/**
 * Whether each anchor of a detector sees a face: cross-entropy, focused on anchors that are wrong (after Lin
 * et al. 2017, "Focal Loss for Dense Object Detection"; the focus is the squared error, without gradient, so
 * that targets may lie between 0 and 1).
 * @param logits any shape
 * @param target of that shape, 0…1
 * @param weight of that shape
 * @returns a scalar, the sum over anchors
 */
export function anchorScoreLoss(logits: Tensor, target: Tensor, weight: Tensor): Tensor {
  const bounded = logits.clamp(-LARGEST_LOGIT, LARGEST_LOGIT);
  const entropy = bounded.exp().add(1).log().sub(bounded.mul(target));
  const wrong = bounded.sigmoid().sub(target).square().add(RIGHT).stopGradient();
  return entropy.mul(wrong).mul(weight).sum();
}

/**
 * Where the anchors see boxes and key points: squared distances that grow to plain ones (Charbonnier).
 * @param values `[N, A, V]`, pixels
 * @param target of that shape
 * @param weight `[N, A]`
 * @returns a scalar, the sum over anchors of the mean over values
 */
export function anchorPlaceLoss(values: Tensor, target: Tensor, weight: Tensor): Tensor {
  const distance = values
    .sub(target)
    .div(PIXELS)
    .square()
    .add(QUADRATIC ** 2)
    .sqrt()
    .sub(QUADRATIC);
  return distance.mean(2).mul(weight).sum();
}

/**
 * How the anchors see heads turned: squared differences of unit vectors' components.
 * @param values `[N, A, V]`
 * @param target of that shape
 * @param weight `[N, A]`
 * @returns a scalar, the sum over anchors and components
 */
export function anchorPoseLoss(values: Tensor, target: Tensor, weight: Tensor): Tensor {
  return values.sub(target).square().sum(2).mul(weight).sum();
}
