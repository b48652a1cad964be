import { cosineSimilarity } from '../graph/ops/losses.js';
import type { Tensor } from '../graph/tensor.js';

/**
 * Perceptual loss, L_P of the paper: `1 − ⟨θ, θ'⟩ / (‖θ‖ ‖θ'‖)` between the recognition embeddings of photo
 * and rendering.
 *
 * @param rendering `[N, D]` @param photo `[N, D]`
 * @returns a scalar, 0…2: the mean over the batch
 */
export function perceptualLoss(rendering: Tensor, photo: Tensor): Tensor {
  return cosineSimilarity(rendering, photo).mul(-1).add(1).mean();
}
