import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';
import { webRuntime } from '../../src/runtime/web.js';

describe('webRuntime', () => {
  it.each([
    ['face-detector', 128, 'boxes'],
    ['dense-landmarks', 192, 'lips'],
  ] as const)('computes in WebAssembly what Node computes: %s', async (name, side, output) => {
    const network = await readFile(`assets/networks/${name}.onnx`);
    const data = Float32Array.from(
      { length: 3 * side * side },
      (_, k) => Math.sin(k / 37) * Math.cos(k / 1111),
    );
    const feeds = { image: { dims: [1, 3, side, side], data } };
    const [expected, actual] = await Promise.all(
      [nodeRuntime({ threads: 1 }), webRuntime({ threads: 1 })].map(async (runtime) => {
        const session = await runtime.createSession(network);
        return floatOutput(await session.run(feeds), output);
      }),
    );
    expect(actual!.length).toBe(expected!.length);
    const largest = actual!.reduce((worst, value, k) => Math.max(worst, Math.abs(value - expected![k]!)), 0);
    // Pixels of the network's input.
    expect(largest).toBeLessThan(0.02);
  });
});
