import { linear } from '../graph/ops/convolution.js';
import type { Tensor } from '../graph/tensor.js';
import { spec, type TensorSpec } from '../graph/trace.js';
import { featureCount, type RegressorConfig } from './regressor.js';
import type { LayerTree } from './resnet.js';

/**
 * Two layers on a regressor's features that say whether there is a face in the crop, and where its box lies:
 * the judge of what a detector found.
 */
const HIDDEN = 64;
/** A logit, and the four numbers of {@link JudgedPlace}. */
const OUTPUTS = 5;

/** Names of the judge's layers among a network's parameters. */
const hiddenLayer = 'judge-hidden';
const lastLayer = 'judge';

/** Where a face's box lies as seen from the box that was looked at, in the upright frame of that box. */
export interface JudgedPlace {
  /** To the middle, in sides of the box that was looked at: right, down. */
  readonly dx: number;
  readonly dy: number;
  /** Logarithm of the ratio of sides. */
  readonly growth: number;
  /** Radians, anticlockwise in the picture. */
  readonly turn: number;
}

/** What the judge says of each crop. */
export interface Judgement {
  /** `[N]`: logit of a face. */
  readonly face: Tensor;
  /** `[N, 4]`: dx, dy, growth, turn. */
  readonly place: Tensor;
}

/** Shapes of the judge's parameters. */
export function judgeParameters(network: RegressorConfig): LayerTree<TensorSpec> {
  return {
    [hiddenLayer]: { weight: spec([HIDDEN, featureCount(network)]), bias: spec([HIDDEN]) },
    [lastLayer]: { weight: spec([OUTPUTS, HIDDEN]), bias: spec([OUTPUTS]) },
  };
}

/** Whether a network's parameters hold a judge. */
export function hasJudge(parameters: Readonly<Record<string, unknown>>): boolean {
  return `${lastLayer}.weight` in parameters;
}

/** @param features of `squeezedFeatures`, `[N, F]` */
export function judge(parameters: LayerTree<Tensor>, features: Tensor): Judgement {
  const layer = (name: string, x: Tensor): Tensor =>
    linear(x, parameters[name]!['weight']!, parameters[name]!['bias']!);
  const said = layer(lastLayer, layer(hiddenLayer, features).relu());
  return { face: said.slice(1, 0, 1).reshape([-1]), place: said.slice(1, 1, OUTPUTS) };
}
