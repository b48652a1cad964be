import { describe, expect, it } from 'vitest';
import { trainInWorker } from '../../src/node/training/train-in-worker.js';
import type {
  TrainInWorkerOptions,
  TrainingProgress,
  WorkerTrainer,
} from '../../src/node/training/train-in-worker.js';
import type { WorkerGraphs } from '../../src/node/training/training-setup.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import type { HostTensor } from '../../src/runtime/session.js';
import { adamDefaults } from '../../src/train/optimizer.js';
import { createTrainer } from '../../src/train/trainer.js';
import type { TrainerConfig } from '../../src/train/trainer.js';
import { initialLine, jointRegression, lineBatch, splitRegression } from './linear-regression.js';

const config: TrainerConfig = {
  optimizer: adamDefaults,
  learningRate: { kind: 'constant', learningRate: 0.05 },
};
const hosts = new URL('./worker-hosts.ts', import.meta.url).href;

function splitWith(exported: string, module = hosts): WorkerGraphs {
  const { forward, backward } = splitRegression();
  return { forward, backward, host: { module, export: exported } };
}

const start = (graphs: WorkerGraphs, options: TrainInWorkerOptions = {}): Promise<WorkerTrainer> =>
  trainInWorker(graphs, initialLine(), config, { runtime: { threads: 1 }, ...options });

const misdeed = (number: number): Record<string, HostTensor> => ({
  ...lineBatch(0),
  misdeed: { dims: [], data: Float32Array.of(number) },
});

async function expectDead(trainer: WorkerTrainer, message: string): Promise<void> {
  await expect(trainer.step(lineBatch(0))).rejects.toThrow(message);
  await expect(trainer.state()).rejects.toThrow(message);
}

describe('trainInWorker', () => {
  it.each([
    ['joint', { gradient: jointRegression() }],
    ['split', splitWith('compareOnHost')],
  ] as const)('does what a trainer does here: %s graphs', async (_, graphs) => {
    const progress: TrainingProgress[] = [];
    const there = await start(graphs, { onProgress: (step) => progress.push(step) });
    const here = await createTrainer(
      nodeRuntime({ threads: 1 }),
      'gradient' in graphs ? graphs : splitRegression(),
      initialLine(),
      config,
    );
    for (let seed = 0; seed < 5; seed++)
      expect(await there.step(lineBatch(seed))).toEqual(await here.step(lineBatch(seed)));
    expect(progress.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(progress[4]!.milliseconds).toBeGreaterThan(0);
    expect(await there.parameters()).toEqual(await here.parameters());
    const state = await there.state();
    expect(state).toEqual(await here.state());
    const next = (await there.step(lineBatch(9))).value;
    await there.load(state);
    expect((await there.step(lineBatch(9))).value).toBe(next);
    await there.release();
    await there.release();
    await expect(there.step(lineBatch(0))).rejects.toThrow('Trainer: it has been released.');
  });

  it('moves batches instead of copying them, and keeps steps in order', async () => {
    const trainer = await start({ gradient: jointRegression() });
    const batches = [0, 1, 2].map(lineBatch);
    const steps = batches.map((batch) => trainer.step(batch));
    expect(batches.flatMap((batch) => Object.values(batch).map(({ data }) => data.length))).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
    expect((await Promise.all(steps)).map(({ step }) => step)).toEqual([1, 2, 3]);
    await trainer.release();
  });

  it('keeps this thread responsive', async () => {
    const trainer = await start(splitWith('slow'));
    let ticks = 0;
    const timer = setInterval(() => {
      ticks++;
    }, 10);
    await Promise.all([0, 1, 2].map((seed) => trainer.step(lineBatch(seed))));
    clearInterval(timer);
    // Three steps of 100 ms; in this thread there would be at most a tick between two.
    expect(ticks).toBeGreaterThan(10);
    await trainer.release();
  });
});

describe('errors of a training worker', () => {
  it('an error in a step leaves it working', async () => {
    const trainer = await start(splitWith('misbehave'));
    const failed = trainer.step(misdeed(1));
    await expect(failed).rejects.toThrow('no triangle in sight');
    await expect(failed).rejects.toMatchObject({ name: 'RangeError' });
    const batch = misdeed(0);
    batch['y']!.data[0] = NaN;
    await expect(trainer.step(batch)).rejects.toMatchObject({ name: 'NonFiniteGradientError' });
    await expect(trainer.load(new Uint8Array(3))).rejects.toMatchObject({ name: 'TrainingStateError' });
    expect((await trainer.step(misdeed(0))).step).toBe(1);
    await trainer.release();
  });

  it('a worker that ends rejects everything, then and later', async () => {
    const trainer = await start(splitWith('misbehave'));
    const waiting = [trainer.step(misdeed(2)), trainer.step(misdeed(0)), trainer.state()];
    for (const call of waiting)
      await expect(call).rejects.toThrow('the worker ended with code 7 before it answered.');
    await expectDead(trainer, 'the worker ended with code 7');
    await trainer.terminate();
  });

  it('an error that nobody catches there arrives here', async () => {
    const trainer = await start(splitWith('misbehave'));
    const calls = [trainer.step(misdeed(5)), trainer.step(misdeed(4))];
    await calls[0]!.catch(() => undefined);
    await expect(calls[1]).rejects.toThrow('nobody was waiting');
    await expectDead(trainer, 'nobody was waiting');
  });

  it('says that memory ran out', async () => {
    const trainer = await start(splitWith('misbehave'), { resourceLimits: { maxOldGenerationSizeMb: 64 } });
    await expect(trainer.step(misdeed(3))).rejects.toThrow(
      'the worker ran out of memory; use smaller batches',
    );
    await expectDead(trainer, 'the worker ran out of memory');
  });

  it('can be terminated in the middle of a step', async () => {
    const trainer = await start(splitWith('misbehave'));
    const step = trainer.step(misdeed(4));
    await Promise.all([expect(step).rejects.toThrow('the worker was terminated.'), trainer.terminate()]);
    await expectDead(trainer, 'the worker was terminated.');
    await trainer.terminate();
  });

  it('what is wrong at the start is told at the start', async () => {
    await expect(start({ gradient: { ...jointRegression(), model: new Uint8Array(5) } })).rejects.toThrow(
      'nodeRuntime: cannot load the network (5 bytes)',
    );
    await expect(start(splitWith('notAFunction'))).rejects.toThrow(/exports no function "notAFunction"/);
    await expect(start(splitWith('host', 'file:///nowhere/host.js'))).rejects.toThrow(
      /^host function: cannot load file:\/\/\/nowhere\/host\.js: [^\n]+$/,
    );
    await expect(trainInWorker({ gradient: jointRegression() }, {}, config)).rejects.toThrow(
      'the initial parameters lack "weight"',
    );
  });
});

describe('several workers', () => {
  /** Two batches of the graphs' size as one. */
  function doubleBatch(seed: number) {
    const [one, other] = [lineBatch(2 * seed), lineBatch(2 * seed + 1)];
    return Object.fromEntries(
      Object.entries(one).map(
        ([
          name,
          {
            dims: [rows, ...rest],
            data,
          },
        ]) => [
          name,
          {
            dims: [2 * rows!, ...rest],
            data: Float32Array.of(...(data as Float32Array), ...(other[name]!.data as Float32Array)),
          },
        ],
      ),
    );
  }

  it.each([
    ['joint', { gradient: jointRegression() }],
    ['split', splitWith('compareOnHost')],
  ] as const)('average their gradients: %s graphs', async (_, graphs) => {
    const pair = await start(graphs, { workers: 2 });
    // By hand: one plain step along the mean of two gradients.
    const single = await createTrainer(
      nodeRuntime({ threads: 1 }),
      'gradient' in graphs ? graphs : splitRegression(),
      initialLine(),
      {
        ...config,
        optimizer: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0, undecayed: '' },
      },
    );
    const fresh = await single.state();
    const movedBy = async (seed: number) => {
      await single.load(fresh);
      const { value } = await single.step(lineBatch(seed));
      const { weight, bias } = await single.parameters();
      return { value, moved: [...weight!, ...bias!] };
    };
    const [one, other] = [await movedBy(0), await movedBy(1)];
    const report = await pair.step(doubleBatch(0));
    expect(report.value).toBeCloseTo((one.value + other.value) / 2, 6);
    expect(report.gradientNorm).toBeCloseTo(
      Math.hypot(...one.moved.map((m, k) => (m + other.moved[k]!) / 2)) / 0.05,
      5,
    );
    if ('gradient' in graphs) expect(report.extra['prediction']!.dims).toEqual([16, 1]);
    for (let seed = 1; seed < 150; seed++) await pair.step(doubleBatch(seed));
    expect((await pair.step(doubleBatch(150))).value).toBeLessThan(1e-3);
    await pair.release();
  });

  it('fail together and go on together', async () => {
    const pair = await start(splitWith('misbehave'), { workers: 2 });
    await expect(
      pair.step({ ...doubleBatch(0), misdeed: { dims: [2], data: Float32Array.of(0, 1) } }),
    ).rejects.toThrow('no triangle in sight');
    await expect(pair.step(lineBatch(0))).rejects.toThrow(
      'Trainer.step: the batch should have "x" (float32 [8, 3]), received "x" (float32 [4, 3])',
    );
    const odd = { ...doubleBatch(0), misdeed: { dims: [3], data: new Float32Array(3) } };
    await expect(pair.step(odd)).rejects.toThrow(
      'splitBatch: "misdeed" [3] cannot be shared equally among 2 workers',
    );
    expect((await pair.step(doubleBatch(0))).step).toBe(1);
    await expect(
      pair.step({ ...doubleBatch(0), misdeed: { dims: [2], data: Float32Array.of(0, 2) } }),
    ).rejects.toThrow('the worker ended with code 7');
    await pair.terminate();
  });
});
