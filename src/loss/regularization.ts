import type { Tensor } from '../graph/tensor.js';

/** Weights of the parts. */
export interface RegularizationWeights {
  readonly shape: number;
  readonly expression: number;
  readonly albedo: number;
}

/** Deng et al. 2019, section 3.3. */
export const regularizationDefaults: RegularizationWeights = { shape: 1, expression: 0.8, albedo: 0.017 };

/**
 * Regularisation, L_R of the paper: `w_s ‖s‖² + w_e ‖e‖² + w_t ‖t‖²`, the mean over the batch.
 * @param code `[N, …]` each
 * @returns a scalar
 */
export function regularizationLoss(
  code: { readonly shape: Tensor; readonly expression: Tensor; readonly albedo: Tensor },
  weights: RegularizationWeights = regularizationDefaults,
): Tensor {
  const norm = (x: Tensor): Tensor => x.square().sum(1).mean();
  return norm(code.shape)
    .mul(weights.shape)
    .add(norm(code.expression).mul(weights.expression))
    .add(norm(code.albedo).mul(weights.albedo));
}
