import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../../src/graph/import/import.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import { spec, trace } from '../../../src/graph/trace.js';
import { encode, ints } from './networks.js';
import type { Network } from './networks.js';
import { node, one, small } from './small-network.js';

describe('importOnnx refuses', () => {
  const loop: Network = {
    ...small,
    nodes: [
      ...small.nodes.slice(0, 2),
      node('Loop', ['g'], 'l'),
      node('Loop', ['l'], 'k'),
      { ...node('Attention', ['k'], 'y'), domain: 'com.microsoft' },
    ],
  };
  it.each([
    [
      'unknown operators',
      encode(loop),
      /^importOnnx: not supported: Loop "the l", com\.microsoft\.Attention "the y"; export the network without them\.$/,
    ],
    [
      'quantised networks',
      one('QLinearConv'),
      /^importOnnx: not supported: QLinearConv "the y"; import the network before it was quantised\.$/,
    ],
    [
      'early operator sets',
      one('Relu', {}, 6),
      /^importOnnx: the network uses operator set 6; 7 to 24 are supported/,
    ],
    [
      'attribute values',
      one('Resize', { mode: 'cubic' }),
      /^importOnnx: Resize "the y": the mode "cubic" is not supported; nearest and linear are\.$/,
    ],
    [
      'dilated poolings',
      one('MaxPool', { kernel_shape: [2, 2], dilations: [2, 2] }),
      /^importOnnx: MaxPool "the y": windows with dilations \[2, 2\] are not supported\.$/,
    ],
    [
      'convolutions of other dimensions',
      one('Conv', { kernel_shape: [3] }),
      /^importOnnx: Conv "the y": kernel_shape is \[3\]: only images of two dimensions are supported\.$/,
    ],
    [
      'training mode',
      one('BatchNormalization', { training_mode: 1 }),
      /^importOnnx: BatchNormalization "the y": it is in training mode/,
    ],
    [
      'further outputs',
      encode({
        ...small,
        nodes: [{ ...node('MaxPool', ['x'], 'h', { kernel_shape: [2, 2] }), outputs: ['h', 'y'] }],
      }),
      /^importOnnx: MaxPool "the h": its further output "y" is not supported\.$/,
    ],
    [
      'values that nothing makes',
      encode({ ...small, nodes: [node('Add', ['x', 'nowhere'], 'y')] }),
      /^importOnnx: Add "the y" reads "nowhere", which nothing before it makes; the file is damaged\.$/,
    ],
    [
      'outputs that nothing makes',
      encode({ ...small, nodes: [] }),
      /^importOnnx: nothing makes the output "y"; the file is damaged\.$/,
    ],
  ])('%s before tracing', (_, bytes, message) => expect(() => importOnnx(bytes)).toThrow(message));

  it('ignores what no output needs', () => {
    expect(() =>
      importOnnx(encode({ ...small, nodes: [...small.nodes, node('Loop', ['g'], 'l')] })),
    ).not.toThrow();
  });

  it('shapes that do not fit', () => {
    expect(() => importOnnx(encode(small), { inputShapes: { z: [1] } })).toThrow(
      'importOnnx: inputShapes names "z"; the inputs are "x".',
    );
    expect(() => importOnnx(encode(small), { inputShapes: { x: [1, 2] } })).toThrow(
      'importOnnx: inputShapes gives "x" the shape [1, 2], the file [1, 2, 4, 4].',
    );
    expect(() => importOnnx(encode(small), { inputShapes: { x: [1, 5, 4, 4] } })).toThrow(
      /^Conv "the h": conv2d: \[1, 5, 4, 4\] and \[3, 2, 3, 3\]: 5 channels/,
    );
  });

  const apply =
    (
      inputs: Record<string, readonly number[]>,
      parameters: Record<string, readonly number[]> = {},
      network = importOnnx(encode(small)),
    ) =>
    () =>
      trace(
        (tensors) =>
          network.apply(
            tensors['inputs'] as Record<string, Tensor>,
            tensors['parameters'] as Record<string, Tensor>,
          ),
        {
          inputs: Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, spec(shape)])),
          parameters: Object.fromEntries(
            Object.entries(parameters).map(([name, shape]) => [name, spec(shape)]),
          ),
        },
      );
  it('wrong inputs and parameters', () => {
    expect(apply({})).toThrow('apply: the input "x" is missing; the inputs are "x".');
    expect(apply({ x: [1, 2, 4, 4], z: [1] })).toThrow('apply: there is no input "z"; the inputs are "x".');
    expect(apply({ x: [2, 2, 4, 4] })).toThrow(
      'apply: the input "x" is [2, 2, 4, 4]; it must be [1, 2, 4, 4] (inputShapes of importOnnx can change that).',
    );
    expect(apply({ x: [1, 2, 4, 4] }, { z: [1] })).toThrow('apply: there is no parameter "z".');
    expect(apply({ x: [1, 2, 4, 4] }, { w: [2] })).toThrow(
      'apply: the parameter "w" is [2]; it must be [3, 2, 3, 3].',
    );
    const network = importOnnx(encode(small));
    expect(() => trace(({ x }) => network.apply({ x }), { x: spec([1, 2, 4, 4], 'int32') })).toThrow(
      'apply: the input "x" is int32; it must be float32.',
    );
  });

  it('shapes that depend on values', () => {
    const network = importOnnx(
      encode({
        ...small,
        inputs: { ...small.inputs, shape: ints([1, -1]) },
        constants: { w: small.constants!['w']!, b: small.constants!['b']! },
      }),
    );
    expect(() =>
      trace(({ x, shape }) => network.apply({ x, shape }), {
        x: spec([1, 2, 4, 4]),
        shape: spec([2], 'int32'),
      }),
    ).toThrow(
      'Reshape "the y": input 1 (shape) must be known when tracing, but it depends on the network\'s inputs.',
    );
  });
});
