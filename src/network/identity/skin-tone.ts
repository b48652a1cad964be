import { linear } from '../../graph/ops/convolution.js';
import type { Tensor } from '../../graph/tensor.js';
import { spec, type TensorSpec } from '../../graph/trace.js';
import { embeddingSize } from '../recognition-view.js';
import type { LayerTree } from '../resnet.js';
import { ofOrdinarySize } from './identity.js';

/**
 * How light somebody's skin is, whatever light it stands in: one number of a recognition embedding, which
 * hardly changes with the light.
 */
export const skinToneParameters: LayerTree<TensorSpec> = {
  tone: { weight: spec([1, embeddingSize]), bias: spec([1]) },
};

/** Whether a network's parameters tell the tone. */
export const tellsTone = (parameters: Readonly<Record<string, unknown>>): boolean =>
  'tone.weight' in parameters;

/**
 * @param embedding `[N, D]` of the recognition network, of any length
 * @returns `[N, 1]` CIE L* of the face's albedo
 */
export function sayTone(parameters: LayerTree<Tensor>, embedding: Tensor): Tensor {
  const { weight, bias } = parameters['tone']!;
  return linear(ofOrdinarySize(embedding), weight!, bias!);
}
