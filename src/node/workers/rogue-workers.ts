import { availableParallelism } from 'node:os';
import type { Reconstruction } from '../../fit/reconstruction.js';
import type { DecodedPhoto, ReconstructPhotoOptions } from '../../fit/rogue.js';
import type { Image } from '../../math/image.js';
import type { NodeRuntimeOptions } from '../../runtime/node.js';
import { startPool, type WorkerPool } from './worker-pool.js';

/** What each worker loads. */
export interface RogueWorkerSetup {
  readonly assets?: string;
  readonly regressor?: string;
  readonly node: Omit<NodeRuntimeOptions, 'onFallback'>;
}

export interface RogueWorkersOptions {
  /** How many threads make heads. Default: one per core, at most 8; each takes some 300 MB. */
  readonly workers?: number;
  /** As `loadRogue` takes them. */
  readonly assets?: string | URL;
  readonly regressor?: string | URL;
  /** As `loadRogue` takes it; by default each worker's networks compute on one thread. */
  readonly node?: Omit<NodeRuntimeOptions, 'onFallback'>;
}

/** How heads are made; functions cannot be sent to workers. */
export type WorkerReconstructOptions = Omit<ReconstructPhotoOptions, 'onStage'>;

/** A photo that can be sent to a worker: a path, the bytes of a file, or pixels. */
export type WorkerPhoto = string | Uint8Array | Image | DecodedPhoto;

export interface RogueWorkerCalls {
  reconstruct: {
    argument: { job: number; photo: WorkerPhoto; options: Omit<WorkerReconstructOptions, 'signal'> };
    result: Reconstruction[];
  };
  stop: { argument: number; result: undefined };
  end: { argument: undefined; result: undefined };
}

/**
 * Heads made in worker threads, several at a time, while this thread stays free.
 *
 * A worker of one's own that loads Rogue must not be ended by `worker.terminate()` while it reconstructs: the
 * native ONNX Runtime then brings the whole process down. These workers end safely.
 *
 * @example
 * const workers = await RogueWorkers.start();
 * const heads = await Promise.all(files.map((file) => workers.reconstruct(file)));
 * await workers.release();
 */
export class RogueWorkers {
  readonly #pool: WorkerPool<RogueWorkerCalls>;
  #jobs = 0;

  private constructor(pool: WorkerPool<RogueWorkerCalls>) {
    this.#pool = pool;
  }

  /**
   * Starts the workers and waits until all are ready.
   * @throws RangeError for a number of workers below 1
   * @throws AssetError naming the file that is missing
   */
  static async start(options: RogueWorkersOptions = {}): Promise<RogueWorkers> {
    const { workers: count = Math.min(8, availableParallelism()), assets, regressor, node } = options;
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(
        `RogueWorkers: expected a whole number of workers of at least 1, received ${count}.`,
      );
    const setup: RogueWorkerSetup = {
      ...(assets !== undefined && { assets: String(assets) }),
      ...(regressor !== undefined && { regressor: String(regressor) }),
      node: { threads: 1, ...node },
    };
    const file = new URL('./rogue-worker.js', import.meta.url);
    return new RogueWorkers(await startPool<RogueWorkerCalls>(file, setup, count));
  }

  /**
   * What `Rogue.reconstruct` gives, made by the worker that has the least to do.
   * @throws what `Rogue.reconstruct` throws; an Error where the workers were ended
   */
  async reconstruct(photo: WorkerPhoto, options: WorkerReconstructOptions = {}): Promise<Reconstruction[]> {
    const { signal, ...rest } = options;
    signal?.throwIfAborted();
    const job = this.#jobs++;
    return this.#pool.use(async (worker) => {
      const stop = (): void => {
        // A worker that has ended has stopped too.
        worker.call('stop', job).catch(() => undefined);
      };
      signal?.addEventListener('abort', stop, { once: true });
      try {
        return await worker.call('reconstruct', { job, photo, options: rest });
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    });
  }

  /** Waits for the heads under way, then ends the workers. */
  release(): Promise<void> {
    return this.#pool.release();
  }

  /** Ends the workers as soon as no native code runs in them; heads under way are rejected. */
  terminate(): Promise<void> {
    return this.#pool.terminate();
  }
}
