import { describe, expect, it } from 'vitest';
import { resnet18, resnet50, resnetTraining } from '../../bench/training/networks.js';
import { compile } from '../../src/graph/compile.js';
import { compileReference } from '../../src/graph/reference.js';
import { isSpec } from '../../src/graph/trace.js';
import type { TensorSpec } from '../../src/graph/trace.js';
import { flattenTree } from '../../src/graph/tree.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { cpuTarget } from '../../src/runtime/target.js';
import { adamDefaults } from '../../src/train/optimizer.js';
import { createTrainer } from '../../src/train/trainer.js';
import { referenceStep } from '../train/reference-optimizer.js';

const STEPS = 50;
const BATCH = 2;
const SIZE = 16;
const LEARNING_RATE = 1e-3;

/** Numbers −0.5…0.5, always the same. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
}

describe.each([
  ['ResNet-18', { ...resnet18, widths: [4, 8, 16, 32] }],
  ['ResNet-50', { ...resnet50, widths: [4, 8, 16, 32] }],
])('%s', (_, network) => {
  it('learns as it does on the reference backend: equal losses for 50 steps', async () => {
    const { specs, fn } = resnetTraining({ ...network, stem: 3 }, SIZE, BATCH, 4);
    const random = numbers(5);
    const fill = ({ shape }: TensorSpec, name: string): Float32Array => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return name.endsWith('gain') ? values.fill(1) : name.endsWith('bias') ? values : values.map(random);
    };
    const initial = Object.fromEntries(
      flattenTree<TensorSpec>(specs.parameters, isSpec).map(([name, spec]) => [name, fill(spec, name)]),
    );
    const inputs = { image: fill(specs.image, ''), target: fill(specs.target, '') };

    const runtime = nodeRuntime({ threads: 2, optimize: false });
    const gradient = compile(fn, specs, { target: await cpuTarget(runtime) });
    const trainer = await createTrainer(runtime, { gradient }, initial, {
      optimizer: adamDefaults,
      learningRate: { kind: 'constant', learningRate: LEARNING_RATE },
    });
    const batch = {
      image: { dims: specs.image.shape, data: inputs.image },
      target: { dims: specs.target.shape, data: inputs.target },
    };
    const losses: number[] = [];
    for (let i = 0; i < STEPS; i++) losses.push((await trainer.step(batch)).value);
    await trainer.release();

    const evaluate = compileReference(fn, specs);
    const values = Object.fromEntries(
      Object.entries(initial).map(([name, data]) => [name, Float64Array.from(data)]),
    );
    const moments = Object.fromEntries(
      Object.entries(values).map(([name, data]) => [name, Array.from(data, () => [0, 0])]),
    );
    const expected: number[] = [];
    for (let step = 1; step <= STEPS; step++) {
      const outputs = evaluate({
        ...inputs,
        ...Object.fromEntries(Object.entries(values).map(([name, data]) => [`parameters.${name}`, data])),
      });
      expected.push(outputs['value']![0]!);
      for (const [name, data] of Object.entries(values)) {
        const grad = outputs[`grad.${name}`]!;
        data.forEach((value, i) => {
          data[i] = referenceStep(adamDefaults, value, grad[i]!, moments[name]![i]!, step, LEARNING_RATE);
        });
      }
    }
    expect(expected.at(-1)!).toBeLessThan(0.5 * expected[0]!);
    losses.forEach((loss, i) =>
      expect(Math.abs(loss - expected[i]!), `step ${i + 1}`).toBeLessThan(1e-3 * expected[0]!),
    );
  });
});
