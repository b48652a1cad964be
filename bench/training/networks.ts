import { valueAndGrad } from '../../src/graph/gradient.js';
import { linear } from '../../src/graph/ops/convolution.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { spec } from '../../src/graph/trace.js';
import {
  resnetChannels,
  resnetFeatures,
  resnetParameters,
  type LayerTree,
  type ResNetConfig,
} from '../../src/network/resnet.js';

/** Residual networks as in bench/training/resnet.py: the mean of the features, then a linear layer. */
export const resnet18: ResNetConfig = {
  depths: [2, 2, 2, 2],
  widths: [32, 64, 128, 256],
  bottleneck: false,
  stem: 7,
};
export const resnet50: ResNetConfig = {
  depths: [3, 4, 6, 3],
  widths: [64, 128, 256, 512],
  bottleneck: true,
  stem: 7,
};

/** The training step's function and inputs: mean squared error and its gradients. */
export function resnetTraining(config: ResNetConfig, size: number, batch: number, outputs = 128) {
  const head = { weight: spec([outputs, resnetChannels(config)]), bias: spec([outputs]) };
  const specs = {
    parameters: { ...resnetParameters(config), head },
    image: spec([batch, 3, size, size]),
    target: spec([batch, outputs]),
  };
  const fn = ({
    parameters,
    image,
    target,
  }: {
    parameters: LayerTree<Tensor>;
    image: Tensor;
    target: Tensor;
  }) =>
    valueAndGrad((p: LayerTree<Tensor>) =>
      linear(resnetFeatures(config, p, image).mean([2, 3]), p['head']!['weight']!, p['head']!['bias']!)
        .sub(target)
        .square()
        .mean(),
    )(parameters);
  return { specs, fn };
}
