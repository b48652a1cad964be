import { conv2d, linear } from '../../src/graph/ops/convolution.js';
import { standardizeWeights } from '../../src/graph/ops/normalization.js';
import { avgPool2d } from '../../src/graph/ops/pooling.js';
import { valueAndGrad } from '../../src/graph/gradient.js';
import { spec } from '../../src/graph/trace.js';
import type { TensorSpec } from '../../src/graph/trace.js';
import type { Tensor } from '../../src/graph/tensor.js';

/** A residual network without batch statistics: standardised weights with a learned gain, as bench/training/resnet.py. */
export interface ResNetConfig {
  readonly depths: readonly number[];
  readonly width: number;
  readonly bottleneck: boolean;
  readonly outputs: number;
  readonly stem: 3 | 7;
}

export const resnet18: ResNetConfig = { depths: [2, 2, 2, 2], width: 32, bottleneck: false, outputs: 128, stem: 7 };
export const resnet50: ResNetConfig = { depths: [3, 4, 6, 3], width: 64, bottleneck: true, outputs: 128, stem: 7 };

type Leaves<Leaf> = Record<string, Leaf>;
type Layers<Leaf> = Record<string, Leaves<Leaf>>;

interface Layer { readonly name: string; readonly inputs: number; readonly outputs: number; readonly kernel: number; readonly stride: number }

function* blocks(config: ResNetConfig): Generator<{ convs: Layer[]; project?: Layer }> {
  let inputs = config.width;
  for (const [stage, depth] of config.depths.entries()) {
    for (let i = 0; i < depth; i++) {
      const width = config.width << stage, outputs = config.bottleneck ? width * 4 : width, stride = stage > 0 && i === 0 ? 2 : 1;
      const name = `s${stage}b${i}`;
      const convs = config.bottleneck
        ? [
            { name: `${name}c0`, inputs, outputs: width, kernel: 1, stride: 1 }, { name: `${name}c1`, inputs: width, outputs: width, kernel: 3, stride },
            { name: `${name}c2`, inputs: width, outputs, kernel: 1, stride: 1 },
          ]
        : [{ name: `${name}c0`, inputs, outputs: width, kernel: 3, stride }, { name: `${name}c1`, inputs: width, outputs: width, kernel: 3, stride: 1 }];
      yield { convs, ...(stride > 1 || inputs !== outputs ? { project: { name: `${name}p`, inputs, outputs, kernel: 1, stride } } : {}) };
      inputs = outputs;
    }
  }
}

function stemOf(config: ResNetConfig): Layer {
  return { name: 'stem', inputs: 3, outputs: config.width, kernel: config.stem, stride: 2 };
}

const layerSpecs = ({ inputs, outputs, kernel }: Layer): Leaves<TensorSpec> => ({
  weight: spec([outputs, inputs, kernel, kernel]), gain: spec([outputs]), bias: spec([outputs]),
});

/** Shapes of all parameters, by layer. */
export function resnetParameters(config: ResNetConfig): Layers<TensorSpec> {
  const layers: Layers<TensorSpec> = { stem: layerSpecs(stemOf(config)) };
  let last = config.width;
  for (const { convs, project } of blocks(config)) {
    for (const layer of [...convs, ...(project === undefined ? [] : [project])]) layers[layer.name] = layerSpecs(layer);
    last = convs.at(-1)!.outputs;
  }
  layers['head'] = { weight: spec([config.outputs, last]), bias: spec([config.outputs]) };
  return layers;
}

/** [N, 3, H, W] → [N, outputs]. */
export function resnet(config: ResNetConfig, parameters: Layers<Tensor>, image: Tensor): Tensor {
  const conv = (x: Tensor, { name, kernel, stride, outputs }: Layer): Tensor => {
    const { weight, gain, bias } = parameters[name]!;
    return conv2d(x, standardizeWeights(weight!, gain!), { strides: stride, padding: kernel >> 1 }).add(bias!.reshape([outputs, 1, 1]));
  };
  let x = avgPool2d(conv(image, stemOf(config)).relu(), { window: 2 });
  for (const { convs, project } of blocks(config)) {
    let y = x;
    convs.forEach((layer, i) => {
      y = conv(y, layer);
      if (i + 1 < convs.length) y = y.relu();
    });
    x = y.add(project === undefined ? x : conv(x, project)).relu();
  }
  const { weight, bias } = parameters['head']!;
  return linear(x.mean([2, 3]), weight!, bias!);
}

/** The training step's function and inputs: mean squared error and its gradients. */
export function resnetTraining(config: ResNetConfig, size: number, batch: number) {
  const specs = { parameters: resnetParameters(config), image: spec([batch, 3, size, size]), target: spec([batch, config.outputs]) };
  const fn = ({ parameters, image, target }: { parameters: Layers<Tensor>; image: Tensor; target: Tensor }) =>
    valueAndGrad((p: Layers<Tensor>) => resnet(config, p, image).sub(target).square().mean())(parameters);
  return { specs, fn };
}
