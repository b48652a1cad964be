import { InferenceSession, Tensor as WebTensor } from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { exportOnnx } from '../../../src/graph/export/export.js';
import { halfBits } from '../../../src/graph/export/half-precision.js';
import { modelType } from '../../../src/graph/onnx/schema.js';
import { conv2d, linear } from '../../../src/graph/ops/convolution.js';
import { standardizeWeights } from '../../../src/graph/ops/normalization.js';
import { avgPool2d } from '../../../src/graph/ops/pooling.js';
import { evaluateReference } from '../../../src/graph/reference.js';
import { constant } from '../../../src/graph/tensor.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import { spec } from '../../../src/graph/trace.js';
import { runConstants as constantsRunner } from '../../../src/node/training/run-constants.js';
import { nodeRuntime } from '../../../src/runtime/node.js';
import { relativeError } from '../lowered.js';

const runtime = nodeRuntime({ threads: 1 });
const wave = (length: number, phase: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(1.3 * i + phase));
const kernel = wave(16 * 3 * 9, 0.2);
const kernel2 = wave(8 * 16 * 9, 0.5);
const weights = wave(5 * 8, 0.7);
const bias = wave(16, 1);

function network({ image }: { image: Tensor }): { scores: Tensor; features: Tensor; fixed: Tensor } {
  const first = conv2d(image, standardizeWeights(constant(kernel, [16, 3, 3, 3])), { padding: 1, strides: 2 })
    .add(constant(bias, [16, 1, 1]))
    .relu();
  const features = avgPool2d(conv2d(first, constant(kernel2, [8, 16, 3, 3]), { padding: 1 }), { window: 2 });
  const scores = linear(features.mean([2, 3]), constant(weights, [5, 8]));
  return { scores, features, fixed: constant(bias).mul(2).exp() };
}
const specs = (batch: number) => ({ image: spec([batch, 3, 12, 12]) });

async function run(model: Uint8Array, images: number): Promise<Record<string, ArrayLike<number>>> {
  const session = await runtime.createSession(model);
  const outputs = await session.run({ image: { dims: [images, 3, 12, 12], data: wave(images * 432, 0.3) } });
  await session.release();
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
}
const runConstants = constantsRunner(runtime);

describe('exportOnnx', () => {
  it.each([1, 2, 6])('computes what the function computes for a batch of %i', async (batch) => {
    const model = await exportOnnx(network, specs, { name: 'test', run: runConstants });
    const expected = evaluateReference(network, specs(batch), { image: wave(batch * 432, 0.3) });
    for (const [name, values] of Object.entries(await run(model, batch)))
      expect(relativeError(values, expected[name]!), name).toBeLessThan(1e-5);
  });

  it('runs in WebAssembly', async () => {
    const model = await exportOnnx(network, specs, { name: 'test', run: runConstants });
    const session = await InferenceSession.create(model);
    const outputs = await session.run({
      image: new WebTensor('float32', wave(3 * 432, 0.3), [3, 3, 12, 12]),
    });
    expect(
      relativeError(outputs['scores']!.data as Float32Array, (await run(model, 3))['scores']!),
    ).toBeLessThan(1e-5);
  });

  it('stores what depends on constants only', async () => {
    const operators = (model: Uint8Array): string[] =>
      (modelType.decode(model).toJSON() as { graph: { node: { opType: string }[] } }).graph.node.map(
        (node) => node.opType,
      );
    expect(operators(await exportOnnx(network, specs, { name: 'test' }))).toContain('Sqrt');
    const folded = operators(await exportOnnx(network, specs, { name: 'test', run: runConstants }));
    expect(folded).not.toContain('Sqrt');
    expect(folded).not.toContain('Exp');
  });

  it('halves the file and keeps three digits in half precision', async () => {
    const full = await exportOnnx(network, specs, { name: 'test', run: runConstants });
    const half = await exportOnnx(network, specs, { name: 'test', run: runConstants, halfPrecision: true });
    expect(half.length).toBeLessThan(0.75 * full.length);
    const expected = await run(full, 2);
    for (const [name, values] of Object.entries(await run(half, 2)))
      expect(relativeError(values, expected[name]!), name).toBeLessThan(3e-3);
  });

  it('halves the file and computes as exactly as ever with half storage', async () => {
    const weights = constant(
      Float32Array.from({ length: 64 * 64 }, (_, k) => Math.sin(k) / 8),
      [64, 64],
    );
    const fn = ({ x }: { readonly x: Tensor }): { readonly y: Tensor } => ({ y: x.matmul(weights) });
    const rows = (batch: number) => ({ x: spec([batch, 64]) });
    const x = wave(2 * 64, 0.4);
    const results: Float32Array[] = [];
    const sizes: number[] = [];
    for (const halfStorage of [false, true]) {
      const file = await exportOnnx<ReturnType<typeof rows>>(fn, rows, { name: 'test', halfStorage });
      const session = await nodeRuntime({ threads: 1 }).createSession(file);
      results.push((await session.run({ x: { dims: [2, 64], data: x } }))['y']!.data as Float32Array);
      sizes.push(file.length);
      await session.release();
    }
    expect(sizes[1]).toBeLessThan(0.55 * sizes[0]!);
    // The weights are rounded, nothing else.
    expect(relativeError(results[1]!, results[0]!)).toBeLessThan(1e-3);
    expect(relativeError(results[1]!, results[0]!)).toBeGreaterThan(0);
  });

  it('refuses functions that are others for other batches', async () => {
    await expect(exportOnnx(({ image }) => image.sub(image.mean()), specs, { name: 'test' })).rejects.toThrow(
      /depends on the batch size/,
    );
    await expect(exportOnnx(({ image }) => image.reshape([-1]), specs, { name: 'test' })).rejects.toThrow(
      /only the batch size itself can stay free/,
    );
  });
});

describe('halfBits', () => {
  const decode = (bits: number): number => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const mantissa = bits & 1023;
    return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
  };
  it('is exact for every float16', () => {
    for (let bits = 0; bits < 0x7c00; bits++) expect(halfBits(decode(bits))).toBe(bits);
  });
  it('finds the nearest', () => {
    fc.assert(
      fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const single = Math.fround(value);
        const bits = halfBits(single);
        const error = Math.abs(decode(bits) - single);
        for (const neighbour of [bits - 1, bits + 1]) {
          if ((neighbour & 0x7c00) !== 0x7c00 && (neighbour & 0x8000) === (bits & 0x8000))
            expect(Math.abs(decode(neighbour) - single)).toBeGreaterThanOrEqual(error);
        }
      }),
    );
  });
});
