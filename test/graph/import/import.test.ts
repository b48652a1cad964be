import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../../src/graph/export/export.js';
import { valueAndGrad } from '../../../src/graph/gradient.js';
import { importOnnx } from '../../../src/graph/import/import.js';
import { portableTarget } from '../../../src/graph/lower/emitter.js';
import { conv2d, linear } from '../../../src/graph/ops/convolution.js';
import { batchNorm } from '../../../src/graph/ops/normalization.js';
import { avgPool2d, maxPool2d } from '../../../src/graph/ops/pooling.js';
import { constant, where } from '../../../src/graph/tensor.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import { spec, trace } from '../../../src/graph/trace.js';
import { computeLowered, relativeError } from '../lowered.js';
import {
  encode,
  expectSameOutputs,
  floats,
  gradientError,
  ints,
  originalSession,
  runOriginal,
  stored,
  wave,
} from './networks.js';
import type { Filled } from './networks.js';
import { node, small } from './small-network.js';

describe('importOnnx', () => {
  it('describes the network', () => {
    const { inputs, outputs, operators, parameters } = importOnnx(encode(small));
    expect(inputs).toEqual([{ name: 'x', shape: [1, 2, 4, 4], type: 'float32' }]);
    expect(outputs).toEqual([{ name: 'y', shape: ['...'], type: 'float32' }]);
    expect(operators).toEqual(['Conv', 'Reshape', 'Tanh']);
    expect(Object.entries(parameters).map(([name, { shape, data }]) => [name, shape, data.length])).toEqual([
      ['w', [3, 2, 3, 3], 54],
      ['b', [3], 3],
    ]);
  });

  it('computes with parameters that are given, and differentiates them', async () => {
    const network = importOnnx(encode(small));
    const specs = { x: spec([1, 2, 4, 4]), parameters: { w: spec([3, 2, 3, 3]) } };
    const w = wave([3, 2, 3, 3], 5).values;
    const fn = ({ x, parameters }: { x: Tensor; parameters: { w: Tensor } }) =>
      valueAndGrad((trained: { w: Tensor }) => network.apply({ x }, trained)['y']!.square().sum())(
        parameters,
      );
    const computed = await computeLowered(
      fn,
      specs,
      { x: small.inputs['x']!.values, 'parameters.w': w },
      portableTarget,
    );
    const loss = async (values: readonly number[]): Promise<number> => {
      const { y } = await runOriginal(
        encode({ ...small, constants: { ...small.constants, w: floats(values, [3, 2, 3, 3]) } }),
        small.inputs,
      );
      return y!.values.reduce((sum, value) => sum + value * value, 0);
    };
    expect(computed['value']![0]).toBeCloseTo(await loss(w), 4);
    for (const k of [0, 20, 53]) {
      const difference =
        ((await loss(w.map((value, i) => value + (i === k ? 1e-2 : 0)))) -
          (await loss(w.map((value, i) => value - (i === k ? 1e-2 : 0))))) /
        2e-2;
      expect(Math.abs(computed['grad.w']![k]! - difference)).toBeLessThan(
        2e-3 * Math.max(1, Math.abs(difference)),
      );
    }
  });

  it('computes shapes when tracing', async () => {
    const inputs = { x: wave([2, 3, 4, 5]) };
    const flatten = [
      node('Shape', ['x'], 'shape'),
      node('Constant', [], 'zero', { value: { tensor: stored('', ints([0], [])) } }),
      node('Gather', ['shape', 'zero'], 'batch', { axis: 0 }),
      node('Unsqueeze', ['batch'], 'batches', { axes: [0] }),
      node('Constant', [], 'rest', { value_ints: [-1] }),
      node('Concat', ['batches', 'rest'], 'wanted', { axis: 0 }),
      node('Reshape', ['x', 'wanted'], 'y'),
    ];
    const bytes = encode({ opset: 12, inputs, nodes: flatten, outputs: { y: 'float32' } });
    await expectSameOutputs(bytes, inputs);
    const { apply } = importOnnx(bytes, { inputShapes: { x: [7, 3, 2, 2] } });
    expect(
      trace(({ x }) => apply({ x })['y']!, { x: spec([7, 3, 2, 2]) }).equations.map(
        ({ primitive }) => primitive,
      ),
    ).toEqual(['reshape']);
  });

  it('computes sizes and paddings as PyTorch exports them', async () => {
    const inputs = { x: wave([1, 2, 4, 5]) };
    const sizes = [
      node('Shape', ['x'], 'shape'),
      node('Slice', ['shape', 'two', 'four', 'zero'], 'hw'),
      node('Slice', ['shape', 'zero', 'two', 'zero'], 'nc'),
      node('Cast', ['hw'], 'hwf', { to: 1 }),
      node('Mul', ['hwf', 'factor'], 'scaled'),
      node('Floor', ['scaled'], 'floored'),
      node('Cast', ['floored'], 'target', { to: 7 }),
      node('Concat', ['nc', 'target'], 'sizes', { axis: 0 }),
      node('Resize', ['x', 'none', 'none', 'sizes'], 'large', {
        mode: 'linear',
        coordinate_transformation_mode: 'half_pixel',
      }),
    ];
    const pads = [
      node('ConstantOfShape', ['four'], 'zeros', { value: { tensor: stored('', ints([0])) } }),
      node('Concat', ['ahead', 'zeros'], 'all', { axis: 0 }),
      node('Reshape', ['all', 'pairs'], 'table'),
      node('Slice', ['table', 'minus', 'least', 'zero', 'minus'], 'turned'),
      node('Transpose', ['turned'], 'across', { perm: [1, 0] }),
      node('Reshape', ['across', 'minus'], 'pads'),
      node('Pad', ['large', 'pads'], 'y'),
    ];
    await expectSameOutputs(
      encode({
        opset: 12,
        inputs,
        nodes: [...sizes, ...pads],
        outputs: { y: 'float32' },
        constants: {
          zero: ints([0]),
          two: ints([2]),
          four: ints([4]),
          factor: floats([1.5]),
          none: floats([]),
          ahead: ints([1, 2, 3, 0]),
          pairs: ints([-1, 2]),
          minus: ints([-1]),
          least: ints([-(2 ** 53)]),
        },
      }),
      inputs,
    );
  });

  it('traces operators that only networks combine', async () => {
    const inputs = { x: wave([2, 3]) };
    await expectSameOutputs(
      encode({
        inputs,
        outputs: { y: 'float32' },
        constants: { seven: ints([7]), axis: ints([0]) },
        nodes: [
          node('Shape', ['x'], 's'),
          node('ReduceProd', ['s'], 'p', { keepdims: 1 }),
          node('Mod', ['seven', 'p'], 'm'),
          node('CastLike', ['m', 'x'], 'f'),
          node('Mul', ['x', 'f'], 'y'),
        ],
      }),
      inputs,
    );
  });

  it('keeps stored values that only change their shape as parameters in the program', () => {
    const network = importOnnx(
      encode({
        inputs: { x: wave([2, 3]) },
        constants: { w: wave([1, 600, 3]), shape: ints([600, 3]) },
        outputs: { y: 'float32' },
        nodes: [node('Reshape', ['w', 'shape'], 'm'), node('Gemm', ['x', 'm'], 'y', { transB: 1 })],
      }),
    );
    const { constants } = trace(
      ({ x }) => ({ a: network.apply({ x })['y']!, b: network.apply({ x: x.mul(2) })['y']! }),
      { x: spec([2, 3]) },
    );
    expect(constants.length).toBe(1);
    expect(constants[0]!.data).toBe(network.parameters['w']!.data);
  });

  it('fixes free dimensions, and another batch size', async () => {
    const free = encode({ ...small, constants: { ...small.constants, shape: ints([0, -1]) } });
    expect(importOnnx(free, { inputShapes: { x: [5, 2, 6, 6] } }).outputs).toEqual([
      { name: 'y', shape: [5, 108], type: 'float32' },
    ]);
    const network = importOnnx(encode(small), { inputShapes: { x: [3, 2, 4, 4] } });
    const x = wave([3, 2, 4, 4]);
    expect(network.outputs[0]!.shape).toEqual([3, 48]);
    const { output } = await computeLowered(
      (inputs: { x: Tensor }) => network.apply(inputs)['y']!,
      { x: spec([3, 2, 4, 4]) },
      { x: x.values },
      portableTarget,
    );
    const session = await originalSession(encode(small));
    const parts = [0, 1, 2].map(
      async (i) =>
        (await session.run({ x: { ...x, dims: [1, 2, 4, 4], values: x.values.slice(32 * i, 32 * i + 32) } }))[
          'y'
        ]!,
    );
    expect(relativeError(output!, (await Promise.all(parts)).flat())).toBeLessThan(1e-6);
    await session.release();
  });
});

describe('exportOnnx and importOnnx', () => {
  const images = (batch: number) => ({ image: spec([batch, 3, 16, 16]) });
  const filled = (dims: readonly number[], phase: number, scale = 1): Tensor =>
    constant(
      Float32Array.from(wave(dims, phase).values, (value) => value * scale),
      dims,
    );
  const prelu = (x: Tensor, phase: number): Tensor =>
    where(x.less(0), x.mul(filled([x.shape[1]!, 1, 1], phase)), x);
  const norm = (x: Tensor, phase: number): Tensor => {
    const channels = x.shape[1]!;
    return batchNorm(
      x,
      {
        mean: filled([channels], phase),
        variance: filled([channels], phase + 1)
          .square()
          .add(0.5),
      },
      { scale: filled([channels], phase + 2), bias: filled([channels], phase + 3) },
    );
  };
  /** Blocks of MobileFaceNet (Chen et al. 2018): widen, convolve each channel, narrow, add. */
  function mobile({ image }: { image: Tensor }): Tensor {
    let x = prelu(norm(conv2d(image, filled([8, 3, 3, 3], 1), { strides: 2, padding: 1 }), 2), 3);
    for (const phase of [10, 20]) {
      const wide = prelu(norm(conv2d(x, filled([16, 8, 1, 1], phase, 0.4)), phase + 1), phase + 2);
      const each = prelu(
        norm(conv2d(wide, filled([16, 1, 3, 3], phase + 3, 0.4), { padding: 1, groups: 16 }), phase + 4),
        phase + 5,
      );
      x = x.add(norm(conv2d(each, filled([8, 16, 1, 1], phase + 6, 0.4)), phase + 7));
    }
    const embedding = linear(
      conv2d(x, filled([8, 1, 8, 8], 30, 0.2), { groups: 8 }).reshape([image.shape[0]!, 8]),
      filled([12, 8], 31),
    );
    return embedding.mul(embedding.square().sum(1, true).sqrt().reciprocal());
  }
  /** A small residual network (He et al. 2016). */
  function residual({ image }: { image: Tensor }): Tensor {
    let x = maxPool2d(conv2d(image, filled([8, 3, 5, 5], 1, 0.4), { padding: 2 }).relu(), {
      window: 3,
      strides: 2,
      padding: 1,
    });
    for (const phase of [10, 20])
      x = conv2d(
        conv2d(x, filled([8, 8, 3, 3], phase, 0.3), { padding: 1 }).relu(),
        filled([8, 8, 3, 3], phase + 1, 0.3),
        { padding: 1 },
      )
        .add(x)
        .relu();
    return linear(avgPool2d(x, { window: 8 }).reshape([image.shape[0]!, 8]), filled([5, 8], 31)).sigmoid();
  }

  it.each([
    ['MobileFaceNet', mobile, 3e-4],
    ['ResNet', residual, 1e-4],
  ] as const)('bring a network like %s back', async (_, fn, step) => {
    const bytes = await exportOnnx(fn, images, { name: 'test' });
    const image: Filled = wave([3, 3, 16, 16]);
    await expectSameOutputs(bytes, { image });
    expect(await gradientError(bytes, { image }, 'image', step)).toBeLessThan(0.03);
  });

  it('read weights in half precision', async () => {
    const bytes = await exportOnnx(mobile, images, { name: 'test', halfPrecision: true });
    await expectSameOutputs(bytes, { image: wave([2, 3, 16, 16]) }, 3e-3);
  });
});
