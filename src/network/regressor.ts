import { conv2d, linear } from '../graph/ops/convolution.js';
import { standardizeWeights } from '../graph/ops/normalization.js';
import type { Tensor } from '../graph/tensor.js';
import { isSpec, spec, type TensorSpec } from '../graph/trace.js';
import { flattenTree } from '../graph/tree.js';
import { codeLayout, codeSize, type CodeLayout, type ModelSizes } from './code.js';
import {
  resnetChannels,
  resnetFeatures,
  resnetParameters,
  type LayerTree,
  type ResNetConfig,
} from './resnet.js';

/** A network from a crop of a face to the numbers that describe its head (`code.ts`). */
export interface RegressorConfig {
  /** Width and height of the crop, pixels. */
  readonly size: number;
  readonly backbone: ResNetConfig;
  /**
   * Channels that the last features are squeezed to before they are laid out in a row. Where things are is
   * half of what is asked for, so the features' places must not be averaged away.
   */
  readonly squeeze: number;
}

/** Named networks. */
export const regressors = {
  /** Fast on one core and in a browser: 128 px. */
  fast: {
    size: 128,
    backbone: { depths: [2, 2, 2, 2], widths: [32, 64, 128, 256], bottleneck: false, stem: 7 },
    squeeze: 64,
  },
  /** The paper's: 224 px. */
  resnet50: {
    size: 224,
    backbone: { depths: [3, 4, 6, 3], widths: [64, 128, 256, 512], bottleneck: true, stem: 7 },
    squeeze: 64,
  },
} as const satisfies Record<string, RegressorConfig>;

export type RegressorName = keyof typeof regressors;

/** Shapes of all parameters. */
export function regressorParameters(config: RegressorConfig, sizes: ModelSizes): LayerTree<TensorSpec> {
  const { backbone, squeeze } = config;
  const channels = resnetChannels(backbone);
  return {
    ...resnetParameters(backbone),
    squeeze: { weight: spec([squeeze, channels, 1, 1]), gain: spec([squeeze]), bias: spec([squeeze]) },
    head: {
      weight: spec([codeSize(codeLayout(sizes)), featureCount(config)]),
      bias: spec([codeSize(codeLayout(sizes))]),
    },
  };
}

/**
 * The code of each face, before any activation.
 * @param image `[N, 3, size, size]`, sRGB −1…1
 * @returns `[N, codeSize]`
 */
export function regress(
  { backbone, squeeze }: RegressorConfig,
  parameters: LayerTree<Tensor>,
  image: Tensor,
): Tensor {
  return codeOf(parameters, squeezedFeatures({ backbone, squeeze }, parameters, image));
}

/** What the regressor's last layer reads: `[N, squeeze · side²]`, rectified. */
export function squeezedFeatures(
  { backbone, squeeze }: Pick<RegressorConfig, 'backbone' | 'squeeze'>,
  parameters: LayerTree<Tensor>,
  image: Tensor,
): Tensor {
  const features = resnetFeatures(backbone, parameters, image);
  const { weight, gain, bias } = parameters['squeeze']!;
  return conv2d(features, standardizeWeights(weight!, gain!))
    .add(bias!.reshape([squeeze, 1, 1]))
    .relu()
    .reshape([image.shape[0]!, -1]);
}

/** The last layer: the code of each face. @param features of {@link squeezedFeatures} */
export function codeOf(parameters: LayerTree<Tensor>, features: Tensor): Tensor {
  return linear(features, parameters['head']!['weight']!, parameters['head']!['bias']!);
}

/** How many numbers {@link squeezedFeatures} has. */
export function featureCount({ size, backbone, squeeze }: RegressorConfig): number {
  return squeeze * (size / 2 ** (backbone.depths.length + 1)) ** 2;
}

/** What drawing initial parameters needs of a generator. */
export interface InitialRandom {
  normal(): number;
}

/**
 * Parameters to start a training from, by path. Residual branches and the head start small, so that the first
 * guess is the mean head in the middle of the crop. Filters start with length 1: they are standardised, so
 * that their length changes nothing but how far a step of the optimiser turns them.
 */
export function initialParameters(
  specs: LayerTree<TensorSpec>,
  random: InitialRandom,
): Record<string, Float32Array> {
  return Object.fromEntries(
    flattenTree<TensorSpec>(specs, isSpec).map(([path, { shape }]) => {
      const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
      if (path.endsWith('.gain')) return [path, values.fill(gainOf(path))];
      if (path.endsWith('.bias')) return [path, values];
      const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
      const scale = (path === 'head.weight' ? 0.1 : 1) / Math.sqrt(fanIn);
      return [path, values.map(() => scale * random.normal())];
    }),
  );
}

/**
 * The same network with filters of length 1 again, as at the start of a training: they grow with every step,
 * and an optimiser turns long ones slowly.
 * @throws Error when the parameters are another network's
 */
export function withUnitFilters(
  specs: LayerTree<TensorSpec>,
  parameters: Readonly<Record<string, Float32Array>>,
): Record<string, Float32Array> {
  return Object.fromEntries(
    flattenTree<TensorSpec>(specs, isSpec).map(([path, { shape }]) => {
      const values = parameters[path];
      if (values?.length !== shape.reduce((product, size) => product * size, 1))
        throw new Error(
          `parameter "${path}" is missing or of another size; is it a checkpoint of this network?`,
        );
      const layer = path.slice(0, path.lastIndexOf('.'));
      if (!path.endsWith('.weight') || !specs[layer]?.['gain']) return [path, values];
      const filter = values.length / shape[0]!;
      const unit = values.slice();
      for (let from = 0; from < unit.length; from += filter) {
        const length = Math.hypot(...unit.subarray(from, from + filter)) || 1;
        for (let i = from; i < from + filter; i++) unit[i]! /= length;
      }
      return [path, unit];
    }),
  );
}

/** √2 keeps the variance through a rectifier; the last convolution of a block starts at a fifth of that. */
function gainOf(path: string): number {
  return /conv[12]\.gain$/.test(path) ? 0.2 * Math.SQRT2 : /project/.test(path) ? 1 : Math.SQRT2;
}

export type { CodeLayout };
