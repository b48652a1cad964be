import { logSoftmax } from '../graph/ops/losses.js';
import type { Tensor } from '../graph/tensor.js';

/** Added to sums that divide. */
const SOME = 1;

/**
 * What pixels show: cross-entropy against the shares of the classes in them.
 * @param logits `[N, C, H, W]`
 * @param target of that shape, 0…1; all zero where nothing is known
 * @returns a scalar, the mean over the pixels of which something is known
 */
export function parsingLoss(logits: Tensor, target: Tensor): Tensor {
  return logSoftmax(logits, 1).mul(target).sum().neg().div(target.sum().add(SOME));
}

/** The least likelihood whose logarithm is taken. */
const LEAST = 1e-4;

/**
 * That pixels do not show one class, of which nothing else is known.
 * @param logits `[N, C, H, W]`
 * @param weight `[N, H, W]`, 0…1
 * @param label of the class
 * @returns a scalar, the mean over the pixels that count
 */
export function excludedLoss(logits: Tensor, weight: Tensor, label: number): Tensor {
  const said = logSoftmax(logits, 1).at(1, label).exp();
  const others = said
    .neg()
    .add(1 + LEAST)
    .log();
  return others.mul(weight).sum().neg().div(weight.sum().add(SOME));
}

/**
 * How badly one class's pixels overlap with what is known of them: one minus the Dice coefficient of each
 * view, which thin rims and small covers move as much as large ones do (Milletari et al. 2016).
 * @param logits `[N, C, H, W]`
 * @param target as of {@link parsingLoss}
 * @param label of the class
 * @returns a scalar, the mean over views
 */
export function overlapLoss(logits: Tensor, target: Tensor, label: number): Tensor {
  const known = target.sum(1);
  const said = logSoftmax(logits, 1).at(1, label).exp().mul(known);
  const true_ = target.at(1, label);
  const both = said.mul(true_).sum([1, 2]).mul(2).add(SOME);
  return both
    .div(
      said
        .sum([1, 2])
        .add(true_.sum([1, 2]))
        .add(SOME),
    )
    .neg()
    .add(1)
    .mean();
}
