import { viewOf } from './parameter-store.js';
import type { ParameterRange, ParameterStore } from './parameter-store.js';

/** Parameters that weight decay leaves alone. */
interface WeightDecay {
  /** Fraction; 0 for none. */
  readonly weightDecay: number;
  /**
   * A regular expression on parameter names whose values must not decay, such as biases and gains; '' for
   * none.
   */
  readonly undecayed: string;
}

/**
 * Stochastic gradient descent with momentum; weight decay is added to the gradient (Sutskever et al. 2013, as
 * in PyTorch).
 */
export interface SgdConfig extends WeightDecay {
  readonly kind: 'sgd';
  /** 0…1 */
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Adam (Kingma & Ba 2015, arXiv 1412.6980). */
export interface AdamConfig {
  readonly kind: 'adam';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * Adam with decoupled weight decay: each step takes `learningRate · weightDecay` of the value (Loshchilov &
 * Hutter 2019).
 */
export interface AdamWConfig extends WeightDecay {
  readonly kind: 'adamw';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export type OptimizerConfig = SgdConfig | AdamConfig | AdamWConfig;

const undecayed = '(^|\\.)(bias|gain|scale|offset)$';
export const sgdDefaults: SgdConfig = {
  kind: 'sgd',
  momentum: 0.9,
  nesterov: false,
  weightDecay: 0,
  undecayed,
};
export const adamDefaults: AdamConfig = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
export const adamWDefaults: AdamWConfig = {
  kind: 'adamw',
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  undecayed,
};

/** Names of an optimiser's moments, in the order of the store's arrays. */
export const momentNames = {
  sgd: ['velocity'],
  adam: ['first', 'second'],
  adamw: ['first', 'second'],
} as const;

/** A gradient holds NaN or infinity. The message is one line and names the first parameter that does. */
export class NonFiniteGradientError extends Error {
  override readonly name = 'NonFiniteGradientError';
}

/** Changes a store's parameters by its gradients, both in place. */
export interface Optimizer {
  /**
   * @param step counted from 1; Adam corrects its young moments by it
   * @param gradientScale what gradients are multiplied by, such as a clipping factor
   */
  update(step: number, learningRate: number, gradientScale: number): void;
}

/**
 * @throws Error when the store has not the moments that this optimiser needs, or `undecayed` is no regular
 *   expression
 */
export function createOptimizer(store: ParameterStore, config: OptimizerConfig): Optimizer {
  const needed = momentNames[config.kind].length;
  if (store.moments.length !== needed) {
    throw new Error(
      `createOptimizer: ${config.kind} needs ${needed} moments per parameter, the store has ${store.moments.length}.`,
    );
  }
  const runs = decayRuns(store.ranges, config);
  const [parameters, gradients, first, second] = [store.parameters, store.gradients, ...store.moments].map(
    (array) => array.byteOffset,
  );
  return {
    update(step, learningRate, scale) {
      for (const { at, length, decay } of runs) {
        if (config.kind === 'sgd') {
          const { momentum, nesterov } = config;
          const [direct, carried] = nesterov ? [learningRate, learningRate * momentum] : [0, learningRate];
          store.kernels.momentum(
            parameters! + at,
            gradients! + at,
            first! + at,
            length,
            scale,
            decay,
            momentum,
            direct,
            carried,
          );
          continue;
        }
        const { beta1, beta2, epsilon } = config;
        const size = learningRate / (1 - beta1 ** step);
        const root = 1 / Math.sqrt(1 - beta2 ** step);
        store.kernels.adam(
          parameters! + at,
          gradients! + at,
          first! + at,
          second! + at,
          length,
          scale,
          beta1,
          1 - beta1,
          beta2,
          1 - beta2,
          1 - learningRate * decay,
          size,
          root,
          epsilon,
        );
      }
    },
  };
}

/**
 * The Euclidean norm of all gradients together, times `scale`.
 * @throws NonFiniteGradientError naming the first parameter whose gradient is not finite
 */
export function gradientNorm({ kernels, gradients, ranges }: ParameterStore, scale = 1): number {
  const squared = kernels.squaredNorm(gradients.byteOffset, gradients.byteLength);
  if (Number.isFinite(squared)) return Math.sqrt(squared) * scale;
  const range = ranges.find((candidate) => !viewOf(gradients, candidate).every(Number.isFinite))!;
  const at = viewOf(gradients, range).findIndex((value) => !Number.isFinite(value));
  const value = gradients[range.start + at];
  throw new NonFiniteGradientError(
    `the gradient of "${range.name}" holds ${value} at ${at}; the step was refused. Lower the learning rate or clip.`,
  );
}

/** What gradients of a norm are multiplied by so that it does not exceed the limit. */
export function clipScale(norm: number, limit: number): number {
  return norm > limit ? limit / norm : 1;
}

/** Neighbours with the same weight decay as one run: few calls, however many parameters there are. */
function decayRuns(
  ranges: readonly ParameterRange[],
  config: OptimizerConfig,
): { at: number; length: number; decay: number }[] {
  const bytes = Float32Array.BYTES_PER_ELEMENT;
  const spared = 'undecayed' in config && config.undecayed !== '' ? new RegExp(config.undecayed) : undefined;
  const runs: { at: number; length: number; decay: number }[] = [];
  for (const { name, start, paddedLength } of ranges) {
    const decay = 'weightDecay' in config && !spared?.test(name) ? config.weightDecay : 0;
    const last = runs.at(-1);
    if (last?.decay === decay) last.length += paddedLength * bytes;
    else runs.push({ at: start * bytes, length: paddedLength * bytes, decay });
  }
  return runs;
}
