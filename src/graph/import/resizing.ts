import { constantLike } from '../ops/constants.js';
import { upsampleNearest } from '../ops/resizing.js';
import { bilinearSample } from '../ops/sampling.js';
import { constant } from '../tensor.js';
import type { Tensor } from '../tensor.js';
import { axisOf } from './call.js';
import type { Attributes, Call, OperatorTable } from './call.js';
import { needImage } from './window.js';

/** Enlarging, reducing and rearranging images. */
export const resizingOperators: OperatorTable = {
  Resize: { run: resize, hostInputs: [1, 2, 3], refuse: refuseResize },
  Upsample: { run: resize, hostInputs: [1], refuse: refuseResize },
  DepthToSpace: { run: depthToSpace },
  SpaceToDepth: { run: spaceToDepth },
  GridSample: { run: gridSample, refuse: refuseGrid },
};

const transformations = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
];

function refuseResize(attributes: Attributes): string | undefined {
  const mode = attributes.string('mode') ?? 'nearest';
  const transformation = attributes.string('coordinate_transformation_mode') ?? 'half_pixel';
  if (!['nearest', 'linear', 'bilinear'].includes(mode))
    return `the mode "${mode}" is not supported; nearest and linear are`;
  if (!transformations.includes(transformation))
    return `the coordinates "${transformation}" are not supported; ${transformations.join(', ')} are`;
  if (attributes.int('antialias') === 1) return 'antialias is not supported';
  const policy = attributes.string('keep_aspect_ratio_policy') ?? 'stretch';
  return policy === 'stretch' ? undefined : `keep_aspect_ratio_policy "${policy}" is not supported`;
}

/** How one axis is resized. */
interface AxisResize {
  readonly axis: number;
  readonly size: number;
  readonly scale: number;
}

function resize(call: Call): Tensor {
  const { attributes } = call;
  const x = call.tensor(0);
  const axes = axesOf(call, x.shape).filter(({ axis, size, scale }) => size !== x.shape[axis] || scale !== 1);
  const coordinates =
    call.node.opType === 'Upsample' || call.opset < 11
      ? 'asymmetric'
      : (attributes.string('coordinate_transformation_mode') ?? 'half_pixel');
  const position = (axis: AxisResize) => positionOf(coordinates, x.shape[axis.axis]!, axis);
  if ((attributes.string('mode') ?? 'nearest') !== 'nearest')
    return axes.reduce((image, axis) => interpolate(image, axis, position(axis)), x);
  const round = roundingOf(
    call.opset < 11 ? 'floor' : (attributes.string('nearest_mode') ?? 'round_prefer_floor'),
  );
  const tables = axes.map((axis) => ({
    ...axis,
    from: nearestTable(axis, x.shape[axis.axis]!, position(axis), round),
  }));
  const [rows, columns] = tables;
  const factor = rows === undefined ? 0 : rows.size / x.shape[rows.axis]!;
  const square =
    tables.length === 2 &&
    x.rank === 4 &&
    rows!.axis === 2 &&
    columns!.axis === 3 &&
    tables.every(
      ({ axis, from }) =>
        from.length === factor * x.shape[axis]! && from.every((at, i) => at === Math.floor(i / factor)),
    );
  if (square) return upsampleNearest(x, factor);
  return tables.reduce((image, { axis, from }) => image.take(constant(from), axis), x);
}

/** Sizes or scales of all axes or of those that `axes` names. */
function axesOf(call: Call, shape: readonly number[]): AxisResize[] {
  const early = call.opset < 11;
  const scales = early
    ? (call.optionalNumbers(1) ?? call.attributes.floats('scales'))
    : call.optionalNumbers(2);
  const sizes = early ? undefined : call.optionalNumbers(3);
  const axes = call.attributes.ints('axes') ?? [...shape.keys()];
  return axes.map((at, i): AxisResize => {
    const axis = axisOf(at, shape.length);
    const size = shape[axis]!;
    if (sizes !== undefined && sizes.length > 0) return { axis, size: sizes[i]!, scale: sizes[i]! / size };
    const scale = scales?.[i];
    if (scale === undefined) throw new Error('it has neither scales nor sizes for all axes');
    // Scales are float32: 1/3 of 9 pixels must not become 2.
    return { axis, size: Math.floor(Math.fround(size * scale)), scale };
  });
}

/** Where in the source a pixel of the result lies, counted in pixels between centres. */
function positionOf(coordinates: string, length: number, { size, scale }: AxisResize): (i: number) => number {
  switch (coordinates) {
    case 'asymmetric':
      return (i) => i / scale;
    case 'align_corners':
      return (i) => (size === 1 ? 0 : (i * (length - 1)) / (size - 1));
    case 'pytorch_half_pixel':
      return (i) => (size === 1 ? 0 : (i + 0.5) / scale - 0.5);
    case 'half_pixel_symmetric': {
      const offset = (length / 2) * (1 - size / (length * scale));
      return (i) => offset + (i + 0.5) / scale - 0.5;
    }
    default:
      return (i) => (i + 0.5) / scale - 0.5;
  }
}

function roundingOf(mode: string): (position: number) => number {
  switch (mode) {
    case 'floor':
      return Math.floor;
    case 'ceil':
      return Math.ceil;
    case 'round_prefer_ceil':
      return (position) => Math.floor(position + 0.5);
    default:
      return (position) => Math.ceil(position - 0.5);
  }
}

function nearestTable(
  { size }: AxisResize,
  length: number,
  position: (i: number) => number,
  round: (position: number) => number,
): Int32Array {
  // Rounded to float32, in which files mean their scales, so that 2.9999999 is 3.
  return Int32Array.from({ length: size }, (_, i) =>
    Math.min(Math.max(round(Math.fround(position(i))), 0), length - 1),
  );
}

/** Linear interpolation along an axis as a matrix product; beyond the ends the last pixel continues. */
function interpolate(x: Tensor, { axis, size }: AxisResize, position: (i: number) => number): Tensor {
  const length = x.shape[axis]!;
  const weights = new Float64Array(length * size);
  for (let i = 0; i < size; i++) {
    const at = Math.min(Math.max(position(i), 0), length - 1);
    const before = Math.floor(at);
    weights[before * size + i]! += 1 - (at - before);
    weights[Math.min(before + 1, length - 1) * size + i]! += at - before;
  }
  const others = [...x.shape.keys()].filter((k) => k !== axis);
  const order = [...others, axis];
  const rows = x.transpose(order).reshape([x.size / length, length]);
  const result = rows
    .matmul(constantLike(x, weights, [length, size]))
    .reshape([...others.map((k) => x.shape[k]!), size]);
  return result.transpose(order.map((_, k) => order.indexOf(k)));
}

/** DCR: the block's pixels are the outer part of the channels; CRD: the inner part. */
function depthToSpace(call: Call): Tensor {
  const x = call.tensor(0);
  const block = call.attributes.int('blocksize') ?? 1;
  needImage(x.shape);
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const out = channels / (block * block);
  const apart =
    call.attributes.string('mode') === 'CRD'
      ? x.reshape([batch, out, block, block, height, width]).transpose([0, 1, 4, 2, 5, 3])
      : x.reshape([batch, block, block, out, height, width]).transpose([0, 3, 4, 1, 5, 2]);
  return apart.reshape([batch, out, height * block, width * block]);
}

function spaceToDepth(call: Call): Tensor {
  const x = call.tensor(0);
  const block = call.attributes.int('blocksize') ?? 1;
  needImage(x.shape);
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  return x
    .reshape([batch, channels, height / block, block, width / block, block])
    .transpose([0, 3, 5, 1, 2, 4])
    .reshape([batch, channels * block * block, height / block, width / block]);
}

function refuseGrid(attributes: Attributes): string | undefined {
  const mode = attributes.string('mode') ?? 'bilinear';
  const padding = attributes.string('padding_mode') ?? 'zeros';
  if (!['bilinear', 'linear'].includes(mode)) return `the mode "${mode}" is not supported; bilinear is`;
  return ['zeros', 'border'].includes(padding)
    ? undefined
    : `the padding "${padding}" is not supported; zeros and border are`;
}

/**
 * Coordinates run from −1 to 1 between the outermost pixels' centres (`align_corners`) or their outer edges.
 */
function gridSample(call: Call): Tensor {
  const x = call.tensor(0);
  const grid = call.tensor(1);
  needImage(x.shape);
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [, rows, columns] = grid.shape as [number, number, number, number];
  const aligned = call.attributes.int('align_corners') === 1;
  const zeros = (call.attributes.string('padding_mode') ?? 'zeros') === 'zeros';
  const spans = aligned ? [width - 1, height - 1] : [width, height];
  const start = aligned ? 0.5 : 0;
  const border = zeros ? 1 : 0;
  // A frame of zeros stands for all that lies outside: the sampling continues the border.
  const image = zeros
    ? x.pad([
        [0, 0],
        [0, 0],
        [1, 1],
        [1, 1],
      ])
    : x;
  const half = constantLike(
    grid,
    Float64Array.from(spans, (span) => span / 2),
    [2],
  );
  const points = grid
    .add(1)
    .mul(half)
    .add(start + border)
    .reshape([batch, rows * columns, 2]);
  return bilinearSample(image, points).reshape([batch, rows, columns, channels]).transpose([0, 3, 1, 2]);
}
