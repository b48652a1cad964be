import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { alignedSize, alignmentCrop } from '../../src/detect/alignment.js';
import { sampleCrop } from '../../src/detect/crop.js';
import { ImagePyramid } from '../../src/detect/image-pyramid.js';
import { compile } from '../../src/graph/compile.js';
import { valueAndGrad } from '../../src/graph/gradient.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { spec, type TensorSpec } from '../../src/graph/trace.js';
import { createImage } from '../../src/math/image.js';
import { alignFaces, recognitionNetwork } from '../../src/network/recognition.js';
import { recognitionNormalisation } from '../../src/network/recognition-view.js';
import { perceptualLoss } from '../../src/loss/perceptual-loss.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { relativeError } from '../graph/lowered.js';

const size = 40;
const runtime = nodeRuntime({ threads: 1 });
const network = await readFile('assets/networks/recognition.onnx');
const wave = (i: number): number => 127.5 + 100 * Math.sin(i / 9) * Math.cos(i / 31);

async function run(
  fn: (inputs: Record<string, Tensor>) => Record<string, Tensor>,
  inputs: Record<string, { dims: number[]; data: Float32Array }>,
): Promise<Record<string, Float32Array>> {
  const specs = Object.fromEntries(
    Object.entries(inputs).map(([name, { dims }]): [string, TensorSpec] => [name, spec(dims)]),
  );
  const session = await runtime.createSession(compile(fn as never, specs).model);
  const outputs = await session.run(inputs).finally(() => session.release());
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
}

describe('alignFaces', () => {
  it('aligns as alignmentCrop does', async () => {
    const photo = createImage(size, size, 3);
    for (let i = 0; i < photo.data.length; i++) photo.data[i] = wave(Math.floor(i / 3) * (1 + (i % 3)));
    const points = [12.5, 15, 25.2, 13, 19, 20.5, 14, 27, 25, 25.5];
    const expected = new Float32Array(3 * alignedSize ** 2);
    sampleCrop(new ImagePyramid(photo), alignmentCrop(points), { gain: 1 / 127.5, offset: -1 }, expected);
    const planar = Float32Array.from(
      { length: photo.data.length },
      (_, i) => photo.data[3 * (i % size ** 2) + Math.floor(i / size ** 2)]! / 127.5 - 1,
    );
    const { aligned } = await run(({ image, seen }) => ({ aligned: alignFaces(image!, seen!) }), {
      image: { dims: [1, 3, size, size], data: planar },
      seen: { dims: [1, 5, 2], data: Float32Array.from(points, (value) => value / (size / 2) - 1) },
    });
    expect(relativeError(aligned!, expected)).toBeLessThan(1e-4);
  });
});

describe('recognitionNetwork', () => {
  const byte = Float32Array.from({ length: 3 * alignedSize ** 2 }, (_, i) => Math.round(wave(i)));
  const dims = [1, 3, alignedSize, alignedSize];

  it('embeds as the file does, and faces of a batch as by themselves', async () => {
    const session = await runtime.createSession(network);
    const { gain, offset } = recognitionNormalisation;
    const expected = (
      await session.run({ image: { dims, data: byte.map((value) => value * gain + offset) } })
    )['embedding']!.data as Float32Array;
    const embed = recognitionNetwork(network);
    await session.release();
    const view = byte.map((value) => value / 127.5 - 1);
    const both = new Float32Array(2 * view.length);
    both.set(view.map((value) => -value));
    both.set(view, view.length);
    const { found } = await run(({ image }) => ({ found: embed(image!) }), {
      image: { dims: [2, ...dims.slice(1)], data: both },
    });
    expect(relativeError(found!.subarray(192), expected)).toBeLessThan(1e-4);
  });

  it('gives gradients that lower the perceptual loss', async () => {
    const embed = recognitionNetwork(network);
    const view = byte.map((value) => value / 127.5 - 1);
    const start = view.map((value, i) => value + 0.2 * Math.sin(i));
    const target = (await run(({ image }) => ({ found: embed(image!) }), { image: { dims, data: view } }))[
      'found'
    ]!;
    const step = async (image: Float32Array): Promise<Record<string, Float32Array>> =>
      run(
        ({ image: x, wanted }) => {
          const { value, grad } = valueAndGrad((p: { image: Tensor }) =>
            perceptualLoss(embed(p.image), wanted!),
          )({ image: x! });
          return { value, grad: grad.image };
        },
        { image: { dims, data: image }, wanted: { dims: [1, 192], data: target } },
      );
    const { value, grad } = await step(start);
    const length = Math.hypot(...grad!);
    const along = 0.05;
    const after = await step(start.map((v, i) => v - (along * grad![i]!) / length));
    // By about as much as the gradient says.
    expect((value![0]! - after['value']![0]!) / (along * length)).toBeGreaterThan(0.7);
    expect((value![0]! - after['value']![0]!) / (along * length)).toBeLessThan(1.1);
  });

  it('refuses other networks', () => {
    const { model } = compile(({ x }: { x: Tensor }) => ({ y: x.mean([2, 3]) }), { x: spec([1, 3, 64, 64]) });
    expect(() => recognitionNetwork(model)).toThrow(
      'recognitionNetwork: expected one input [batch, 3, 112, 112] and one output',
    );
  });
});
