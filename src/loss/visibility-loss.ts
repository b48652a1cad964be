import type { Tensor } from '../graph/tensor.js';

/**
 * Visibility loss, our own: cross-entropy of whether each landmark is in plain view.
 *
 * @param logits `[N, L]`
 * @param visible `[N, L]`, 0…1
 * @returns a scalar, nats
 */
export function visibilityLoss(logits: Tensor, visible: Tensor): Tensor {
  // max(x, 0) − x·y + log(1 + e^−|x|): never the logarithm of zero.
  return logits.relu().sub(logits.mul(visible)).add(logits.abs().neg().exp().add(1).log()).mean();
}
