import { startWorker, type CallTable, type WorkerHandle } from './worker-calls.js';

/** Calls of a worker that ends when it is asked to. */
type EndingCalls<Calls> = CallTable<Calls> & {
  readonly end: { readonly argument: undefined; readonly result: undefined };
};

/** Worker threads that do the same. */
export interface WorkerPool<Calls extends EndingCalls<Calls>> {
  /** Gives a task to the worker that has the least to do. */
  use<Result>(task: (worker: WorkerHandle<Calls>) => Promise<Result>): Promise<Result>;
  /** Asks the workers to end, and waits until they have. */
  release(): Promise<void>;
  /** Ends the workers as soon as no native code runs in them; what is under way is rejected. */
  terminate(): Promise<void>;
}

/**
 * Starts workers and waits until all are ready.
 * @param module and `setup` as `startWorker` takes them
 * @throws what one of them threw as it started; none is left running then
 */
export async function startPool<Calls extends EndingCalls<Calls>>(
  module: URL,
  setup: unknown,
  count: number,
): Promise<WorkerPool<Calls>> {
  const started = await Promise.allSettled(
    Array.from({ length: count }, () => startWorker<Calls>(module, setup)),
  );
  const workers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const terminate = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  const failed = started.find((one) => one.status === 'rejected');
  if (failed) {
    await terminate();
    throw failed.reason;
  }
  const busy = workers.map(() => 0);
  return {
    async use(task) {
      const k = busy.indexOf(Math.min(...busy));
      busy[k]!++;
      try {
        return await task(workers[k]!);
      } finally {
        busy[k]!--;
      }
    },
    async release() {
      await Promise.all(
        workers.map(async (worker) => {
          await worker.call('end', undefined);
          await worker.ended();
        }),
      );
    },
    terminate,
  };
}
