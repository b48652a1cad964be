import { lax } from '../jax.js';
import { Tensor, shapeError } from '../tensor.js';
import { pairOf, paddingOf } from './window.js';
import type { Pair, Padding } from './window.js';

type Shape4 = readonly [number, number, number, number];

/**
 * How a kernel moves over an image. One number stands for both axes, and for all four sides of the padding.
 */
export interface ConvolutionOptions {
  /** Distance between neighbouring outputs, in input pixels, as `[y, x]`. Default 1. */
  readonly strides?: number | Pair;
  /** Zeros around the image: `[[top, bottom], [left, right]]`. Default 0. */
  readonly padding?: Padding;
  /** Distance between neighbouring kernel taps, in input pixels, as `[y, x]`. Default 1. */
  readonly dilation?: number | Pair;
  /**
   * Output channels `[g·O/groups, (g+1)·O/groups)` see only the same share of the input channels. Default 1.
   */
  readonly groups?: number;
}

/** `convTranspose2d` needs to know which of the `strides` possible image sizes is meant. */
export interface ConvTransposeOptions extends ConvolutionOptions {
  /**
   * Rows and columns of the image, at the bottom and right, that the strides did not reach, as `[y, x]`.
   * Default 0.
   */
  readonly outputPadding?: number | Pair;
}

/**
 * Cross-correlation of images with kernels: `y[n,o,i,j] = Σ x[n, c, i·stride − top + a·dilation, …]·weight[o,
 * c, a, b]`.
 * @param x `[N, C, H, W]`
 * @param weight `[O, C/groups, kh, kw]`
 * @returns `[N, O, H', W']` with `H' = ⌊(H + top + bottom − dilation·(kh − 1) − 1) / stride⌋ + 1`
 * @throws Error when channels or groups do not fit, or the kernel exceeds the padded image
 */
export function conv2d(x: Tensor, weight: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { strides, padding, dilation, groups } = geometry('conv2d', x, weight, options);
  const [, channels, ...size] = x.shape as Shape4;
  const [out, perGroup, ...kernel] = weight.shape as Shape4;
  if (channels !== perGroup * groups || out % groups !== 0) {
    throw shapeError(
      'conv2d',
      [x.shape, weight.shape],
      `${channels} channels in ${groups} groups do not fit this weight [out, channels / groups, height, width]`,
    );
  }
  kernel.forEach((taps, i) => {
    const extent = dilation[i]! * (taps - 1) + 1;
    const room = size[i]! + padding[i]![0] + padding[i]![1];
    if (extent > room)
      throw shapeError(
        'conv2d',
        [x.shape, weight.shape],
        `the kernel spans ${extent} pixels of ${room}, padding included`,
      );
  });
  // The gradient would pad by what the kernel reaches beyond the padding. Not all backends can pad by less
  // than nothing: what exceeds the reach is padded beforehand.
  const reach = kernel.map((taps, i) => dilation[i]! * (taps - 1));
  const inside = padding.map((sides, i) => sides.map((width) => Math.min(width, reach[i]!))) as [
    [number, number],
    [number, number],
  ];
  const excess = padding.map((sides, i) => sides.map((width, k) => width - inside[i]![k]!)) as [
    [number, number],
    [number, number],
  ];
  const padded = excess.flat().some((width) => width > 0) ? x.pad([[0, 0], [0, 0], ...excess]) : x;
  return convolve(padded, weight, { strides, padding: inside, rhsDilation: dilation, groups });
}

/**
 * The exact adjoint of `conv2d` with the same weight and options, so also its gradient with respect to the
 * image: `⟨conv2d(x, w), y⟩ = ⟨x, convTranspose2d(y, w)⟩`.
 * @param y `[N, O, H', W']`
 * @param weight `[O, C/groups, kh, kw]`, the same layout as for `conv2d`
 * @returns `[N, C, H, W]` with `H = (H' − 1)·stride + dilation·(kh − 1) + 1 − top − bottom + outputPadding`
 * @throws Error when channels, groups or output padding do not fit, or nothing would be left
 */
export function convTranspose2d(y: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
  const { strides, padding, dilation, groups } = geometry('convTranspose2d', y, weight, options);
  const [, channels, ...size] = y.shape as Shape4;
  const [out, perGroup, ...kernel] = weight.shape as Shape4;
  if (channels !== out || out % groups !== 0) {
    throw shapeError(
      'convTranspose2d',
      [y.shape, weight.shape],
      `${channels} channels in ${groups} groups do not fit this weight [channels, out / groups, height, width]`,
    );
  }
  const extra = pairOf('convTranspose2d', 'outputPadding', options.outputPadding ?? 0, 0);
  // The gradient would pad by what is left of the kernel's reach; see conv2d. What lies outside 0…reach is
  // cropped or added.
  const inside: [number, number][] = [];
  const excess: [number, number][] = [];
  kernel.forEach((taps, i) => {
    const reach = dilation[i]! * (taps - 1);
    const [before, after] = padding[i]!;
    const result = (size[i]! - 1) * strides[i]! + reach + 1 - before - after + extra[i]!;
    if (extra[i]! >= strides[i]!)
      throw new Error(
        `convTranspose2d: outputPadding ${extra[i]} must be smaller than the stride ${strides[i]}.`,
      );
    if (result < 1)
      throw shapeError('convTranspose2d', [y.shape, weight.shape], `the padding leaves ${result} pixels`);
    const sides = [reach - before, reach - after + extra[i]!] as const;
    inside.push([clamp(sides[0], reach), clamp(sides[1], reach)]);
    excess.push([sides[0] - inside[i]![0], sides[1] - inside[i]![1]]);
  });
  // Input and output channels change places within each group, and the taps turn round.
  const turned = weight
    .reshape([groups, out / groups, perGroup, ...kernel])
    .transpose([0, 2, 1, 3, 4])
    .reshape([groups * perGroup, out / groups, ...kernel])
    .flip([2, 3]);
  const around = [inside[0]!, inside[1]!] as const;
  const result = convolve(y, turned, {
    strides: [1, 1],
    padding: around,
    lhsDilation: strides,
    rhsDilation: dilation,
    groups,
  });
  return excess.reduce((image, sides, i) => resize(image, 2 + i, sides), result);
}

const clamp = (value: number, high: number): number => Math.min(Math.max(value, 0), high);

/** Adds zeros at the ends of an axis, or removes values where a width is negative. */
function resize(x: Tensor, axis: number, [before, after]: Pair): Tensor {
  // Zeros first: what is removed at one end may be zeros that were added at the other.
  const widths = x.shape.map((_, i): Pair =>
    i === axis ? [Math.max(before, 0), Math.max(after, 0)] : [0, 0],
  );
  const padded = before > 0 || after > 0 ? x.pad(widths) : x;
  return before < 0 || after < 0
    ? padded.slice(axis, Math.max(-before, 0), padded.shape[axis]! - Math.max(-after, 0))
    : padded;
}

/**
 * `x · weightᵀ + bias` over the last axis.
 * @param x `[…, in]`
 * @param weight `[out, in]`
 * @param bias `[out]`
 * @returns `[…, out]`
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const features = x.shape.at(-1);
  if (weight.rank !== 2 || x.rank < 1 || weight.shape[1] !== features) {
    throw shapeError(
      'linear',
      [x.shape, weight.shape],
      `${features} features do not fit this weight [out, in]`,
    );
  }
  if (bias !== undefined && bias.shape.join() !== String(weight.shape[0])) {
    throw shapeError('linear', [weight.shape, bias.shape], 'the bias must be a vector of the outputs');
  }
  // One matrix product whatever the rank.
  const rows = x.rank === 2 ? x : x.reshape([-1, features!]);
  const product = rows.matmul(weight.transpose([1, 0]));
  const result = x.rank === 2 ? product : product.reshape([...x.shape.slice(0, -1), weight.shape[0]!]);
  return bias === undefined ? result : result.add(bias);
}

function geometry(operation: string, x: Tensor, weight: Tensor, options: ConvolutionOptions) {
  if (x.rank !== 4 || weight.rank !== 4) {
    throw shapeError(
      operation,
      [x.shape, weight.shape],
      'needs an image [batch, channels, height, width] and a weight of four axes',
    );
  }
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1)
    throw new Error(`${operation}: groups must be a positive integer, got ${groups}.`);
  return {
    strides: pairOf(operation, 'strides', options.strides ?? 1, 1),
    padding: paddingOf(operation, options.padding ?? 0),
    dilation: pairOf(operation, 'dilation', options.dilation ?? 1, 1),
    groups,
  };
}

interface Convolution {
  readonly strides: Pair;
  readonly padding: readonly [Pair, Pair];
  readonly lhsDilation?: Pair;
  readonly rhsDilation: Pair;
  readonly groups: number;
}

function convolve(
  x: Tensor,
  weight: Tensor,
  { strides, padding, lhsDilation, rhsDilation, groups }: Convolution,
): Tensor {
  const around = padding.map(([before, after]): [number, number] => [before, after]);
  return new Tensor(
    lax.convGeneralDilated(x.node.ref, weight.node.ref, [...strides], around, {
      ...(lhsDilation === undefined ? {} : { lhsDilation: [...lhsDilation] }),
      rhsDilation: [...rhsDilation],
      featureGroupCount: groups,
    }),
  );
}
