import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../src/io/safetensors.js';
import {
  readMetrics,
  readParameters,
  runFiles,
  runTraining,
  type MetricsLine,
} from '../../../src/node/training/training-run.js';
import { nodeRuntime } from '../../../src/runtime/node.js';
import { adamDefaults } from '../../../src/train/optimizer.js';
import type { Batch } from '../../../src/train/step-graph.js';
import { createTrainer, type Trainer } from '../../../src/train/trainer.js';
import { initialLine, jointRegression, lineBatch } from '../../train/linear-regression.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rogue-run-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const options = { config: { seed: 1 }, steps: 60, batch: 8, metricsEvery: 10 };
const makeTrainer = (): Promise<Trainer> =>
  createTrainer(nodeRuntime({ threads: 1 }), { gradient: jointRegression() }, initialLine(), {
    optimizer: adamDefaults,
    learningRate: { kind: 'cosine', learningRate: 0.1, steps: 60 },
  });
async function* batches(start: number, stopAt = Infinity, stop?: () => void): AsyncGenerator<Batch> {
  for (let step = start; ; step++) {
    if (step === stopAt) stop?.();
    yield lineBatch(step);
  }
}
const metrics = async (): Promise<MetricsLine[]> =>
  (await readFile(join(folder, runFiles.metrics), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as MetricsLine);

describe('runTraining', () => {
  it('gives the same numbers after a stop as without', async () => {
    const whole = await makeTrainer();
    expect(await runTraining(folder, whole, (start) => batches(start), options)).toBe(60);
    const lines = await metrics();
    const parameters = await whole.parameters();
    await rm(folder, { recursive: true });

    const stop = new AbortController();
    const first = await makeTrainer();
    // The stop comes while batch 25 is made, one ahead of that which trains.
    expect(
      await runTraining(
        folder,
        first,
        (start) =>
          batches(start, 25, () => {
            stop.abort();
          }),
        { ...options, signal: stop.signal },
      ),
    ).toBe(24);
    const second = await makeTrainer();
    expect(await runTraining(folder, second, (start) => batches(start), options)).toBe(60);
    expect(await second.parameters()).toEqual(parameters);
    const again = await metrics();
    expect(again.map(({ step }) => step)).toEqual([10, 20, 30, 40, 50, 60]);
    for (const k of [0, 1, 2, 3, 4, 5]) expect(again[k]!.value).toBe(lines[k]!.value);
  });

  it('writes each step once after a kill before the first checkpoint, and passes over a torn line', async () => {
    await runTraining(folder, await makeTrainer(), (start) => batches(start), { ...options, steps: 30 });
    // What a kill leaves: no checkpoint, and a line of which only the beginning was written.
    await rm(join(folder, runFiles.checkpoint));
    const file = join(folder, runFiles.metrics);
    await writeFile(file, `${await readFile(file, 'utf8')}{"step":40,"secon`);
    expect((await readMetrics(folder)).map(({ step }) => step)).toEqual([10, 20, 30]);
    await runTraining(folder, await makeTrainer(), (start) => batches(start), options);
    expect((await metrics()).map(({ step }) => step)).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it('has nothing left to do after the last step', async () => {
    await runTraining(folder, await makeTrainer(), (start) => batches(start), options);
    expect(
      await runTraining(
        folder,
        await makeTrainer(),
        () => {
          throw new Error('asked for batches');
        },
        options,
      ),
    ).toBe(60);
  });

  it('refuses a folder of another run, and a checkpoint of another network, in one line', async () => {
    await runTraining(folder, await makeTrainer(), (start) => batches(start), options);
    await expect(
      runTraining(folder, await makeTrainer(), (start) => batches(start), {
        ...options,
        config: { seed: 2 },
      }),
    ).rejects.toThrow(/holds a run with other settings/);
    await writeFile(join(folder, runFiles.checkpoint), 'nothing');
    await expect(
      runTraining(folder, await makeTrainer(), (start) => batches(start), options),
    ).rejects.toThrow(/training state/);
  });

  it('begins with no checkpoint whose numbers are not finite', async () => {
    await runTraining(folder, await makeTrainer(), (start) => batches(start), options);
    const file = join(folder, runFiles.checkpoint);
    const { tensors, metadata } = readSafetensors(await readFile(file));
    const changed = new Map(
      [...tensors].map(([name, { shape, data }]) => [
        name,
        { shape, data: name.startsWith('parameters.') ? new Float32Array(data.length).fill(NaN) : data },
      ]),
    );
    await writeFile(file, writeSafetensors(changed, metadata));
    await expect(
      runTraining(folder, await makeTrainer(), (start) => batches(start), options),
    ).rejects.toThrow(/parameters\..* not finite/);
    await expect(readParameters(file)).rejects.toThrow(/cannot begin with .* is not finite/);
  });

  it('stops at numbers that are not finite, keeping the batch and the checkpoint before', async () => {
    async function* broken(): AsyncGenerator<Batch> {
      for await (const batch of batches(0))
        yield batch === undefined
          ? batch
          : {
              ...batch,
              ...(seen++ === 5
                ? {
                    x: {
                      ...batch['x']!,
                      data: Float32Array.from(batch['x']!.data as Float32Array, () => NaN),
                    },
                  }
                : {}),
            };
    }
    let seen = 0;
    await expect(runTraining(folder, await makeTrainer(), () => broken(), options)).rejects.toThrow(
      /^step 6: .*--learning-rate/,
    );
    expect((await readFile(join(folder, runFiles.badBatch))).length).toBeGreaterThan(100);
  });
});
