import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { encodeOnnx } from '../../src/graph/onnx/encode.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';

/** y = x · [2, 3] + [1, 1], any number of rows. */
function tinyNetwork(): Uint8Array {
  const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
  return encodeOnnx({
    name: 'tiny',
    opsets: { '': 17 },
    nodes: [
      { opType: 'Mul', inputs: ['x', 'gain'], outputs: ['scaled'] },
      { opType: 'Add', inputs: ['scaled', 'offset'], outputs: ['y'] },
    ],
    constants: [
      { name: 'gain', type: 'float32', dims: [2], data: floats(2, 3) },
      { name: 'offset', type: 'float32', dims: [2], data: floats(1, 1) },
    ],
    inputs: [{ name: 'x', type: 'float32', dims: ['rows', 2] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['rows', 2] }],
  });
}

describe('nodeRuntime', () => {
  it('runs a graph with a free dimension', async () => {
    const session = await nodeRuntime({ threads: 1 }).createSession(tinyNetwork());
    expect(session.inputNames).toEqual(['x']);
    expect(session.outputNames).toEqual(['y']);
    for (const rows of [1, 3]) {
      const outputs = await session.run({ x: { dims: [rows, 2], data: new Float32Array(2 * rows).fill(2) } });
      expect(outputs['y']!.dims).toEqual([rows, 2]);
      expect([...floatOutput(outputs, 'y').slice(0, 2)]).toEqual([5, 7]);
    }
    await session.release();
  });

  it('names a missing input, and an output that is not there', async () => {
    const session = await nodeRuntime({ threads: 1 }).createSession(tinyNetwork());
    await expect(session.run({})).rejects.toThrow(/x/);
    const outputs = await session.run({ x: { dims: [1, 2], data: new Float32Array(2) } });
    expect(() => floatOutput(outputs, 'z')).toThrow(/expected a float32 output "z", the network has y/);
  });

  it('refuses bytes that are no network', async () => {
    await expect(nodeRuntime().createSession(new Uint8Array([1, 2, 3]))).rejects.toThrow();
  });

  it('loads the shipped networks', async () => {
    const session = await nodeRuntime({ threads: 1 }).createSession(await readFile('assets/networks/face-detector.onnx'));
    const outputs = await session.run({ image: { dims: [2, 3, 64, 96], data: new Float32Array(2 * 3 * 64 * 96) } });
    // 2 anchors per cell of 16 pixels and 6 per cell of 32.
    expect(outputs['scores']!.dims).toEqual([2, 2 * 24 + 6 * 6]);
    expect(outputs['boxes']!.dims).toEqual([2, 84, 16]);
  });
});
