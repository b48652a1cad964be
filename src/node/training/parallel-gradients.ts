import type { Runtime } from '../../runtime/session.js';
import { createGradientComputer } from '../../train/gradient-computer.js';
import type { StepValues } from '../../train/gradient-computer.js';
import type { ParameterStore } from '../../train/parameter-store.js';
import { joinValues, splitBatch } from '../../train/shares.js';
import type { Batch } from '../../train/step-graph.js';
import type { GradientSource } from '../../train/trainer.js';
import type { NativeGuard } from '../workers/native-guard.js';
import { loadGraphs } from './training-setup.js';
import type { WorkerGraphs, WorkerRuntimeOptions } from './training-setup.js';
import { startWorker } from '../workers/worker-calls.js';
import type { WorkerHandle } from '../workers/worker-calls.js';

/** What a gradient worker starts with. */
export interface GradientSetup {
  readonly graphs: WorkerGraphs;
  /** Names and lengths of the parameters, in the store's order. */
  readonly sizes: readonly (readonly [name: string, length: number])[];
  /** In shared memory, laid out as a store's arrays. */
  readonly parameters: Float32Array;
  /** This worker's own. */
  readonly gradients: Float32Array;
  readonly runtime: WorkerRuntimeOptions;
}

export interface GradientCalls {
  compute: { argument: Batch; result: StepValues };
  release: { argument: undefined; result: undefined };
}

/** What computes: the runtime of this thread, and how the workers make theirs. */
export interface ParallelRuntime {
  readonly runtime: Runtime;
  readonly options: WorkerRuntimeOptions;
  readonly guard: NativeGuard;
}

interface Helper {
  readonly worker: WorkerHandle<GradientCalls>;
  readonly gradients: Float32Array;
}

/**
 * Shares each batch equally among this thread and `count − 1` workers, and sums their gradients in the store.
 * @param graphs made for a share of the batch, not for the whole
 * @throws Error of one line as `createGradientComputer`
 */
export async function createParallelGradients(
  { runtime, options, guard }: ParallelRuntime,
  graphs: WorkerGraphs,
  store: ParameterStore,
  count: number,
): Promise<GradientSource> {
  // First here: what is wrong with graphs or parameters is told once.
  const own = await createGradientComputer(runtime, await loadGraphs(graphs), store);
  const shared = sharedArray(store.parameters.length);
  const sizes = store.ranges.map(({ name, length }) => [name, length] as const);
  const helpers = await Promise.all(
    Array.from({ length: count - 1 }, async (): Promise<Helper> => {
      const gradients = sharedArray(store.gradients.length);
      const setup: GradientSetup = { graphs, sizes, parameters: shared, gradients, runtime: options };
      return {
        worker: await startWorker<GradientCalls>(new URL('./gradient-worker.js', import.meta.url), setup, {
          guard,
        }),
        gradients,
      };
    }),
  );
  return {
    count,
    async compute(batch) {
      const [ownShare, ...shares] = splitBatch(batch, count);
      shared.set(store.parameters);
      const answers = shares.map((share, k) =>
        helpers[k]!.worker.call(
          'compute',
          share,
          Object.values(share).map(({ data }) => data),
        ),
      );
      // All are awaited, also when one fails: the next step must not meet a worker that is still busy.
      const settled = await Promise.allSettled([own.compute(ownShare!), ...answers]);
      const values = settled.map((outcome) => {
        if (outcome.status === 'rejected') throw outcome.reason;
        return outcome.value;
      });
      for (const { gradients } of helpers) add(store.gradients, gradients);
      return joinValues(values);
    },
    async release() {
      await Promise.all([
        own.release(),
        ...helpers.map(async ({ worker }) => {
          await worker.call('release', undefined);
          await worker.ended();
        }),
      ]);
    },
  };
}

function sharedArray(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

function add(target: Float32Array, source: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
}
