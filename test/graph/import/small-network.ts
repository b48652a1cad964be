import type { OnnxNode } from '../../../src/graph/onnx/encode.js';
import { attributesOf, encode, ints, wave } from './networks.js';
import type { Network } from './networks.js';

export const node = (
  opType: string,
  inputs: string[],
  output: string,
  attributes: Parameters<typeof attributesOf>[0] = {},
): OnnxNode => ({
  name: `the ${output}`,
  opType,
  inputs,
  outputs: [output],
  attributes: attributesOf(attributes),
});

/** A network of one node. */
export const one = (
  opType: string,
  attributes: Parameters<typeof attributesOf>[0] = {},
  opset = 17,
): Uint8Array =>
  encode({
    opset,
    inputs: { x: wave([1, 2, 4, 4]) },
    nodes: [node(opType, ['x'], 'y', attributes)],
    outputs: { y: 'float32' },
  });

export const small: Network = {
  inputs: { x: wave([1, 2, 4, 4]) },
  constants: { w: wave([3, 2, 3, 3]), b: wave([3], 1), shape: ints([1, -1]) },
  outputs: { y: 'float32' },
  nodes: [
    node('Conv', ['x', 'w', 'b'], 'h', { pads: [1, 1, 1, 1] }),
    node('Tanh', ['h'], 'g'),
    node('Reshape', ['g', 'shape'], 'y'),
  ],
};
