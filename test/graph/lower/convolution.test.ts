import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAndGrad } from '../../../src/graph/gradient.js';
import { portableTarget } from '../../../src/graph/lower/emitter.js';
import { lower } from '../../../src/graph/lower/lower.js';
import { conv2d } from '../../../src/graph/ops/convolution.js';
import { upsampleNearest } from '../../../src/graph/ops/resizing.js';
import { evaluateReference } from '../../../src/graph/reference.js';
import { constant } from '../../../src/graph/tensor.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import { spec, trace } from '../../../src/graph/trace.js';
import { computeLowered, relativeError } from '../lowered.js';
import { cpuTarget } from '../targets.js';

const wave = (shape: readonly number[], phase: number): number[] =>
  Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
    Math.sin(1.7 * i + phase + 0.2 * (i % 5)),
  );

/** A gradient of a single number can be a sum that cancels to a tenth of its terms. */
const TOLERANCE = 1e-4;

interface Shape {
  batch: number;
  inputs: number;
  outputs: number;
  groups: number;
  size: [number, number];
  kernel: [number, number];
  stride: number;
  dilation: number;
  pads: [number, number];
}

/**
 * Convolution, bias, residual, rectifier and convolution again, with all gradients: everything that lowering
 * fuses.
 */
async function check({
  batch,
  inputs,
  outputs,
  groups,
  size,
  kernel,
  stride,
  dilation,
  pads,
}: Shape): Promise<void> {
  const [h, w] = size;
  const [kh, kw] = kernel;
  fc.pre(
    h + pads[0] + pads[1] >= dilation * (kh - 1) + 1 && w + pads[0] + pads[1] >= dilation * (kw - 1) + 1,
  );
  const shapes = {
    x: [batch, inputs * groups, h, w],
    weight: [outputs * groups, inputs, kh, kw],
    bias: [outputs * groups, 1, 1],
    second: [outputs * groups, outputs * groups, 3, 3],
  };
  const specs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, spec(shape)]),
  ) as Record<keyof typeof shapes, ReturnType<typeof spec>>;
  const fn = (params: Record<string, Tensor>) =>
    valueAndGrad((p: Record<string, Tensor>) => {
      const y = conv2d(p['x']!, p['weight']!, { strides: stride, dilation, groups, padding: [pads, pads] });
      const z = conv2d(y.add(p['bias']!).relu(), p['second']!, { padding: 1 }).add(y).relu();
      return { value: z.square().mean(), extra: { z } };
    })(params);
  const values = Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, wave(shape, i)]));
  const expected = evaluateReference(fn as never, specs, values);
  for (const target of [portableTarget, { block: 0, hugeKernels: true }, await cpuTarget()]) {
    const computed = await computeLowered(fn as never, specs, values, target);
    for (const [name, numbers] of Object.entries(expected))
      expect(relativeError(computed[name]!, numbers), `${name} ${JSON.stringify(target)}`).toBeLessThan(
        TOLERANCE,
      );
  }
}

describe('lowered convolutions and their gradients', () => {
  it('for any device never have 6, 9 or 15 input channels, which WebGPU gets wrong', () => {
    for (const channels of [3, 6, 8, 9, 12, 15]) {
      const model = lower(
        trace(({ x, w }) => conv2d(x, w, { padding: 1 }), {
          x: spec([1, channels, 8, 8]),
          w: spec([4, channels, 3, 3]),
        }),
      );
      expect(model.nodes.some((node) => node.opType === 'Pad')).toBe([6, 9, 15].includes(channels));
    }
  });
  it('bring frozen weights into order once, when lowering', async () => {
    const weight = Float32Array.from(wave([32, 16, 3, 3], 2));
    const specs = { x: spec([2, 16, 6, 6]) };
    const values = { x: wave([2, 16, 6, 6], 1) };
    const fn = ({ x }: { x: Tensor }) =>
      valueAndGrad((p: { x: Tensor }) => {
        const y = conv2d(p.x, constant(weight, [32, 16, 3, 3]), { padding: 1 });
        return { value: y.square().sum(), extra: { y } };
      })({ x });
    const target = await cpuTarget();
    const model = lower(trace(fn, specs), { target });
    const stored = new Set(model.constants.map((tensor) => tensor.name));
    expect(
      model.nodes.filter(
        (node) => ['Transpose', 'Gather'].includes(node.opType) && stored.has(node.inputs[0]!),
      ),
    ).toEqual([]);
    const expected = evaluateReference(fn, specs, values);
    const computed = await computeLowered(fn, specs, values, target);
    for (const [name, numbers] of Object.entries(expected))
      expect(relativeError(computed[name]!, numbers), name).toBeLessThan(1e-5);
  });
  it('add and read enlarged images, whose pixels are stored once', async () => {
    const shapes = { x: [2, 16, 3, 3], fine: [2, 16, 6, 6], weight: [16, 16, 1, 1], second: [16, 16, 3, 3] };
    const specs = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, spec(shape)]),
    ) as Record<keyof typeof shapes, ReturnType<typeof spec>>;
    const fn = (params: Record<string, Tensor>) =>
      valueAndGrad((p: Record<string, Tensor>) => {
        const coarse = upsampleNearest(conv2d(p['x']!, p['weight']!), 2);
        const sum = coarse.add(conv2d(p['fine']!, p['weight']!)).relu();
        const z = conv2d(upsampleNearest(conv2d(sum, p['second']!, { padding: 1 }), 2), p['second']!);
        return { value: z.square().mean(), extra: { z } };
      })(params);
    const values = Object.fromEntries(
      Object.entries(shapes).map(([name, shape], i) => [name, wave(shape, i)]),
    );
    const expected = evaluateReference(fn as never, specs, values);
    const computed = await computeLowered(fn as never, specs, values, await cpuTarget());
    for (const [name, numbers] of Object.entries(expected))
      expect(relativeError(computed[name]!, numbers), name).toBeLessThan(TOLERANCE);
  });
  const small = fc.integer({ min: 1, max: 3 });
  it('agree with jax-js for any shape, stride, padding, dilation and number of groups', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          batch: small,
          inputs: small,
          outputs: small,
          groups: fc.constantFrom(1, 1, 2),
          size: fc.tuple(fc.integer({ min: 3, max: 8 }), fc.integer({ min: 3, max: 8 })),
          kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
          stride: small,
          dilation: fc.integer({ min: 1, max: 2 }),
          pads: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
        }),
        check,
      ),
      { numRuns: 25, seed: 7 },
    );
  });
  it('agree with jax-js for channels that are stored in blocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          batch: fc.constantFrom(1, 2),
          inputs: fc.constantFrom(3, 16, 32),
          outputs: fc.constantFrom(16, 32),
          groups: fc.constant(1),
          size: fc.tuple(fc.integer({ min: 5, max: 9 }), fc.integer({ min: 5, max: 9 })),
          kernel: fc.constantFrom<[number, number][]>([1, 1], [3, 3], [2, 3]),
          stride: fc.constantFrom(1, 2),
          dilation: fc.constant(1),
          pads: fc.constantFrom<[number, number][]>([0, 0], [1, 1], [0, 1]),
        }),
        check,
      ),
      { numRuns: 14, seed: 3 },
    );
  });
});
