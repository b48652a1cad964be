import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { nodeRuntime, ProviderError, supportedProviders } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';
import { elementwiseNetwork, tinyNetwork } from './networks.js';

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

  it('refuses bytes that are no network, in one line', async () => {
    await expect(nodeRuntime().createSession(new Uint8Array([1, 2, 3]))).rejects.toThrow(
      /^nodeRuntime: cannot load the network \(3 bytes\): [^\n]+$/,
    );
  });

  it('loads the shipped networks', async () => {
    const session = await nodeRuntime({ threads: 1 }).createSession(
      await readFile('assets/networks/face-detector.onnx'),
    );
    const outputs = await session.run({
      image: { dims: [2, 3, 64, 96], data: new Float32Array(2 * 3 * 64 * 96) },
    });
    // 2 anchors per cell of 16 pixels and 6 per cell of 32.
    expect(outputs['scores']!.dims).toEqual([2, 2 * 24 + 6 * 6]);
    expect(outputs['boxes']!.dims).toEqual([2, 84, 21]);
  });

  it('reads feeds and writes outputs where they are, also in WebAssembly memory', async () => {
    const count = 1 << 20;
    const memory = new WebAssembly.Memory({ initial: (8 * count) / 65_536 });
    const x = { dims: [count], data: new Float32Array(memory.buffer, 0, count) };
    const y = { dims: [count], data: new Float32Array(memory.buffer, 4 * count, count) };
    const session = await nodeRuntime({ threads: 1 }).createSession(
      elementwiseNetwork('Neg', 'float32', [count]),
    );
    for (const value of [3, 4]) {
      x.data.fill(value);
      expect((await session.run({ x }, { y }))['y']).toBe(y);
      expect([y.data[0], y.data[count - 1]]).toEqual([-value, -value]);
    }
    await session.release();
  });
});

describe('engines', () => {
  it('WebAssembly computes what native code does, with one thread and with two', async () => {
    const network = await readFile('assets/networks/dense-landmarks.onnx');
    const data = Float32Array.from(
      { length: 3 * 192 * 192 },
      (_, k) => Math.sin(k / 37) * Math.cos(k / 1111),
    );
    const feeds = { image: { dims: [1, 3, 192, 192], data } };
    const [native, wasm] = await Promise.all(
      (['native', 'wasm'] as const).map(async (engine) => {
        const session = await nodeRuntime({ threads: 2, engine }).createSession(network);
        const lips = floatOutput(await session.run(feeds), 'lips');
        await session.release();
        return lips;
      }),
    );
    // Pixels of the network's input.
    for (const [k, value] of native!.entries()) expect(Math.abs(value - wasm![k]!)).toBeLessThan(0.02);
  });

  it('WebAssembly has no GPU, and says what has', async () => {
    const runtime = nodeRuntime({ engine: 'wasm', providers: ['cuda', 'cpu'] });
    await expect(runtime.createSession(tinyNetwork())).rejects.toThrow(
      'ONNX Runtime cannot use "cuda" here: WebAssembly computes on the CPU; run "npm install onnxruntime-node"',
    );
  });

  it('WebAssembly refuses bytes that are no network in one line', async () => {
    const runtime = nodeRuntime({ engine: 'wasm' });
    await expect(runtime.createSession(new Uint8Array([1, 2, 3]))).rejects.toThrow(
      /^nodeRuntime: cannot load the network \(3 bytes\): [^\n]+$/,
    );
  });
});

describe('providers', () => {
  it('lists the CPU as installed', () => {
    expect(supportedProviders()).toContainEqual({ name: 'cpu', installed: true });
  });

  // A Mac's build has CoreML, a Windows build DirectML; nobody's has both.
  const absent = process.platform === 'darwin' ? 'dml' : 'coreml';

  it('says in one line that a provider is not in this build', async () => {
    const failed = nodeRuntime({ providers: [absent] }).createSession(tinyNetwork());
    await expect(failed).rejects.toThrow(ProviderError);
    await expect(failed).rejects.toThrow(
      new RegExp(
        `^ONNX Runtime cannot use "${absent}" here: its build for \\S+ \\S+ has cpu[^\\n]*; choose one of these$`,
      ),
    );
  });

  const cuda = supportedProviders().find(({ name }) => name === 'cuda');
  it.skipIf(!cuda || cuda.installed)('says how to get the CUDA library', async () => {
    await expect(nodeRuntime({ providers: ['cuda'] }).createSession(tinyNetwork())).rejects.toThrow(
      'ONNX Runtime cannot use "cuda" here: its GPU library is not installed; run "npm rebuild onnxruntime-node --ignore-scripts=false"',
    );
  });

  it('falls back only when asked to, and says so', async () => {
    const lines: string[] = [];
    const runtime = nodeRuntime({
      providers: [absent, 'cpu'],
      fallback: true,
      onFallback: (line) => lines.push(line),
    });
    const session = await runtime.createSession(tinyNetwork());
    expect([
      ...floatOutput(await session.run({ x: { dims: [1, 2], data: new Float32Array(2) } }), 'y'),
    ]).toEqual([1, 1]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^ONNX Runtime cannot use "${absent}" here: .*; continuing on cpu$`));
    // What is wrong with the network is no reason to try elsewhere.
    await expect(
      nodeRuntime({ providers: ['cpu'], fallback: true }).createSession(new Uint8Array(3)),
    ).rejects.toThrow('cannot load the network');
  });
});
