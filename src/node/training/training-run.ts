import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../../io/safetensors.js';
import type { Batch } from '../../train/step-graph.js';
import type { StepReport, Trainer } from '../../train/trainer.js';
import { withFolderLock } from '../files/folder-lock.js';
import { makeFolder } from '../files/make-folder.js';
import { writeWhole } from '../files/whole-file.js';
import { writeError } from '../files/write-error.js';

/** Names of what a run leaves in its folder. */
export const runFiles = {
  config: 'config.json',
  checkpoint: 'checkpoint.safetensors',
  metrics: 'metrics.jsonl',
  /** What the next line of metrics will count of steps before the checkpoint. */
  pending: 'pending-metrics.json',
  badBatch: 'bad-batch.safetensors',
  report: 'report.html',
} as const;

/** A run that cannot begin or go on. The message is one line with the remedy. */
export class TrainingRunError extends Error {
  override readonly name = 'TrainingRunError';
}

/** A line of `metrics.jsonl`: means over the steps since the line before. */
export interface MetricsLine {
  readonly step: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly value: number;
  readonly [loss: string]: number;
}

export interface TrainingRunOptions {
  /** Settings that must be the same when a run goes on; saved with it. */
  readonly config: object;
  readonly steps: number;
  /** Photos per step, for the rate. */
  readonly batch: number;
  /** Seconds between checkpoints. Default 120. */
  readonly checkpointEvery?: number;
  /** Steps per line of metrics. Default 20. */
  readonly metricsEvery?: number;
  readonly signal?: AbortSignal;
  readonly onMetrics?: (line: MetricsLine) => void;
  /** Told after each checkpoint; the training waits. */
  readonly onCheckpoint?: (step: number) => Promise<void>;
}

/**
 * Trains until `steps` are done or the signal comes; goes on from the folder's checkpoint, with the numbers
 * that an uninterrupted run would have had. A step whose loss or gradient is not finite ends the run, with
 * the batch beside the last good checkpoint. Of two runs at a time in a folder the second fails.
 *
 * @param batches all batches from a step on
 * @returns steps done
 * @throws TrainingRunError, WriteError
 */
export async function runTraining(
  folder: string,
  trainer: Trainer,
  batches: (start: number) => AsyncIterable<Batch>,
  options: TrainingRunOptions,
): Promise<number> {
  await makeFolder(folder).catch((error: unknown) => {
    throw writeError(folder, error, 'choose another folder');
  });
  return withFolderLock(folder, () => trainLocked(folder, trainer, batches, options));
}

async function trainLocked(
  folder: string,
  trainer: Trainer,
  batches: (start: number) => AsyncIterable<Batch>,
  options: TrainingRunOptions,
): Promise<number> {
  const { steps, checkpointEvery = 120, metricsEvery = 20, signal } = options;
  let step = await prepare(folder, trainer, options.config);
  let saved = performance.now();
  let sum = await pendingSum(folder, step);
  const save = async (): Promise<void> => {
    // Before the checkpoint: a sum of another step is passed over.
    await writeWhole(join(folder, runFiles.pending), JSON.stringify({ step, sum }));
    await writeWhole(join(folder, runFiles.checkpoint), await trainer.state());
    await options.onCheckpoint?.(step);
    saved = performance.now();
  };
  if (step < steps) {
    let last = performance.now();
    for await (const batch of oneAhead(batches(step))) {
      if (signal?.aborted) break;
      const report = await stepOrExplain(folder, trainer, batch, step);
      step = report.step;
      addReport(sum, report);
      if (step % metricsEvery === 0 || step === steps) {
        const now = performance.now();
        const line = metricsLine(sum, report, (now - last) / 1000, options.batch);
        await appendLine(join(folder, runFiles.metrics), JSON.stringify(line));
        options.onMetrics?.(line);
        [sum, last] = [emptySum(), now];
      }
      if (step >= steps || performance.now() - saved > 1000 * checkpointEvery) await save();
      if (step >= steps) return step;
    }
  }
  await save();
  return step;
}

/** The same items; each is made while its predecessor is used. */
async function* oneAhead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = iterator.next();
      // Its failure is thrown where it is awaited; until then nobody listens.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function prepare(folder: string, trainer: Trainer, config: object): Promise<number> {
  const text = `${JSON.stringify(config, undefined, 2)}\n`;
  const file = join(folder, runFiles.config);
  const before = await readIfThere(file);
  if (before === undefined) {
    await writeWhole(file, text);
    return 0;
  }
  if (before.toString() !== text)
    throw new TrainingRunError(
      `${folder} holds a run with other settings (${runFiles.config}); repeat them or choose another folder with --out`,
    );
  const state = await readIfThere(join(folder, runFiles.checkpoint));
  if (state === undefined) {
    await dropLinesAfter(join(folder, runFiles.metrics), 0);
    return 0;
  }
  await trainer.load(state);
  const step = Number(
    /"step":"(\d+)"/.exec(state.toString('latin1', 0, Math.min(state.length, 1 << 20)))?.[1] ?? NaN,
  );
  if (!Number.isSafeInteger(step))
    throw new TrainingRunError(
      `${join(folder, runFiles.checkpoint)} names no step; remove it to begin again`,
    );
  await dropLinesAfter(join(folder, runFiles.metrics), step);
  return step;
}

/** The metrics of a run so far; none where there are no such lines. A line that a crash tore is left out. */
export async function readMetrics(folder: string): Promise<MetricsLine[]> {
  return (await linesOf(join(folder, runFiles.metrics))).flatMap(metricsOf);
}

async function linesOf(file: string): Promise<string[]> {
  const text = (await readIfThere(file))?.toString() ?? '';
  return text.split('\n').filter((line) => line !== '');
}

/** The metrics of a line, or nothing where it is none. */
function metricsOf(line: string): MetricsLine[] {
  try {
    const metrics = JSON.parse(line) as MetricsLine | null;
    return typeof metrics?.step === 'number' ? [metrics] : [];
  } catch {
    return [];
  }
}

/** What was summed up, at a checkpoint, since the last line of metrics. */
async function pendingSum(folder: string, step: number): Promise<MetricsSum> {
  try {
    const text = (await readFile(join(folder, runFiles.pending))).toString();
    const pending = JSON.parse(text) as { readonly step: number; readonly sum: MetricsSum };
    return pending.step === step && pending.sum.count >= 0 ? pending.sum : emptySum();
  } catch {
    return emptySum();
  }
}

/**
 * The network's parameters of a checkpoint, by path.
 * @throws TrainingRunError when the file is none
 */
export async function readParameters(checkpoint: string): Promise<Record<string, Float32Array>> {
  try {
    const { tensors } = readSafetensors(await readFile(checkpoint));
    const prefix = 'parameters.';
    const parameters = Object.fromEntries(
      [...tensors]
        .filter(([name, { data }]) => name.startsWith(prefix) && data instanceof Float32Array)
        .map(([name, { data }]) => [name.slice(prefix.length), Float32Array.from(data as Float32Array)]),
    );
    if (Object.keys(parameters).length === 0) throw new Error('it holds no parameters');
    const strange = Object.entries(parameters).find(([, values]) => !values.every(Number.isFinite));
    if (strange) throw new Error(`its ${strange[0]} is not finite`);
    return parameters;
  } catch (error) {
    throw new TrainingRunError(
      `cannot begin with ${checkpoint}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : String((error as Error).message).split('\n')[0]}; name the ${runFiles.checkpoint} of a run`,
      { cause: error },
    );
  }
}

/** Lines of steps that a checkpoint does not hold will be written again. */
async function dropLinesAfter(file: string, step: number): Promise<void> {
  const lines = await linesOf(file);
  const kept = lines.filter((line) => metricsOf(line).some((metrics) => metrics.step <= step));
  if (kept.length < lines.length) await writeWhole(file, kept.map((line) => `${line}\n`).join(''));
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    await stat(path);
  } catch {
    return undefined;
  }
  return readFile(path);
}

async function appendLine(path: string, line: string): Promise<void> {
  try {
    const file = await open(path, 'a');
    try {
      await file.write(`${line}\n`);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw writeError(path, error, 'free some space and start the run again: it goes on from its checkpoint');
  }
}

async function stepOrExplain(
  folder: string,
  trainer: Trainer,
  batch: Batch,
  step: number,
): Promise<StepReport> {
  // The trainer may take the arrays with it.
  const kept = new Map(
    Object.entries(batch).map(([name, { dims, data }]) => [
      name,
      { shape: [...dims], data: (data as Float32Array).slice() },
    ]),
  );
  try {
    const report = await trainer.step(batch);
    if (Number.isFinite(report.value)) return report;
    throw new Error('the loss is not finite');
  } catch (error) {
    await writeWhole(join(folder, runFiles.badBatch), writeSafetensors(kept, { step: String(step) }));
    throw new TrainingRunError(
      `step ${step + 1}: ${String((error as Error).message).split('\n')[0]} (the batch is in ${runFiles.badBatch}); go on with a lower --learning-rate in another folder`,
      { cause: error },
    );
  }
}

interface MetricsSum {
  count: number;
  gradientNorm: number;
  value: number;
  readonly extra: Record<string, number>;
}
const emptySum = (): MetricsSum => ({ count: 0, gradientNorm: 0, value: 0, extra: {} });

function addReport(sum: MetricsSum, { value, gradientNorm, extra }: StepReport): void {
  sum.count++;
  sum.value += value;
  sum.gradientNorm += gradientNorm;
  for (const [name, { data }] of Object.entries(extra))
    if (data.length === 1) sum.extra[name] = (sum.extra[name] ?? 0) + Number(data[0]);
}

function metricsLine(
  { count, value, gradientNorm, extra }: MetricsSum,
  { step, learningRate }: StepReport,
  seconds: number,
  batch: number,
): MetricsLine {
  const mean = (total: number): number => Number((total / count).toPrecision(6));
  return {
    step,
    seconds: Number(seconds.toFixed(2)),
    imagesPerSecond: Number(((batch * count) / seconds).toFixed(1)),
    learningRate: Number(learningRate.toPrecision(6)),
    gradientNorm: mean(gradientNorm),
    value: mean(value),
    ...Object.fromEntries(Object.entries(extra).map(([name, total]) => [name, mean(total)])),
  };
}
