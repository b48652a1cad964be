import type { OnnxAttribute } from '../../../src/graph/onnx/encode.js';
import { between, bools, floats, ints, wave } from './networks.js';
import type { Filled } from './networks.js';
import type { OperatorCase } from './operator-case.js';
import { resizingCases, shapeCases } from './shape-operator.cases.js';

const image = { x: wave([2, 4, 7, 6]) };
const float = (value: number): OnnxAttribute => ({ float: value });
const bias = (channels: number): Filled => wave([channels], 3);
const weight = (...dims: number[]): Filled => wave(dims, 1);
const positive = { x: between([2, 3, 4], 0.2, 3) };

const unaryCases: OperatorCase[] = [
  ...[
    'Neg',
    'Abs',
    'Exp',
    'Sin',
    'Cos',
    'Erf',
    'Relu',
    'Sigmoid',
    'Tanh',
    'HardSwish',
    'Softplus',
    'Softsign',
    'LeakyRelu',
    'Elu',
    'Selu',
    'Celu',
    'HardSigmoid',
    'Identity',
    'Atan',
  ].map((op): OperatorCase => ({ op, inputs: { x: wave([2, 3, 5]) } })),
  { op: 'Asin', inputs: { x: between([2, 3], -0.9, 0.9) } },
  ...['Sqrt', 'Log', 'Reciprocal'].map((op): OperatorCase => ({ op, inputs: positive })),
  ...['Floor', 'Ceil', 'Sign'].map((op): OperatorCase => ({
    op,
    inputs: { x: between([3, 5], -3, 3) },
    smooth: false,
  })),
  { op: 'Mish', inputs: { x: wave([2, 5]) }, opset: 18 },
  { op: 'Gelu', inputs: { x: wave([2, 5]) }, opset: 20 },
  { op: 'Gelu', inputs: { x: wave([2, 5]) }, opset: 20, attributes: { approximate: 'tanh' } },
  { op: 'LeakyRelu', inputs: { x: wave([2, 5]) }, attributes: { alpha: float(0.3) } },
  { op: 'Elu', inputs: { x: wave([2, 5]) }, attributes: { alpha: float(0.3) } },
  { op: 'Celu', inputs: { x: wave([2, 5]) }, attributes: { alpha: float(0.3) } },
  { op: 'ThresholdedRelu', inputs: { x: wave([2, 5]) }, attributes: { alpha: float(0.3) }, smooth: false },
  {
    op: 'HardSigmoid',
    inputs: { x: between([2, 5], -4, 4) },
    attributes: { alpha: float(0.3), beta: float(0.4) },
  },
  { op: 'PRelu', inputs: { x: wave([2, 3, 4, 5]) }, constants: { slope: wave([3, 1, 1], 2) } },
  { op: 'PRelu', inputs: { x: wave([2, 3]) }, constants: { slope: floats([0.25]) }, opset: 7 },
  {
    op: 'Clip',
    inputs: { x: wave([2, 9]) },
    constants: { low: floats([-0.4], []), high: floats([0.6], []) },
  },
  {
    op: 'Clip',
    inputs: { x: wave([2, 9]) },
    constants: { high: floats([0.6], []) },
    order: ['x', '', 'high'],
  },
  { op: 'Clip', inputs: { x: wave([2, 9]) }, attributes: { min: float(-0.3), max: float(0.2) }, opset: 7 },
  { op: 'Softmax', inputs: { x: wave([2, 3, 4]) }, attributes: { axis: 1 } },
  { op: 'Softmax', inputs: { x: wave([2, 3, 4]) } },
  { op: 'Softmax', inputs: { x: wave([2, 3, 4]) }, attributes: { axis: 1 }, opset: 11 },
  { op: 'LogSoftmax', inputs: { x: wave([2, 3, 4]) }, attributes: { axis: -1 } },
  { op: 'Cast', inputs: { x: between([3, 4], -3, 3) }, attributes: { to: 6 }, type: 'int32', smooth: false },
  { op: 'Cast', inputs: { x: ints([1, 0, -3]) }, attributes: { to: 1 }, smooth: false },
  { op: 'Cast', inputs: { x: floats([1, 0, -3]) }, attributes: { to: 9 }, type: 'bool', smooth: false },
  { op: 'Dropout', inputs: { x: wave([2, 3]) } },
];

const pair = { a: between([2, 3, 4], -3, 3), b: between([3, 1], 0.5, 2) };
const binaryCases: OperatorCase[] = [
  ...['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max', 'Sum', 'Mean'].map((op): OperatorCase => ({
    op,
    inputs: pair,
  })),
  ...['Sub', 'Div', 'Add', 'Max'].map((op): OperatorCase => ({
    op,
    inputs: { b: positive.x },
    constants: { a: floats([0.7], []) },
    order: ['a', 'b'],
  })),
  ...['Sub', 'Mul', 'Div', 'Min'].map((op): OperatorCase => ({
    op,
    inputs: { a: wave([2, 3]) },
    constants: { b: floats([0.7]) },
  })),
  { op: 'Add', inputs: { a: wave([3]) }, constants: { b: floats([0.7], [1, 1]) } },
  { op: 'Max', inputs: { a: wave([2, 4]), b: wave([4], 1), c: wave([2, 1], 2) } },
  ...[2, 3, 5, -1, -2, 0.5, -0.5, 1.7, -1.3].map((n): OperatorCase => ({
    op: 'Pow',
    inputs: positive,
    constants: { n: floats([n], []) },
  })),
  { op: 'Pow', inputs: positive, constants: { n: floats([0], []) }, smooth: false },
  { op: 'Pow', inputs: { x: wave([2, 5]) }, constants: { n: floats([3]) } },
  { op: 'Pow', inputs: { x: floats([0, 1, 2]) }, constants: { n: floats([1.5], []) }, smooth: false },
  { op: 'Pow', inputs: { x: positive.x, n: wave([3, 1]) } },
  ...['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'].map((op): OperatorCase => ({
    op,
    inputs: { a: floats([1, 2, 3, 4]) },
    constants: { b: floats([2, 2, 5, 1]) },
    type: 'bool',
    smooth: false,
  })),
  {
    op: 'Greater',
    inputs: { a: wave([5]) },
    constants: { b: floats([0.1], []) },
    type: 'bool',
    smooth: false,
  },
  ...['And', 'Or', 'Xor'].map((op): OperatorCase => ({
    op,
    inputs: { a: bools([1, 1, 0, 0]), b: bools([1, 0, 1, 0]) },
    type: 'bool',
    smooth: false,
  })),
  { op: 'Not', inputs: { a: bools([1, 0]) }, type: 'bool', smooth: false },
  {
    op: 'Where',
    inputs: { x: wave([2, 3]), y: wave([3], 1) },
    constants: { condition: bools([1, 0, 0, 1, 1, 0], [2, 3]) },
    order: ['condition', 'x', 'y'],
  },
  {
    op: 'Where',
    inputs: { x: wave([2, 3]) },
    constants: { condition: bools([1, 0, 1]), y: floats([0.5], []) },
    order: ['condition', 'x', 'y'],
  },
];

const convolutionCases: OperatorCase[] = [
  { op: 'Conv', inputs: image, constants: { w: weight(5, 4, 3, 3), b: bias(5) } },
  {
    op: 'Conv',
    inputs: image,
    constants: { w: weight(6, 2, 3, 2) },
    attributes: { group: 2, pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2] },
  },
  {
    op: 'Conv',
    inputs: image,
    constants: { w: weight(4, 1, 3, 3), b: bias(4) },
    attributes: { group: 4, pads: [1, 1, 1, 1], kernel_shape: [3, 3] },
  },
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((mode): OperatorCase => ({
    op: 'Conv',
    inputs: image,
    constants: { w: weight(2, 4, 2, 3) },
    attributes: { auto_pad: mode, strides: [2, 2] },
  })),
  {
    op: 'ConvTranspose',
    inputs: image,
    constants: { w: weight(4, 3, 2, 2), b: bias(3) },
    attributes: { strides: [2, 2] },
  },
  {
    op: 'ConvTranspose',
    inputs: image,
    constants: { w: weight(4, 3, 3, 3) },
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
  },
  {
    op: 'ConvTranspose',
    inputs: image,
    constants: { w: weight(4, 2, 3, 2) },
    attributes: { group: 2, strides: [1, 2], dilations: [2, 1], pads: [0, 1, 1, 0] },
  },
  {
    op: 'ConvTranspose',
    inputs: image,
    constants: { w: weight(4, 2, 3, 3) },
    attributes: { strides: [2, 2], output_shape: [14, 12] },
  },
  {
    op: 'ConvTranspose',
    inputs: image,
    constants: { w: weight(4, 2, 3, 3) },
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  {
    op: 'ConvTranspose',
    inputs: image,
    constants: { w: weight(4, 2, 3, 3) },
    attributes: { strides: [2, 2], auto_pad: 'SAME_LOWER' },
  },
  { op: 'MatMul', inputs: { a: wave([2, 3, 4]), b: wave([4, 5], 1) } },
  { op: 'MatMul', inputs: { a: wave([2, 1, 3, 4]), b: wave([5, 4, 2], 1) } },
  { op: 'MatMul', inputs: { a: wave([4]), b: wave([2, 4, 5], 1) } },
  { op: 'MatMul', inputs: { a: wave([2, 3, 4]), b: wave([4], 1) } },
  { op: 'MatMul', inputs: { a: wave([4]), b: wave([4], 1) } },
  {
    op: 'Gemm',
    inputs: { a: wave([3, 4]) },
    constants: { b: weight(5, 4), c: bias(5) },
    attributes: { transB: 1 },
  },
  {
    op: 'Gemm',
    inputs: { a: wave([4, 3]) },
    constants: { b: weight(4, 5), c: wave([3, 1]) },
    attributes: { transA: 1, alpha: float(0.5), beta: float(2) },
  },
  { op: 'Gemm', inputs: { a: wave([3, 4]) }, constants: { b: weight(4, 5) } },
];

const window = { kernel_shape: [3, 2] };
const strided = { ...window, strides: [2, 2] };
const padded = { ...strided, pads: [1, 0, 1, 1] };
const poolingCases: OperatorCase[] = [
  ...(['MaxPool', 'AveragePool'] as const).flatMap((op): OperatorCase[] => [
    { op, inputs: image, attributes: window },
    { op, inputs: image, attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { op, inputs: image, attributes: padded },
    { op, inputs: image, attributes: { ...padded, ceil_mode: 1 } },
    { op, inputs: image, attributes: { ...strided, ceil_mode: 1 } },
    { op, inputs: image, attributes: { kernel_shape: [1, 1], strides: [3, 3], ceil_mode: 1 } },
    { op, inputs: image, attributes: { ...strided, auto_pad: 'SAME_UPPER' } },
    { op, inputs: image, attributes: { ...strided, auto_pad: 'SAME_LOWER' } },
  ]),
  { op: 'AveragePool', inputs: image, attributes: { ...padded, count_include_pad: 1 } },
  {
    op: 'AveragePool',
    inputs: image,
    attributes: { ...padded, count_include_pad: 1, ceil_mode: 1 },
    opset: 19,
  },
  { op: 'GlobalAveragePool', inputs: image },
  { op: 'GlobalMaxPool', inputs: { x: wave([2, 2, 3, 2]) } },
];

const normalizationCases: OperatorCase[] = [
  {
    op: 'BatchNormalization',
    inputs: image,
    constants: { s: bias(4), b: wave([4]), m: wave([4], 2), v: between([4], 0.5, 2) },
  },
  {
    op: 'BatchNormalization',
    inputs: { x: wave([3, 4]) },
    constants: { s: bias(4), b: wave([4]), m: wave([4], 2), v: between([4], 0.5, 2) },
    attributes: { epsilon: float(1e-3) },
    opset: 9,
  },
  { op: 'InstanceNormalization', inputs: image, constants: { s: bias(4), b: wave([4]) } },
  { op: 'LayerNormalization', inputs: { x: wave([2, 3, 4]) }, constants: { s: wave([4]), b: wave([4], 1) } },
  {
    op: 'LayerNormalization',
    inputs: { x: wave([2, 3, 4]) },
    constants: { s: wave([3, 4]) },
    attributes: { axis: 1, epsilon: float(1e-2) },
  },
  {
    op: 'GroupNormalization',
    inputs: image,
    constants: { s: wave([4]), b: wave([4], 1) },
    attributes: { num_groups: 2 },
    opset: 21,
  },
  { op: 'LpNormalization', inputs: { x: wave([2, 3, 4]) }, attributes: { axis: 1 } },
  { op: 'LpNormalization', inputs: { x: wave([2, 3, 4]) }, attributes: { p: 1 } },
];

const reductionCases: OperatorCase[] = [
  ...[
    'ReduceMean',
    'ReduceSum',
    'ReduceMax',
    'ReduceMin',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSumExp',
  ].flatMap((op): OperatorCase[] => [
    { op, inputs: { x: wave([2, 3, 4]) }, attributes: { axes: [0, -1], keepdims: 0 }, opset: 11 },
    { op, inputs: { x: wave([2, 3, 4]) }, constants: { axes: ints([1]) }, opset: 18 },
    { op, inputs: { x: wave([2, 3, 4]) }, opset: 18 },
  ]),
  { op: 'ReduceSum', inputs: { x: wave([2, 3]) }, attributes: { noop_with_empty_axes: 1 } },
  { op: 'ReduceLogSum', inputs: positive, attributes: { axes: [1] } },
];

export const operatorCases: readonly OperatorCase[] = [
  ...unaryCases,
  ...binaryCases,
  ...convolutionCases,
  ...poolingCases,
  ...normalizationCases,
  ...reductionCases,
  ...shapeCases,
  ...resizingCases,
];
