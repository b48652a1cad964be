import { linear } from '../../graph/ops/convolution.js';
import { concat, type Tensor } from '../../graph/tensor.js';
import { spec, type TensorSpec } from '../../graph/trace.js';
import { embeddingSize } from '../recognition-view.js';
import type { LayerTree } from '../resnet.js';

/**
 * Whose skin it is: three layers from a face's recognition embedding, and from the albedo that the regressor
 * sees, to an albedo in which the face is recognised.
 */
const HIDDEN = 256;
const layers = ['identity-first', 'identity-second', 'identity'] as const;

/** Shapes of the parameters. @param albedo coefficients of the model */
export function identityParameters(albedo: number): LayerTree<TensorSpec> {
  const widths = [embeddingSize + albedo, HIDDEN, HIDDEN, albedo];
  return Object.fromEntries(
    layers.map((name, k) => [
      name,
      { weight: spec([widths[k + 1]!, widths[k]!]), bias: spec([widths[k + 1]!]) },
    ]),
  );
}

/**
 * @param embedding `[N, D]` of the recognition network, of any length
 * @param albedo `[N, K]` of the regressor, standard deviations
 * @returns `[N, K]` standard deviations
 */
export function identityAlbedo(parameters: LayerTree<Tensor>, embedding: Tensor, albedo: Tensor): Tensor {
  const layer = (name: string, x: Tensor): Tensor =>
    linear(x, parameters[name]!['weight']!, parameters[name]!['bias']!);
  const [first, second, last] = layers;
  const seen = concat([ofOrdinarySize(embedding), albedo], 1);
  return layer(last, layer(second, layer(first, seen).relu()).relu()).add(albedo);
}

/** Embeddings whose numbers have a mean square of one. */
export function ofOrdinarySize(embedding: Tensor): Tensor {
  return embedding.mul(embedding.square().mean(1, true).add(1e-12).sqrt().reciprocal());
}
