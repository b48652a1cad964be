import { binaryCrossEntropyWithLogits } from '../graph/ops/losses.js';
import type { Tensor } from '../graph/tensor.js';

/**
 * Visibility loss, our own: cross-entropy of whether each landmark is in plain view.
 *
 * @param logits `[N, L]`
 * @param visible `[N, L]`, 0…1
 * @returns a scalar, nats
 */
export function visibilityLoss(logits: Tensor, visible: Tensor): Tensor {
  return binaryCrossEntropyWithLogits(logits, visible);
}
