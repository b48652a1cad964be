import { weightedMean } from '../graph/ops/losses.js';
import type { Tensor } from '../graph/tensor.js';
import { softDistance } from './landmark-loss.js';

/** Distances below this count as squares, mm. */
const SOFTNESS = 1;

/**
 * Vertex loss, our own: distance between predicted and true surface points in head space, where pose plays no
 * part.
 *
 * @param predicted `[N, P, 3]` mm
 * @param truth `[N, P, 3]` mm
 * @param weights `[P]`
 * @returns a scalar, mm
 */
export function vertexLoss(predicted: Tensor, truth: Tensor, weights: Tensor): Tensor {
  return weightedMean(softDistance(predicted.sub(truth).square().sum(2), SOFTNESS), weights);
}
