import type { OptimizerConfig } from '../../src/train/optimizer.js';

/**
 * The textbook formulas in double precision, one parameter at a time; `moments` starts as zeros and is
 * changed.
 */
export function referenceStep(
  config: OptimizerConfig,
  p: number,
  g: number,
  moments: number[],
  step: number,
  learningRate: number,
  decayed = true,
): number {
  if (config.kind === 'sgd') {
    const gradient = g + (decayed ? config.weightDecay : 0) * p;
    moments[0] = config.momentum * moments[0]! + gradient;
    return p - learningRate * (config.nesterov ? gradient + config.momentum * moments[0] : moments[0]);
  }
  const { beta1, beta2, epsilon } = config;
  moments[0] = beta1 * moments[0]! + (1 - beta1) * g;
  moments[1] = beta2 * moments[1]! + (1 - beta2) * g * g;
  const decay = config.kind === 'adamw' && decayed ? config.weightDecay : 0;
  const mean = moments[0] / (1 - beta1 ** step);
  const variance = moments[1] / (1 - beta2 ** step);
  return p - learningRate * decay * p - (learningRate * mean) / (Math.sqrt(variance) + epsilon);
}
