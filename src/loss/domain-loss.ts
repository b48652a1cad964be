import { logSoftmax } from '../graph/ops/losses.js';
import { shapeError, type Tensor } from '../graph/tensor.js';

/** Which kind of image a code came from, in the order of the discriminator's logits. */
export const domains = ['clean', 'occluded', 'noisy'] as const;
export type Domain = (typeof domains)[number];

/**
 * Domain loss, L_C = L_CO + L_CN of the paper: cross-entropy of telling clean from occluded codes, and clean
 * from noisy ones. The discriminator minimises it; the regressor maximises it, through a `gradientReversal`
 * between code and discriminator.
 *
 * @param logits `[N, 3]` for the codes of each domain
 * @returns a scalar, nats; 2 ln 3 when nothing can be told
 */
export function domainLoss(logits: Readonly<Record<Domain, Tensor>>): Tensor {
  const [clean, occluded, noisy] = domains.map((domain, index) => {
    const rows = logits[domain];
    if (rows.rank !== 2 || rows.shape[1] !== domains.length)
      throw shapeError('domainLoss', [rows.shape], `expected logits [N, ${domains.length}]`);
    return logSoftmax(rows).at(1, index).mean().neg();
  }) as [Tensor, Tensor, Tensor];
  return clean.add(occluded).mul(0.5).add(clean.add(noisy).mul(0.5));
}
