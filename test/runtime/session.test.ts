import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node.js';
import { createHostTensor, floatOutput, hostTypeOf } from '../../src/runtime/session.js';
import type { HostTensor, HostType } from '../../src/runtime/session.js';
import { webRuntime } from '../../src/runtime/web.js';
import { elementwiseNetwork, tinyNetwork } from './networks.js';

describe.each([
  ['node', nodeRuntime({ threads: 1 })],
  ['web', webRuntime({ threads: 1 })],
] as const)('sessions of %s', (_, runtime) => {
  it('names what is missing, unknown, of the wrong type or size, in one line', async () => {
    const session = await runtime.createSession(tinyNetwork());
    const x = { dims: [1, 2], data: new Float32Array(2) };
    await expect(session.run({})).rejects.toThrow(/^Session\.run: [^\n]*'?x'?[^\n]*$/);
    await expect(session.run({ x, z: x })).rejects.toThrow(
      'Session.run: the network has no input "z"; it has x',
    );
    await expect(session.run({ x }, { z: null })).rejects.toThrow(
      'Session.run: the network has no output "z"; it has y',
    );
    await expect(session.run({ x: { dims: [1, 2], data: new Int32Array(2) } })).rejects.toThrow(
      /^Session\.run: [^\n]+$/,
    );
    await expect(session.run({ x: { dims: [1, 3], data: new Float32Array(3) } })).rejects.toThrow(
      /^Session\.run: [^\n]+$/,
    );
    await expect(session.run({ x }, { y: { dims: [1, 1], data: new Float32Array(1) } })).rejects.toThrow(
      /^Session\.run: [^\n]*y[^\n]+$/,
    );
    const outputs = await session.run({ x });
    expect(() => floatOutput(outputs, 'z')).toThrow(/expected a float32 output "z", the network has y/);
    await session.release();
    await expect(session.run({ x })).rejects.toThrow(/^Session\.run: [^\n]+$/);
  });

  const values: Record<HostType, [opType: string, tensor: HostTensor]> = {
    float32: ['Abs', { dims: [3], data: Float32Array.of(1, 0.5, 2) }],
    int32: ['Abs', { dims: [3], data: Int32Array.of(1, 2, 3) }],
    int64: ['Abs', { dims: [3], data: BigInt64Array.of(1n, 2n, 2n ** 40n) }],
    uint8: ['Identity', { dims: [3], data: Uint8Array.of(1, 2, 255) }],
    bool: ['Identity', { dims: [3], data: Uint8Array.of(1, 0, 1), type: 'bool' }],
  };
  it.each(Object.entries(values))(
    'carries %s, into new tensors and given ones',
    async (type, [opType, x]) => {
      const session = await runtime.createSession(elementwiseNetwork(opType, type as HostType, x.dims));
      const given = createHostTensor(type as HostType, x.dims);
      const { y, z } = await session.run({ x }, { y: given, z: null });
      expect(y).toBe(given);
      for (const tensor of [y!, z!]) {
        expect(hostTypeOf(tensor)).toBe(type);
        expect(tensor).toEqual(x);
      }
      // Only what is asked for comes back.
      expect(Object.keys(await session.run({ x }, { z: null }))).toEqual(['z']);
      await session.release();
    },
  );

  it('queues overlapping runs, and a release after them', async () => {
    const session = await runtime.createSession(tinyNetwork());
    const runs = [1, 2, 3].map((value) =>
      session.run({ x: { dims: [1, 2], data: new Float32Array(2).fill(value) } }),
    );
    await session.release();
    expect((await Promise.all(runs)).map((outputs) => [...floatOutput(outputs, 'y')])).toEqual([
      [3, 4],
      [5, 7],
      [7, 10],
    ]);
  });
});
