import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node.js';
import { webRuntime } from '../../src/runtime/web.js';
import {
  adamDefaults,
  adamWDefaults,
  NonFiniteGradientError,
  sgdDefaults,
} from '../../src/train/optimizer.js';
import { createTrainer } from '../../src/train/trainer.js';
import type { Trainer, TrainerConfig } from '../../src/train/trainer.js';
import {
  compareOnHost,
  initialLine,
  jointRegression,
  lineBatch,
  splitRegression,
  truth,
} from './linear-regression.js';

const runtime = nodeRuntime({ threads: 1 });
const config: TrainerConfig = {
  optimizer: adamDefaults,
  learningRate: { kind: 'cosine', learningRate: 0.1, steps: 300 },
};

async function train(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const values: number[] = [];
  for (let step = from; step < to; step++) values.push((await trainer.step(lineBatch(step))).value);
  return values;
}

describe('createTrainer', () => {
  it.each([
    ['joint', { gradient: jointRegression() }],
    ['split', splitRegression()],
  ] as const)('learns a line: %s graphs', async (_, graphs) => {
    const trainer = await createTrainer(runtime, graphs, initialLine(), config);
    const values = await train(trainer, 0, 300);
    expect(values[0]).toBeGreaterThan(0.5);
    expect(values.at(-1)).toBeLessThan(1e-6);
    const { weight, bias } = await trainer.parameters();
    truth.weight.forEach((w, k) => {
      expect(weight![k]).toBeCloseTo(w, 3);
    });
    expect(bias![0]).toBeCloseTo(truth.bias, 3);
    await trainer.release();
  });

  it('gives the same in ONNX Runtime Web', async () => {
    const [node, web] = await Promise.all(
      [runtime, webRuntime({ threads: 1 })].map(async (engine) => {
        const trainer = await createTrainer(engine, splitRegression(), initialLine(), config);
        return train(trainer, 0, 20);
      }),
    );
    web!.forEach((value, k) => {
      expect(value).toBeCloseTo(node![k]!, 5);
    });
  });

  it('reports step, learning rate, norm and extras', async () => {
    const trainer = await createTrainer(runtime, { gradient: jointRegression() }, initialLine(), {
      optimizer: { ...sgdDefaults, momentum: 0 },
      learningRate: { kind: 'constant', learningRate: 0.5 },
      clipNorm: 0.1,
    });
    const report = await trainer.step(lineBatch(0));
    expect(report).toMatchObject({ step: 1, learningRate: 0.5 });
    expect(report.extra['prediction']!.dims).toEqual([8, 1]);
    expect([...report.extra['prediction']!.data]).toEqual(Array(8).fill(0));
    const { weight, bias } = await trainer.parameters();
    // Plain gradient descent goes learning rate × clipped norm.
    expect(report.gradientNorm).toBeGreaterThan(0.1);
    expect(Math.hypot(...weight!, ...bias!)).toBeCloseTo(0.5 * 0.1, 6);
    const second = await trainer.step(lineBatch(0));
    expect(second.step).toBe(2);
    // Extras of earlier steps are not overwritten.
    expect([...report.extra['prediction']!.data]).toEqual(Array(8).fill(0));
  });

  it('goes on from a state with the same bits', async () => {
    const one = await createTrainer(runtime, splitRegression(), initialLine(), {
      ...config,
      optimizer: adamWDefaults,
    });
    await train(one, 0, 10);
    const state = await one.state();
    const values = await train(one, 10, 30);
    const other = await createTrainer(runtime, splitRegression(), initialLine(), {
      ...config,
      optimizer: adamWDefaults,
    });
    await other.load(state);
    expect(await train(other, 10, 30)).toEqual(values);
    expect(await other.state()).toEqual(await one.state());
    // The state at which it was saved is a copy.
    await other.load(state);
    expect(await train(other, 10, 30)).toEqual(values);
  });

  it('refuses a step with a gradient that is not finite, and stays as it was', async () => {
    const trainer = await createTrainer(runtime, { gradient: jointRegression() }, initialLine(), config);
    await trainer.step(lineBatch(0));
    const before = await trainer.state();
    const batch = lineBatch(1);
    batch['y']!.data[3] = NaN;
    await expect(trainer.step(batch)).rejects.toThrow(NonFiniteGradientError);
    await expect(trainer.step(batch)).rejects.toThrow(
      'the gradient of "weight" holds NaN at 0; the step was refused',
    );
    expect(await trainer.state()).toEqual(before);
    expect((await trainer.step(lineBatch(1))).step).toBe(2);
  });

  it('queues steps that are asked for at once', async () => {
    const trainer = await createTrainer(runtime, splitRegression(), initialLine(), config);
    const reports = await Promise.all([0, 1, 2].map((seed) => trainer.step(lineBatch(seed))));
    expect(reports.map(({ step }) => step)).toEqual([1, 2, 3]);
    const other = await createTrainer(runtime, splitRegression(), initialLine(), config);
    expect(reports.map(({ value }) => value)).toEqual(await train(other, 0, 3));
  });

  it('says what is wrong with a batch', async () => {
    const trainer = await createTrainer(runtime, { gradient: jointRegression() }, initialLine(), config);
    const { x, y } = lineBatch(0);
    await expect(trainer.step({ x: x! })).rejects.toThrow(
      'Trainer.step: the batch lacks "y" (float32 [8, 1]).',
    );
    await expect(trainer.step({ x: x!, y: { dims: [4, 2], data: y!.data } })).rejects.toThrow(
      'Trainer.step: the batch should have "y" (float32 [8, 1]), received "y" (float32 [4, 2]).',
    );
    await expect(trainer.step({ x: x!, y: { dims: [8, 1], data: new Int32Array(8) } })).rejects.toThrow(
      'received "y" (int32 [8, 1])',
    );
    await expect(trainer.step({ x: x!, y: y!, z: y! })).rejects.toThrow('the graph has no input "z"');
    expect((await trainer.step(lineBatch(0))).step).toBe(1);
  });

  it('says what is wrong with graphs and parameters', async () => {
    const gradient = jointRegression();
    const make = (initial: Record<string, Float32Array>, graph = gradient) =>
      createTrainer(runtime, { gradient: graph }, initial, config);
    await expect(make({ weight: new Float32Array(3) })).rejects.toThrow('the initial parameters lack "bias"');
    await expect(make({ ...initialLine(), gain: new Float32Array(1) })).rejects.toThrow(
      'no input "parameters.gain"',
    );
    await expect(make({ ...initialLine(), bias: new Float32Array(2) })).rejects.toThrow(
      '"parameters.bias" is float32 [1] in the graph, the initial parameter has 2',
    );
    await expect(
      make(initialLine(), {
        ...gradient,
        outputs: gradient.outputs.filter(({ name }) => name !== 'grad.bias'),
      }),
    ).rejects.toThrow('no output "grad.bias"');
    await expect(make(initialLine(), { ...gradient, model: new Uint8Array(9) })).rejects.toThrow(
      /^nodeRuntime: cannot load the network \(9 bytes\): [^\n]+$/,
    );
  });

  it('passes on what the host function throws, and what it forgets', async () => {
    const failing = await createTrainer(
      runtime,
      splitRegression(() => {
        throw new Error('no triangle in sight');
      }),
      initialLine(),
      config,
    );
    await expect(failing.step(lineBatch(0))).rejects.toThrow('no triangle in sight');
    const forgetful = await createTrainer(
      runtime,
      splitRegression(() => ({})),
      initialLine(),
      config,
    );
    await expect(forgetful.step(lineBatch(0))).rejects.toThrow(
      'what batch, forward graph and host function give lacks "residual" (float32 [8, 1])',
    );
    const valueless = await createTrainer(
      runtime,
      splitRegression((outputs, batch) => ({ residual: compareOnHost(outputs, batch)['residual']! })),
      initialLine(),
      config,
    );
    await expect(valueless.step(lineBatch(0))).rejects.toThrow('expected one float32 "value"');
  });

  it('finishes what is under way when released, and refuses the rest', async () => {
    const trainer = await createTrainer(runtime, splitRegression(), initialLine(), config);
    const step = trainer.step(lineBatch(0));
    await Promise.all([trainer.release(), trainer.release()]);
    expect((await step).step).toBe(1);
    await expect(trainer.step(lineBatch(0))).rejects.toThrow('Trainer: it has been released.');
  });

  it('does not grow over 2,000 steps', async () => {
    const trainer = await createTrainer(runtime, splitRegression(), initialLine(), config);
    const batches = Array.from({ length: 10 }, (_, seed) => lineBatch(seed));
    const measure = async (steps: number): Promise<number> => {
      for (let k = 0; k < steps; k++) await trainer.step(batches[k % batches.length]!);
      return process.memoryUsage().rss;
    };
    const start = await measure(1000);
    expect((await measure(2000)) - start).toBeLessThan(40e6);
  });
});
