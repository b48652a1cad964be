import type { OnnxAttribute } from '../../../src/graph/onnx/encode.js';
import { between, floats, ints, stored, wave } from './networks.js';
import type { Filled } from './networks.js';

import type { OperatorCase } from './operator-case.js';

const image = { x: wave([2, 4, 7, 6]) };
const float = (value: number): OnnxAttribute => ({ float: value });

export const shapeCases: OperatorCase[] = [
  { op: 'Flatten', inputs: image },
  { op: 'Flatten', inputs: image, attributes: { axis: 0 } },
  { op: 'Flatten', inputs: image, attributes: { axis: -1 } },
  { op: 'Reshape', inputs: image, constants: { shape: ints([0, -1, 6]) } },
  { op: 'Transpose', inputs: image, attributes: { perm: [0, 2, 3, 1] } },
  { op: 'Transpose', inputs: { x: wave([2, 3, 4]) } },
  { op: 'Squeeze', inputs: { x: wave([1, 3, 1, 2]) }, constants: { axes: ints([-2]) } },
  { op: 'Squeeze', inputs: { x: wave([1, 3, 1, 2]) } },
  { op: 'Squeeze', inputs: { x: wave([1, 3, 1, 2]) }, attributes: { axes: [0] }, opset: 11 },
  { op: 'Unsqueeze', inputs: { x: wave([3, 2]) }, constants: { axes: ints([0, -1]) } },
  { op: 'Unsqueeze', inputs: { x: wave([3, 2]) }, attributes: { axes: [1, 3] }, opset: 11 },
  { op: 'Expand', inputs: { x: wave([3, 1]) }, constants: { shape: ints([2, 1, 4]) } },
  { op: 'Tile', inputs: { x: wave([2, 3]) }, constants: { repeats: ints([2, 3]) } },
  {
    op: 'Concat',
    inputs: { a: wave([2, 3]), b: wave([2, 1], 1) },
    constants: { c: wave([2, 2], 2) },
    attributes: { axis: -1 },
  },
  {
    op: 'Split',
    inputs: { x: wave([2, 6]) },
    constants: { split: ints([1, 2, 3]) },
    attributes: { axis: 1 },
    outputs: 3,
  },
  {
    op: 'Split',
    inputs: { x: wave([2, 6]) },
    attributes: { axis: -1, split: [4, 2] },
    outputs: 2,
    opset: 11,
  },
  { op: 'Split', inputs: { x: wave([4, 2]) }, outputs: 2 },
  {
    op: 'Split',
    inputs: { x: wave([2, 7]) },
    attributes: { axis: 1, num_outputs: 3 },
    outputs: 3,
    opset: 18,
  },
  ...(
    [
      [[1], [5], [1], [1]],
      [
        [0, -3],
        [2 ** 53, -1],
        [1, 3],
        [2, 1],
      ],
      [[-1], [-(2 ** 53)], [2], [-1]],
      [[5], [0], [2], [-2]],
      [[1], [6], [2], [3]],
      [[0], [7], [2], [4]],
    ] as const
  ).map((lists): OperatorCase => ({
    op: 'Slice',
    inputs: { x: wave([2, 3, 7, 6]) },
    constants: Object.fromEntries(
      lists.map((list, i) => ['start end axes steps'.split(' ')[i]!, ints(list)]),
    ),
  })),
  { op: 'Slice', inputs: { x: wave([4, 5]) }, attributes: { starts: [1, -2], ends: [3, 1000] }, opset: 7 },
  { op: 'Pad', inputs: { x: wave([2, 3, 4]) }, constants: { pads: ints([0, 1, 2, 0, 0, 3]) } },
  {
    op: 'Pad',
    inputs: { x: wave([2, 3, 4]) },
    constants: { pads: ints([0, 1, 2, 1, 0, 3]), value: floats([-1.5], []) },
  },
  { op: 'Pad', inputs: { x: wave([2, 3, 4]) }, constants: { pads: ints([0, -1, 2, 0, 0, -1]) } },
  ...['reflect', 'edge'].map((mode): OperatorCase => ({
    op: 'Pad',
    inputs: { x: wave([2, 3, 4]) },
    constants: { pads: ints([0, 1, 2, 0, 2, 3]) },
    attributes: { mode },
  })),
  {
    op: 'Pad',
    inputs: { x: wave([2, 3]) },
    constants: { pads: ints([1, 2]), axes: ints([-1]) },
    order: ['x', 'pads', '', 'axes'],
    opset: 18,
  },
  { op: 'Pad', inputs: { x: wave([2, 3]) }, attributes: { pads: [0, 1, 1, 0], value: float(2) }, opset: 7 },
  { op: 'Gather', inputs: { x: wave([3, 4]) }, constants: { i: ints([2, 0, -1]) } },
  { op: 'Gather', inputs: { x: wave([3, 4]) }, constants: { i: ints([1], []) }, attributes: { axis: 1 } },
  {
    op: 'Gather',
    inputs: { x: wave([3, 4]) },
    constants: { i: ints([1, 2, 3, 0], [2, 2]) },
    attributes: { axis: 1 },
  },
  { op: 'Gather', inputs: { x: wave([3, 4]), i: ints([2, 0, -1, 1], [2, 2]) }, attributes: { axis: 1 } },
  {
    op: 'ConstantOfShape',
    inputs: {},
    constants: { shape: ints([2, 3]) },
    attributes: { value: { tensor: stored('v', floats([1.5])) } },
    smooth: false,
  },
  { op: 'Shape', inputs: image, type: 'int64', smooth: false },
  { op: 'Shape', inputs: image, attributes: { start: 1, end: -1 }, type: 'int64', smooth: false },
  { op: 'Size', inputs: image, type: 'int64', smooth: false },
  {
    op: 'Range',
    inputs: {},
    constants: { start: ints([2], []), limit: ints([11], []), delta: ints([4], []) },
    type: 'int64',
    smooth: false,
  },
];

const half = { coordinate_transformation_mode: 'half_pixel' };
const scales = (...values: number[]): Record<string, Filled> => ({ roi: floats([]), scales: floats(values) });
export const resizingCases: OperatorCase[] = [
  {
    op: 'Resize',
    inputs: image,
    constants: scales(1, 1, 2, 2),
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  },
  { op: 'Resize', inputs: image, constants: scales(1, 1, 3, 2), attributes: { mode: 'nearest', ...half } },
  {
    op: 'Resize',
    inputs: image,
    constants: scales(1, 1, 1.5, 0.5),
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  },
  {
    op: 'Resize',
    inputs: image,
    constants: scales(1, 1, 2, 2),
    attributes: {
      mode: 'nearest',
      nearest_mode: 'round_prefer_ceil',
      coordinate_transformation_mode: 'align_corners',
    },
  },
  ...['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'].flatMap(
    (coordinate_transformation_mode): OperatorCase[] => [
      {
        op: 'Resize',
        inputs: image,
        constants: scales(1, 1, 2, 3),
        attributes: { mode: 'linear', coordinate_transformation_mode },
      },
      {
        op: 'Resize',
        inputs: image,
        constants: { sizes: ints([2, 4, 9, 5]) },
        order: ['x', '', '', 'sizes'],
        attributes: { mode: 'linear', coordinate_transformation_mode },
      },
    ],
  ),
  {
    op: 'Resize',
    inputs: image,
    constants: { sizes: ints([14, 12]) },
    order: ['x', '', '', 'sizes'],
    attributes: { mode: 'linear', axes: [2, 3] },
    opset: 18,
  },
  {
    op: 'Resize',
    inputs: image,
    constants: { scales: floats([1, 1, 2, 2]) },
    attributes: { mode: 'linear' },
    opset: 10,
  },
  { op: 'Upsample', inputs: image, constants: { scales: floats([1, 1, 2, 2]) }, opset: 9 },
  {
    op: 'Upsample',
    inputs: image,
    attributes: { scales: { floats: [1, 1, 2, 3] }, mode: 'linear' },
    opset: 7,
  },
  ...['DCR', 'CRD'].map((mode): OperatorCase => ({
    op: 'DepthToSpace',
    inputs: { x: wave([2, 8, 3, 2]) },
    attributes: { blocksize: 2, mode },
  })),
  { op: 'SpaceToDepth', inputs: { x: wave([2, 3, 4, 6]) }, attributes: { blocksize: 2 } },
  ...['zeros', 'border'].flatMap((padding_mode) =>
    [0, 1].map((align_corners): OperatorCase => ({
      op: 'GridSample',
      inputs: { x: wave([2, 3, 5, 6]), grid: between([2, 4, 3, 2], -1.3, 1.3, 5) },
      attributes: { padding_mode, align_corners },
    })),
  ),
];
