import { conv2d, convTranspose2d } from '../ops/convolution.js';
import type { Pair } from '../ops/window.js';
import type { Tensor } from '../tensor.js';
import type { Attributes, Call, OperatorTable } from './call.js';
import { halves, needImage, pairAttribute, refuseWindow, windowOf } from './window.js';

/** Convolutions and matrix products. */
export const convolutionOperators: OperatorTable = {
  Conv: { run: convolution, refuse: refuseWindow },
  ConvTranspose: { run: transposedConvolution, refuse: refuseWindow },
  MatMul: { run: (call) => matmul(call.tensor(0), call.tensor(1)) },
  Gemm: { run: gemm },
};

const kernelOf = (weight: Tensor): Pair => weight.shape.slice(2) as unknown as Pair;

function convolution(call: Call): Tensor {
  const x = call.tensor(0);
  const weight = call.tensor(1);
  needImage(x.shape);
  const groups = call.attributes.int('group') ?? 1;
  return withBias(
    conv2d(x, weight, { ...windowOf(call.attributes, x.shape.slice(2), kernelOf(weight)), groups }),
    call.optionalTensor(2),
  );
}

const withBias = (y: Tensor, bias: Tensor | undefined): Tensor =>
  bias === undefined ? y : y.add(bias.reshape([bias.size, 1, 1]));

function transposedConvolution(call: Call): Tensor {
  const { attributes } = call;
  const x = call.tensor(0);
  const weight = call.tensor(1);
  needImage(x.shape);
  const strides = pairAttribute(attributes, 'strides');
  const dilation = pairAttribute(attributes, 'dilations');
  const outputPadding = (attributes.ints('output_padding') as Pair | undefined) ?? [0, 0];
  const kernel = kernelOf(weight);
  const padding = ([0, 1] as const).map((axis) => {
    const whole =
      (x.shape[2 + axis]! - 1) * strides[axis] +
      dilation[axis] * (kernel[axis] - 1) +
      1 +
      outputPadding[axis];
    return transposedPadding(attributes, axis, whole, x.shape[2 + axis]! * strides[axis]);
  }) as [Pair, Pair];
  const y = convTranspose2d(x, weight, {
    strides,
    dilation,
    padding,
    outputPadding,
    groups: attributes.int('group') ?? 1,
  });
  return withBias(y, call.optionalTensor(2));
}

/** What is cut off the `whole` image: given outright, or so that a wanted size remains. */
function transposedPadding(attributes: Attributes, axis: 0 | 1, whole: number, same: number): Pair {
  const mode = attributes.string('auto_pad') ?? 'NOTSET';
  const wanted = attributes.ints('output_shape');
  if (wanted === undefined && mode === 'VALID') return [0, 0];
  if (wanted === undefined && mode === 'NOTSET') {
    const pads = attributes.ints('pads') ?? [0, 0, 0, 0];
    return [pads[axis]!, pads[axis + 2]!];
  }
  const total = whole - (wanted?.at(axis - 2) ?? same);
  if (total < 0)
    throw new Error(`its output would have ${-total} pixels that nothing reaches; that is not supported`);
  return halves(total, mode === 'SAME_UPPER');
}

/** The matrix product of NumPy: vectors become a row or a column for its time. */
function matmul(a: Tensor, b: Tensor): Tensor {
  const left = a.rank === 1 ? a.unsqueeze(0) : a;
  const right = b.rank === 1 ? b.unsqueeze(1) : b;
  const result = left.matmul(right);
  const shape = [...result.shape];
  if (b.rank === 1) shape.splice(-1, 1);
  if (a.rank === 1) shape.splice(b.rank === 1 ? -1 : -2, 1);
  return result.reshape(shape);
}

function gemm(call: Call): Tensor {
  const { attributes } = call;
  const side = (index: number, flag: string): Tensor => {
    const matrix = call.tensor(index);
    return attributes.int(flag) === 1 ? matrix.transpose([1, 0]) : matrix;
  };
  const alpha = attributes.float('alpha') ?? 1;
  const beta = attributes.float('beta') ?? 1;
  const product = side(0, 'transA').matmul(side(1, 'transB'));
  const scaled = alpha === 1 ? product : product.mul(alpha);
  if (!call.has(2) || beta === 0) return scaled;
  return scaled.add(beta === 1 ? call.tensor(2) : call.tensor(2).mul(beta));
}
