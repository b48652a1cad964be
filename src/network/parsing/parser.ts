import { parsingClasses } from './parsing-classes.js';
import { conv2d, linear } from '../../graph/ops/convolution.js';
import { upsampleNearest } from '../../graph/ops/resizing.js';
import type { Tensor } from '../../graph/tensor.js';
import { isSpec, spec, type TensorSpec } from '../../graph/trace.js';
import { flattenTree } from '../../graph/tree.js';
import { hairCurls, hairLengths, hairTones } from '../../model/hair-file.js';
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
 * The coarsest also tell how long the person's hair is (`hairLengths`), and how it lies (`hairCurls`).
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

/** What a parser's crop shows, relative to the side of the detector's box: hair and hats too. */
export const parserViewPerBox = 2;
/** The classes are told of squares of so many pixels of the crop. */
export const parserStride = 2;

const classLayer = 'head';
/** Layers on the coarsest features: what they say of hair, its length, and how it lies. */
const hairLayer = 'hair';
const lengthLayer = 'length';
const curlLayer = 'curl';
const toneLayer = 'tone';
const HAIR_CHANNELS = 16;

/** What a parser says, before it is made likelihoods. */
export interface ParserLogits {
  /** `[N, classes, size / 2, size / 2]` */
  readonly classes: Tensor;
  /** `[N, lengths]` */
  readonly length: Tensor;
  /** `[N, curls]` */
  readonly curl: Tensor;
  /** `[N, tones]` */
  readonly tone: Tensor;
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

function hairLayerOf({ backbone }: ParserConfig): Layer {
  const inputs = backbone.widths.at(-1)!;
  return { name: hairLayer, inputs, outputs: HAIR_CHANNELS, kernel: 1, stride: 1 };
}

/** Numbers that tell the length of hair. */
function hairFeatures({ size, backbone }: ParserConfig): number {
  return HAIR_CHANNELS * (size / 2 ** (backbone.depths.length + 1)) ** 2;
}

/** Shapes of the parameters of what tells the length of hair, which older networks lack. */
export function hairParameters(config: ParserConfig): LayerTree<TensorSpec> {
  const last = (outputs: number): Record<string, TensorSpec> => ({
    weight: spec([outputs, hairFeatures(config)]),
    bias: spec([outputs]),
  });
  return {
    [hairLayer]: standardParameters(hairLayerOf(config)),
    [lengthLayer]: last(hairLengths.length),
    [curlLayer]: last(hairCurls.length),
    [toneLayer]: last(hairTones.length),
  };
}

/** Shapes of all parameters. */
export function parserParameters(config: ParserConfig): LayerTree<TensorSpec> {
  const layers = stepsOf(config).flatMap(({ coarse, fine, smooth }) => [coarse, fine, smooth]);
  const classes = parsingClasses.length;
  return {
    ...resnetParameters(config.backbone),
    ...Object.fromEntries(layers.map((layer) => [layer.name, standardParameters(layer)])),
    [classLayer]: { weight: spec([classes, config.widths.at(-1)!, 1, 1]), bias: spec([classes]) },
    ...hairParameters(config),
  };
}

/** Parameters to start a training from, by path. */
export function initialParser(config: ParserConfig, random: InitialRandom): Record<string, Float32Array> {
  return initialParameters(parserParameters(config), random);
}

/**
 * What the pixels show, how long the hair is, and how it lies.
 * @param image `[N, 3, size, size]`, sRGB −1…1
 */
export function parse(config: ParserConfig, parameters: LayerTree<Tensor>, image: Tensor): ParserLogits {
  const pyramid = resnetPyramid(config.backbone, parameters, image);
  const conv = (x: Tensor, layer: Layer): Tensor => standardConvolution(parameters, x, layer);
  const coarsest = pyramid.pop()!;
  let x = coarsest;
  for (const { coarse, fine, smooth } of stepsOf(config)) {
    x = upsampleNearest(conv(x, coarse), 2).add(conv(pyramid.pop()!, fine)).relu();
    x = conv(x, smooth).relu();
  }
  const { weight, bias } = parameters[classLayer]!;
  const seen = conv(coarsest, hairLayerOf(config))
    .relu()
    .reshape([-1, hairFeatures(config)]);
  const said = (layer: string): Tensor =>
    linear(seen, parameters[layer]!['weight']!, parameters[layer]!['bias']!);
  return {
    classes: conv2d(x, weight!).add(bias!.reshape([parsingClasses.length, 1, 1])),
    length: said(lengthLayer),
    curl: said(curlLayer),
    tone: said(toneLayer),
  };
}

/** How many numbers a parser has. */
export function parserSize(config: ParserConfig): number {
  return flattenTree<TensorSpec>(parserParameters(config), isSpec).reduce(
    (sum, [, { shape }]) => sum + shape.reduce((product, side) => product * side, 1),
    0,
  );
}
