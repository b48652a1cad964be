import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../src/graph/import/import.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';
import { adamDefaults } from '../../src/train/optimizer.js';
import { recogniseBatch, recogniseDefaults, recogniseGraph } from '../../src/train/recognise.js';
import { createTrainer } from '../../src/train/trainer.js';

const published = await readFile('assets/networks/recognition.onnx');
const runtime = nodeRuntime({ threads: 1, optimize: false });
const face = 3 * 112 * 112;

/** Waves for faces: the covered one has its lower half blank, the noisy one is rough. */
async function example(phase: number) {
  const clean = Float32Array.from({ length: face }, (_, i) => 0.8 * Math.sin(i / (37 + phase)));
  const covered = clean.map((value, i) => (i % (112 * 112) > 56 * 112 ? 0 : value));
  const noisy = clean.map((value, i) => value + 0.3 * Math.sin(977 * i));
  const session = await runtime.createSession(published);
  const outputs = await session.run({ image: { dims: [1, 3, 112, 112], data: clean } });
  const embedding = floatOutput(outputs, 'embedding').slice();
  await session.release();
  return { faces: Float32Array.from([...clean, ...covered, ...noisy]), embedding };
}

describe('the step of the stage "recognise"', () => {
  it('begins with a copy of the teacher, and learns what covers and noise changed', async () => {
    const batch = recogniseBatch([await example(0), await example(5)]);
    const weights = Object.entries(importOnnx(published).parameters);
    const trainer = await createTrainer(
      runtime,
      { gradient: recogniseGraph(published, 2, recogniseDefaults) },
      Object.fromEntries(weights.map(([name, { data }]) => [name, data.slice()])),
      { optimizer: adamDefaults, learningRate: { kind: 'constant', learningRate: 3e-4 }, clipNorm: 20 },
    );
    const first = await trainer.step(batch);
    let last = first;
    for (let k = 0; k < 6; k++) last = await trainer.step(batch);
    await trainer.release();
    const loss = (report: typeof first, name: string): number => report.extra[name]!.data[0] as number;
    expect(loss(first, 'clean')).toBeLessThan(1e-3);
    expect(loss(first, 'covered')).toBeGreaterThan(0.02);
    expect(loss(last, 'covered')).toBeLessThan(0.8 * loss(first, 'covered'));
    expect(last.value).toBeLessThan(first.value);
  });
});
