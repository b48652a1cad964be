import { conv2d } from '../graph/ops/convolution.js';
import { standardizeWeights } from '../graph/ops/normalization.js';
import { avgPool2d } from '../graph/ops/pooling.js';
import type { Tensor } from '../graph/tensor.js';
import { spec, type TensorSpec } from '../graph/trace.js';

/**
 * A residual network (He et al. 2016) without batch statistics: weights are standardised (Brock et al. 2021),
 * so that a photo's features do not depend on what else is in its batch, and nothing differs between training
 * and use.
 */
export interface ResNetConfig {
  /** Blocks per stage; all stages but the first begin by halving the size. */
  readonly depths: readonly number[];
  /** Channels per stage; a multiple of 16 is fastest. */
  readonly widths: readonly number[];
  /**
   * Blocks of 1×1, 3×3 and 1×1 convolutions with four times as many channels between blocks, instead of two
   * of 3×3.
   */
  readonly bottleneck: boolean;
  /** Side of the first convolution's kernel. */
  readonly stem: 3 | 5 | 7;
}

/** Parameters by layer and name. */
export type LayerTree<Leaf> = Record<string, Record<string, Leaf>>;

export interface Layer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
}
interface Block {
  readonly convs: readonly Layer[];
  readonly project: Layer | undefined;
}

/** Channels that the network's features have. */
export function resnetChannels({ widths, bottleneck }: ResNetConfig): number {
  return widths.at(-1)! * (bottleneck ? 4 : 1);
}

function stemOf({ widths, stem }: ResNetConfig): Layer {
  return { name: 'stem', inputs: 3, outputs: widths[0]!, kernel: stem, stride: 2 };
}

function blocksOf({ depths, widths, bottleneck }: ResNetConfig): Block[] {
  let inputs = widths[0]!;
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, i): Block => {
      const width = widths[stage]!;
      const outputs = bottleneck ? width * 4 : width;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const name = `stage${stage}block${i}`;
      const convs = bottleneck
        ? [
            { name: `${name}conv0`, inputs, outputs: width, kernel: 1, stride: 1 },
            { name: `${name}conv1`, inputs: width, outputs: width, kernel: 3, stride },
            { name: `${name}conv2`, inputs: width, outputs, kernel: 1, stride: 1 },
          ]
        : [
            { name: `${name}conv0`, inputs, outputs: width, kernel: 3, stride },
            { name: `${name}conv1`, inputs: width, outputs: width, kernel: 3, stride: 1 },
          ];
      const project =
        stride > 1 || inputs !== outputs
          ? { name: `${name}project`, inputs, outputs, kernel: 1, stride }
          : undefined;
      inputs = outputs;
      return { convs, project };
    }),
  );
}

/** Shapes of all parameters. */
export function resnetParameters(config: ResNetConfig): LayerTree<TensorSpec> {
  const layers = [
    stemOf(config),
    ...blocksOf(config).flatMap(({ convs, project }) => [...convs, ...(project ? [project] : [])]),
  ];
  return Object.fromEntries(layers.map((layer) => [layer.name, standardParameters(layer)]));
}

/**
 * Features of images.
 * @param image `[N, 3, H, W]`
 * @returns `[N, C, H / 2^(stages + 1), W / 2^(stages + 1)]`, rectified
 */
export function resnetFeatures(config: ResNetConfig, parameters: LayerTree<Tensor>, image: Tensor): Tensor {
  return resnetPyramid(config, parameters, image).at(-1)!;
}

/**
 * Features of images at every scale: after the first convolution, at half the image's size, and after each
 * stage, the first of which sees a quarter of it.
 * @param image `[N, 3, H, W]`
 */
export function resnetPyramid(config: ResNetConfig, parameters: LayerTree<Tensor>, image: Tensor): Tensor[] {
  const conv = (x: Tensor, layer: Layer): Tensor => standardConvolution(parameters, x, layer);
  const pyramid = [conv(image, stemOf(config)).relu()];
  let x = avgPool2d(pyramid[0]!, { window: 2 });
  let ends = 0;
  const blocks = blocksOf(config);
  for (const depth of config.depths) {
    for (const { convs, project } of blocks.slice(ends, ends + depth)) {
      let y = x;
      convs.forEach((layer, i) => {
        y = conv(y, layer);
        if (i + 1 < convs.length) y = y.relu();
      });
      x = y.add(project ? conv(x, project) : x).relu();
    }
    ends += depth;
    pyramid.push(x);
  }
  return pyramid;
}

/** Convolution with standardised weights, as parameters `<name>.weight`, `.gain` and `.bias` give them. */
export function standardConvolution(
  parameters: LayerTree<Tensor>,
  x: Tensor,
  { name, kernel, stride, outputs }: Pick<Layer, 'name' | 'kernel' | 'stride' | 'outputs'>,
): Tensor {
  const { weight, gain, bias } = parameters[name]!;
  return conv2d(x, standardizeWeights(weight!, gain!), { strides: stride, padding: kernel >> 1 }).add(
    bias!.reshape([outputs, 1, 1]),
  );
}

/** Shapes of a layer's parameters. */
export function standardParameters({
  inputs,
  outputs,
  kernel,
}: Pick<Layer, 'inputs' | 'outputs' | 'kernel'>): Record<string, TensorSpec> {
  return { weight: spec([outputs, inputs, kernel, kernel]), gain: spec([outputs]), bias: spec([outputs]) };
}
