import { parsingClasses } from './parsing-classes.js';
import { conv2d } from '../../graph/ops/convolution.js';
import { upsampleNearest } from '../../graph/ops/resizing.js';
import type { Tensor } from '../../graph/tensor.js';
import { isSpec, spec, type TensorSpec } from '../../graph/trace.js';
import { flattenTree } from '../../graph/tree.js';
import type { InitialRandom } from '../regressor.js';
import { initialParameters } from '../regressor.js';
import {
  resnetParameters,
  resnetPyramid,
  standardConvolution,
  standardParameters,
  type Layer,
  type LayerTree,
  type ResNetConfig,
} from '../resnet.js';

/**
 * A network that says of each pixel of a face's crop what it shows (`parsingClasses`): a residual network,
 * whose coarse features are enlarged and meet the finer ones (Lin et al. 2017, "Feature Pyramid Networks").
 */
export interface ParserConfig {
  /** Width and height of the crop, pixels. */
  readonly size: number;
  readonly backbone: ResNetConfig;
  /** Channels on the way back, from the coarsest enlarged features to those at half the crop's size. */
  readonly widths: readonly number[];
}

/** The one that ships: 0.9 million parameters, 0.3 billion products a crop. */
export const parserConfig: ParserConfig = {
  size: 192,
  backbone: { depths: [2, 2, 2, 2], widths: [32, 64, 96, 96], bottleneck: false, stem: 5 },
  widths: [48, 48, 32, 16],
};

const classLayer = 'head';
/** What a parser says, before it is made likelihoods, and what it sees. */
export interface ParserLogits {
  /** `[N, classes, size / 2, size / 2]` */
  readonly classes: Tensor;
  /** Features at half the image's size and, stage by stage, at less, `[N, C, H, W]` each. */
  readonly pyramid: readonly Tensor[];
}

/** One step on the way back: coarse features are squeezed and enlarged, finer ones added, both smoothed. */
interface Step {
  readonly coarse: Layer;
  readonly fine: Layer;
  readonly smooth: Layer;
}

function stepsOf({ backbone, widths }: ParserConfig): Step[] {
  const fine = [backbone.widths[0]!, ...backbone.widths].slice(0, -1).toReversed();
  let inputs = backbone.widths.at(-1)!;
  return widths.map((outputs, k) => {
    const layer = (name: string, channels: number, kernel: number): Layer => ({
      name: `${name}${k}`,
      inputs: channels,
      outputs,
      kernel,
      stride: 1,
    });
    const step = {
      coarse: layer('coarse', inputs, 1),
      fine: layer('fine', fine[k]!, 1),
      smooth: layer('smooth', outputs, 3),
    };
    inputs = outputs;
    return step;
  });
}

/** Shapes of all parameters. */
export function parserParameters(config: ParserConfig): LayerTree<TensorSpec> {
  const layers = stepsOf(config).flatMap(({ coarse, fine, smooth }) => [coarse, fine, smooth]);
  const classes = parsingClasses.length;
  return {
    ...resnetParameters(config.backbone),
    ...Object.fromEntries(layers.map((layer) => [layer.name, standardParameters(layer)])),
    [classLayer]: { weight: spec([classes, config.widths.at(-1)!, 1, 1]), bias: spec([classes]) },
  };
}

/** Parameters to start a training from, by path. */
export function initialParser(config: ParserConfig, random: InitialRandom): Record<string, Float32Array> {
  return initialParameters(parserParameters(config), random);
}

/**
 * What the pixels show.
 * @param image `[N, 3, size, size]`, sRGB −1…1
 */
export function parse(config: ParserConfig, parameters: LayerTree<Tensor>, image: Tensor): ParserLogits {
  const pyramid = resnetPyramid(config.backbone, parameters, image);
  const conv = (x: Tensor, layer: Layer): Tensor => standardConvolution(parameters, x, layer);
  let x = pyramid.at(-1)!;
  stepsOf(config).forEach(({ coarse, fine, smooth }, k) => {
    x = upsampleNearest(conv(x, coarse), 2)
      .add(conv(pyramid.at(-2 - k)!, fine))
      .relu();
    x = conv(x, smooth).relu();
  });
  const { weight, bias } = parameters[classLayer]!;
  return { classes: conv2d(x, weight!).add(bias!.reshape([parsingClasses.length, 1, 1])), pyramid };
}

/** How many numbers a parser has. */
export function parserSize(config: ParserConfig): number {
  return flattenTree<TensorSpec>(parserParameters(config), isSpec).reduce(
    (sum, [, { shape }]) => sum + shape.reduce((product, side) => product * side, 1),
    0,
  );
}
