/**
 * Times training steps of a network and prints one JSON line: `tsx bench/training/measure.ts
 * <resnet18|resnet50> <size> <batch> <threads> <steps>`. A process of its own, because its peak memory is
 * part of the result.
 */
import { compile } from '../../src/graph/compile.js';
import { isSpec } from '../../src/graph/trace.js';
import type { TensorSpec } from '../../src/graph/trace.js';
import { flattenTree } from '../../src/graph/tree.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { cpuTarget } from '../../src/runtime/target.js';
import type { HostTensor } from '../../src/runtime/session.js';
import { adamDefaults } from '../../src/train/optimizer.js';
import { createTrainer } from '../../src/train/trainer.js';
import { median } from '../benchmark.js';
import { resnet18, resnet50, resnetTraining } from './networks.js';

const [network, size, batch, threads, steps] = process.argv.slice(2);
const runtime = nodeRuntime({ threads: Number(threads), optimize: false });
const target = await cpuTarget(runtime);

const start = performance.now();
const { specs, fn } = resnetTraining(
  network === 'resnet50' ? resnet50 : resnet18,
  Number(size),
  Number(batch),
);
const gradient = compile(fn, specs, { target });
// A generator of the bench's own: the same numbers in every run.
let state = 1;
const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
const fill = ({ shape }: TensorSpec, name: string): Float32Array => {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  return name.endsWith('gain') ? values.fill(1) : name.endsWith('bias') ? values : values.map(random);
};
const parameters = Object.fromEntries(
  flattenTree<TensorSpec>(specs.parameters, isSpec).map(([name, spec]) => [name, fill(spec, name)]),
);
const trainer = await createTrainer(runtime, { gradient }, parameters, {
  optimizer: adamDefaults,
  learningRate: { kind: 'constant', learningRate: 1e-4 },
});
const build = performance.now() - start;

const tensor = (spec: TensorSpec): HostTensor => ({ dims: spec.shape, data: fill(spec, '') });
const inputs = { image: tensor(specs.image), target: tensor(specs.target) };
const times: number[] = [];
for (let i = 0; i < Number(steps); i++) {
  const before = performance.now();
  await trainer.step(inputs);
  if (i > 0) times.push(performance.now() - before);
}
await trainer.release();
const ms = median(times);
console.log(
  JSON.stringify({
    images_per_s: (1000 * Number(batch)) / ms,
    ms,
    build_ms: build,
    peak_mb: process.resourceUsage().maxRSS / 1024,
    parameters: Object.values(parameters).reduce((sum, values) => sum + values.length, 0),
  }),
);
