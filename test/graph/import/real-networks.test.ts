import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../../src/graph/import/import.js';
import { expectSameOutputs, floats, gradientError } from './networks.js';
import type { Filled } from './networks.js';

const read = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../assets/networks/${name}.onnx`, import.meta.url));

/** A smooth image with something like a head, two eyes and a mouth in it. */
function portrait(sides: number, batch: number, low: number, high: number): Filled {
  const spot = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): number =>
    Math.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2);
  const values: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < sides; i++)
        for (let j = 0; j < sides; j++) {
          const x = j / sides;
          const y = i / sides;
          const shift = 0.03 * n;
          const face = 0.7 * spot(x, y, 0.5 + shift, 0.5, 0.28, 0.38);
          const dark =
            spot(x, y, 0.4 + shift, 0.42, 0.05, 0.03) +
            spot(x, y, 0.6 + shift, 0.42, 0.05, 0.03) +
            spot(x, y, 0.5 + shift, 0.68, 0.1, 0.03);
          const value = 0.15 + face * (1 - 0.15 * c) - 0.5 * dark + 0.04 * Math.sin(37 * x + 23 * y + c);
          values.push(low + (high - low) * Math.min(Math.max(value, 0), 1));
        }
  return floats(values, [batch, 3, sides, sides]);
}

describe('importOnnx on the networks that ship', () => {
  it('computes the face detector', async () => {
    const bytes = read('blazeface');
    const error = await expectSameOutputs(bytes, { image: portrait(128, 2, -1, 1) }, 1e-4);
    expect(error).toBeLessThan(1e-5);
    const network = importOnnx(bytes, { inputShapes: { image: [1, 3, 256, 256] } });
    expect(network.operators).toEqual([
      'Add',
      'Concat',
      'Conv',
      'MaxPool',
      'Pad',
      'Relu',
      'Reshape',
      'Transpose',
    ]);
    expect(network.outputs.map(({ shape }) => shape)).toEqual([
      [1, 896],
      [1, 896, 16],
    ]);
  });

  it('computes the dense landmarks', async () => {
    const error = await expectSameOutputs(read('dense-landmarks'), { image: portrait(192, 1, 0, 1) }, 1e-4);
    expect(error).toBeLessThan(1e-5);
  });

  // With smaller steps both come ever nearer (0.8, 0.1, 0.01 for the mesh); the next would drown in float32.
  it.each([
    ['blazeface', 128, -1, 1, ['scores', 'boxes']],
    ['face-mesh', 192, 0, 1, ['mesh', 'presence']],
    ['face-mesh', 192, 0, 1, ['lips']],
    ['face-mesh', 192, 0, 1, ['leftEye', 'leftIris']],
  ] as const)('differentiates %s', async (name, sides, low, high, outputs) => {
    const image = portrait(sides, 1, low, high);
    expect(await gradientError(read(name), { image }, 'image', 1e-5, outputs)).toBeLessThan(0.06);
  });
});
