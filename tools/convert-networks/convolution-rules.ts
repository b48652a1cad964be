import type { Constant, Converter, Tensor } from './converter.js';
import { numbers } from './converter.js';
import type { TfNode } from './tfjs-graph.js';

/**
 * `Conv2D`, `_FusedConv2D` and `DepthwiseConv2dNative` become one Conv (and an activation that the source had
 * fused).
 */
export function convolution(node: TfNode, converter: Converter): Tensor {
  const depthwise = node.op === 'DepthwiseConv2dNative';
  const input = converter.tensor(node, 0);
  const kernel = converter.constant(node, 1);
  const [kernelHeight, kernelWidth, inChannels, last] = kernel.shape as [number, number, number, number];
  const outChannels = depthwise ? inChannels * last : last;
  const window = slidingWindow(node, input.shape, [kernelHeight, kernelWidth]);
  const inputs = [converter.channelsFirst(input), kernelName(kernel, depthwise, converter)];
  const fused = (node.attributes['fused_ops'] ?? []) as readonly string[];
  if (fused[0] === 'BiasAdd') inputs.push(vectorName(converter.constant(node, 2), converter));
  const name = converter.builder.add('Conv', inputs, {
    kernel_shape: { ints: [kernelHeight, kernelWidth] },
    strides: { ints: window.strides },
    pads: { ints: window.pads },
    group: { int: depthwise ? inChannels : 1 },
  });
  const shape = [1, ...window.outputSize, outChannels];
  return fusedActivation({ kind: 'tensor', name, shape, channelsFirst: true }, fused, node, converter);
}

export function maxPool(node: TfNode, converter: Converter): Tensor {
  const input = converter.tensor(node, 0);
  const [, height, width] = numbers(node, 'ksize') as [number, number, number, number];
  const window = slidingWindow(node, input.shape, [height, width]);
  const name = converter.builder.add('MaxPool', [converter.channelsFirst(input)], {
    kernel_shape: { ints: [height, width] },
    strides: { ints: window.strides },
    pads: { ints: window.pads },
  });
  return { kind: 'tensor', name, shape: [1, ...window.outputSize, input.shape[3]!], channelsFirst: true };
}

/** Adds a per-channel constant to a convolution that has no bias yet; false when that is impossible. */
export function foldBias(convolutionName: string, bias: Constant, converter: Converter): boolean {
  const producer = converter.builder.producer(convolutionName);
  if (producer?.opType !== 'Conv' || producer.inputs.length !== 2) return false;
  producer.inputs = [...producer.inputs, vectorName(bias, converter)];
  return true;
}

function vectorName(value: Constant, converter: Converter): string {
  return converter.builder.floats(value.data as Float32Array, [value.data.length], false);
}

/** (H,W,I,O) becomes (O,I,H,W); depthwise (H,W,I,M) becomes (I·M,1,H,W). */
function kernelName(kernel: Constant, depthwise: boolean, converter: Converter): string {
  const [height, width, inner, outer] = kernel.shape as [number, number, number, number];
  const data = new Float32Array(kernel.data.length);
  const area = height * width;
  for (let place = 0; place < area; place++) {
    for (let i = 0; i < inner; i++) {
      for (let o = 0; o < outer; o++) {
        const target = depthwise ? (i * outer + o) * area + place : (o * inner + i) * area + place;
        data[target] = kernel.data[(place * inner + i) * outer + o]!;
      }
    }
  }
  const dims = depthwise ? [inner * outer, 1, height, width] : [outer, inner, height, width];
  return converter.builder.floats(data, dims, kernel.halfPrecision);
}

interface SlidingWindow {
  readonly strides: [number, number];
  /** ONNX order: top, left, bottom, right. */
  readonly pads: [number, number, number, number];
  readonly outputSize: [number, number];
}

/** TensorFlow's SAME pads the odd pixel at the bottom and right; VALID pads nothing. */
function slidingWindow(node: TfNode, shape: readonly number[], kernel: [number, number]): SlidingWindow {
  const [, strideY, strideX] = numbers(node, 'strides') as [number, number, number, number];
  const same = node.attributes['padding'] === 'SAME';
  const axis = (size: number, window: number, stride: number): [number, number, number] => {
    if (!same) return [0, 0, Math.floor((size - window) / stride) + 1];
    const count = Math.ceil(size / stride);
    const total = Math.max((count - 1) * stride + window - size, 0);
    return [total >> 1, total - (total >> 1), count];
  };
  const [top, bottom, height] = axis(shape[1]!, kernel[0], strideY);
  const [left, right, width] = axis(shape[2]!, kernel[1], strideX);
  return { strides: [strideY, strideX], pads: [top, left, bottom, right], outputSize: [height, width] };
}

function fusedActivation(
  result: Tensor,
  fused: readonly string[],
  node: TfNode,
  converter: Converter,
): Tensor {
  const activation = fused[1];
  if (activation === undefined) return result;
  if (activation === 'Relu') return { ...result, name: converter.builder.add('Relu', [result.name]) };
  if (activation === 'Prelu') {
    const slope = converter.channelsFirst(converter.constant(node, 3));
    return { ...result, name: converter.builder.add('PRelu', [result.name, slope]) };
  }
  throw new Error(
    `convert ${node.name}: fused activation ${activation} has no rule; add one to convolution-rules.ts.`,
  );
}
