import { weightedMean } from '../graph/ops/losses.js';
import type { Tensor } from '../graph/tensor.js';
import { softDistance } from './landmark-loss.js';

/** Colour distances below this count as squares, in the unit of −1…1: about one step of 255. */
const SOFTNESS = 0.01;

/**
 * Photometric loss, L_GP of the paper, between the photo and the skin drawn from its own code: the distance
 * of colours, not squared, so that glasses and hair do not outweigh skin (L2,1; Thies et al. 2016). The same
 * between the clean photo and the skin drawn from the code of an occluded or a noisy version of it is L_O and
 * L_N.
 *
 * @param colours `[N, P, 3]` drawn
 * @param photo `[N, P, 3]` of the same pixels, in the same encoding
 * @param weights `[N, P]`, not negative: 0 leaves a pixel out
 * @returns a scalar: the mean over the weighted pixels of the batch
 */
export function photometricLoss(colours: Tensor, photo: Tensor, weights: Tensor): Tensor {
  return weightedMean(softDistance(colours.sub(photo).square().sum(2), SOFTNESS), weights);
}
