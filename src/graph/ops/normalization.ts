import { Tensor, normalizeAxes, product, shapeError } from '../tensor.js';
import type { Axes } from '../tensor.js';

/** Added to variances before their root is taken. */
const defaultEpsilon = 1e-5;

/** A learnt scale and shift after a normalisation. */
export interface Affine {
  readonly scale?: Tensor;
  readonly bias?: Tensor;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Mean 0 and variance 1 over the last axes (Ba, Kiros and Hinton 2016).
 * @param x `[…, features]`
 * @param options `scale` and `bias` broadcast against `x`; `axes` are normalised over, default the last
 * @returns the shape of `x`
 */
export function layerNorm(x: Tensor, options: Affine & { readonly axes?: Axes } = {}): Tensor {
  const axes = normalizeAxes('layerNorm', x, options.axes ?? -1);
  return affine('layerNorm', whiten(x, axes, options.epsilon), options.scale, options.bias);
}

/**
 * Mean 0 and variance 1 over the pixels of each group of neighbouring channels (Wu and He 2018).
 * @param x `[N, C, …]`
 * @param groups divides `C`
 * @param options `scale` and `bias` are `[C]`
 * @returns the shape of `x`
 */
export function groupNorm(x: Tensor, groups: number, options: Affine = {}): Tensor {
  const [batch, channels] = x.shape;
  if (x.rank < 2 || channels! % groups !== 0)
    throw shapeError('groupNorm', [x.shape], `${groups} groups do not divide the channels`);
  const grouped = x.reshape([batch!, groups, product(x.shape.slice(1)) / groups]);
  return perChannel('groupNorm', whiten(grouped, [2], options.epsilon).reshape(x.shape), options);
}

/**
 * Mean 0 and variance 1 over the pixels of each channel of each image (Ulyanov et al. 2016).
 * @param x `[N, C, …]`
 * @param options `scale` and `bias` are `[C]`
 * @returns the shape of `x`
 */
export function instanceNorm(x: Tensor, options: Affine = {}): Tensor {
  if (x.rank < 3)
    throw shapeError('instanceNorm', [x.shape], 'needs [batch, channels, …] with pixels to normalise over');
  return perChannel('instanceNorm', whiten(x, [...x.shape.keys()].slice(2), options.epsilon), options);
}

/** Statistics of each channel that a batch normalisation gathered in training. */
export interface ChannelStatistics {
  /** `[C]` */
  readonly mean: Tensor;
  /** `[C]`, not negative */
  readonly variance: Tensor;
}

/**
 * Batch normalisation with given statistics (Ioffe and Szegedy 2015, the form for inference).
 * @param x `[N, C, …]`
 * @param options `scale` and `bias` are `[C]`
 * @returns the shape of `x`
 */
export function batchNorm(x: Tensor, statistics: ChannelStatistics, options: Affine = {}): Tensor {
  const { mean, variance } = statistics;
  // Folded into one multiplication and one addition per pixel.
  const inverse = variance
    .add(options.epsilon ?? defaultEpsilon)
    .sqrt()
    .reciprocal();
  const scale = options.scale === undefined ? inverse : inverse.mul(options.scale);
  const shift = mean.mul(scale).neg();
  const bias = options.bias === undefined ? shift : shift.add(options.bias);
  return perChannel('batchNorm', x, { scale, bias });
}

/**
 * Weight standardisation (Qiao et al. 2019, in the scaled form of Brock et al. 2021): each output channel's
 * weights get mean 0 and variance 1 / fan-in, so that signals keep their variance without normalising them.
 * @param weight `[O, …]`
 * @param gain `[O]`, learnt
 * @returns the shape of `weight`: `(w − mean) · (var · fanIn + 1e-4)^−½ · gain`
 */
export function standardizeWeights(weight: Tensor, gain?: Tensor): Tensor {
  const [out] = weight.shape;
  const fanIn = weight.size / out!;
  if (weight.rank < 2 || (gain !== undefined && gain.shape.join() !== String(out))) {
    throw shapeError(
      'standardizeWeights',
      gain === undefined ? [weight.shape] : [weight.shape, gain.shape],
      'needs a weight [out, …] and a gain [out]',
    );
  }
  const flat = weight.reshape([out!, fanIn]);
  const centered = flat.sub(flat.mean(1, true));
  const inverse = centered.square().sum(1, true).add(1e-4).sqrt().reciprocal();
  const scale = gain === undefined ? inverse : inverse.mul(gain.unsqueeze(1));
  return centered.mul(scale).reshape(weight.shape);
}

function whiten(x: Tensor, axes: readonly number[], epsilon = defaultEpsilon): Tensor {
  // The two-pass variance: the difference of squares cancels badly in float32.
  const centered = x.sub(x.mean(axes, true));
  return centered.mul(centered.square().mean(axes, true).add(epsilon).sqrt().reciprocal());
}

function affine(operation: string, x: Tensor, scale: Tensor | undefined, bias: Tensor | undefined): Tensor {
  const scaled = scale === undefined ? x : x.mul(scale);
  const shifted = bias === undefined ? scaled : scaled.add(bias);
  if (shifted.shape.join() !== x.shape.join())
    throw shapeError(operation, [x.shape, shifted.shape], 'scale or bias would enlarge the result');
  return shifted;
}

function perChannel(operation: string, x: Tensor, { scale, bias }: Affine): Tensor {
  const channels = x.shape[1];
  const spread = (values: Tensor | undefined): Tensor | undefined => {
    if (values !== undefined && values.shape.join() !== String(channels)) {
      throw shapeError(
        operation,
        [x.shape, values.shape],
        `needs one value for each of the ${channels} channels`,
      );
    }
    return values?.reshape([channels!, ...Array<number>(x.rank - 2).fill(1)]);
  };
  return affine(operation, x, spread(scale), spread(bias));
}
