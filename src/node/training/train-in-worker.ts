import type { ResourceLimits } from 'node:worker_threads';
import type { Batch } from '../../train/step-graph.js';
import type { StepReport, Trainer, TrainerConfig } from '../../train/trainer.js';
import type { WorkerGraphs, WorkerRuntimeOptions } from './training-setup.js';
import { startWorker } from '../workers/worker-calls.js';

/** What one step did and how long it took inside the worker. */
export interface TrainingProgress extends Omit<StepReport, 'extra'> {
  readonly milliseconds: number;
}

export interface TrainInWorkerOptions {
  /** Threads and providers of ONNX Runtime, per worker. */
  readonly runtime?: WorkerRuntimeOptions;
  /**
   * Workers that share each batch equally; the graphs are made for one share. Where graphs take most of the
   * time, one worker with as many threads is faster and needs less memory; where a host function does,
   * several run it side by side. Default 1.
   */
  readonly workers?: number;
  /** Told after each step. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Told in one line when a provider does not work and `runtime.fallback` allows to go on without it. */
  readonly onFallback?: (line: string) => void;
  /** Limits of the worker's JavaScript memory; tensors and networks do not count. */
  readonly resourceLimits?: ResourceLimits;
}

/** A trainer in a worker thread. Errors have the `name` of those that were thrown there, not their class. */
export interface WorkerTrainer extends Trainer {
  /** As `Trainer.step`, but the batch moves to the worker: its arrays are empty afterwards. */
  step(batch: Batch): Promise<StepReport>;
  /**
   * Rejects the steps under way at once and ends the worker as soon as the graph that it computes just now is
   * done.
   */
  terminate(): Promise<void>;
}

/** What a training worker starts with. */
export interface TrainingSetup {
  readonly graphs: WorkerGraphs;
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly config: TrainerConfig;
  readonly runtime: WorkerRuntimeOptions;
  readonly workers: number;
}

export interface TrainingCalls {
  step: { argument: Batch; result: StepReport };
  parameters: { argument: undefined; result: Record<string, Float32Array> };
  state: { argument: undefined; result: Uint8Array };
  load: { argument: Uint8Array; result: undefined };
  release: { argument: undefined; result: undefined };
}

export type TrainingEvent =
  ({ readonly kind: 'step' } & TrainingProgress) | { readonly kind: 'fallback'; readonly line: string };

/**
 * A trainer in a thread of its own, so that this one stays responsive: ONNX Runtime blocks the thread it runs
 * in.
 *
 * Several steps may be asked for at once; keep one or two batches ahead and the worker never waits.
 *
 * @example
 * const host = { module: new URL('./rasterize-host.js', import.meta.url).href, export: 'host' };
 * const trainer = await trainInWorker({ forward, backward, host }, parameters, config, {
 *   runtime: { threads: 2 },
 *   onProgress: ({ step, value }) => console.log(step, value),
 * });
 * @throws Error of one line as `createTrainer`, and when the host function cannot be loaded
 */
export async function trainInWorker(
  graphs: WorkerGraphs,
  initialParameters: Readonly<Record<string, Float32Array>>,
  config: TrainerConfig,
  options: TrainInWorkerOptions = {},
): Promise<WorkerTrainer> {
  const { runtime = {}, workers = 1, onProgress, onFallback, resourceLimits } = options;
  const setup: TrainingSetup = { graphs, parameters: initialParameters, config, runtime, workers };
  const worker = await startWorker<TrainingCalls, TrainingEvent>(
    new URL('./training-worker.js', import.meta.url),
    setup,
    {
      onEvent(event) {
        if (event.kind === 'fallback') onFallback?.(event.line);
        else onProgress?.(event);
      },
      ...(resourceLimits ? { resourceLimits } : {}),
    },
  );
  let released: Promise<void> | undefined;
  const call: typeof worker.call = async (...request) => {
    if (released) throw new Error('Trainer: it has been released.');
    return worker.call(...request);
  };
  return {
    step: (batch) =>
      call(
        'step',
        batch,
        Object.values(batch).map(({ data }) => data),
      ),
    parameters: () => call('parameters', undefined),
    state: () => call('state', undefined),
    load: (state) => call('load', state),
    release: () => (released ??= worker.call('release', undefined).then(() => worker.ended())),
    terminate: () => worker.terminate(),
  };
}
