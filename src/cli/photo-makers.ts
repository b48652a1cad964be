import { decodeImage, type DecodedImage } from '../node/files/image-codec.js';
import { startPool, type WorkerPool } from '../node/workers/worker-pool.js';
import type { PhotoJob } from './inputs.js';

/** What a worker that makes something of photos answers. */
export interface PhotoCalls<Made> {
  make: { argument: PhotoJob; result: Made };
  end: { argument: undefined; result: undefined };
}

/** A photo whose turn has come. */
export interface OpenedPhoto extends PhotoJob {
  readonly decoded: DecodedImage;
}

/** Makes something of photos, some at a time. */
export interface PhotoMakers<Made> {
  /** How many photos are best begun before the first of them is done. */
  readonly ahead: number;
  /** Never rejects: why there is nothing is looked at when the photo's turn comes. */
  make(job: PhotoJob): Promise<Made | Error>;
  /** Whether it can make any: without networks, no photo fares better than another. */
  isReady(): Promise<boolean>;
  /** Waits for what has begun. */
  release(): Promise<void>;
}

/** In this thread: a photo is decoded while its predecessor is worked on, the first while networks load. */
export function makersHere<Tools extends { release(): Promise<void> }, Made>(
  load: () => Promise<Tools>,
  make: (tools: Tools, photo: OpenedPhoto) => Promise<Made>,
): PhotoMakers<Made> {
  const loading = load();
  // Its failure is told with the first photo.
  loading.catch(() => undefined);
  let previous: Promise<unknown> = Promise.resolve();
  const decode = (path: string): Promise<DecodedImage | Error> => decodeImage(path).catch(asError);
  return {
    ahead: 2,
    make(job) {
      const decoding = decode(job.path);
      const made = previous.then(async () => {
        const decoded = await decoding;
        return decoded instanceof Error ? decoded : make(await loading, { ...job, decoded });
      });
      const settled = made.catch(asError);
      previous = settled;
      return settled;
    },
    isReady: () => succeeds(loading),
    async release() {
      await previous;
      await loading.then(
        (tools) => tools.release(),
        () => undefined,
      );
    },
  };
}

/**
 * In worker threads.
 * @param module of a worker that serves {@link PhotoCalls}
 * @param setup that it starts with
 */
export function makersInWorkers<Made>(module: URL, setup: unknown, jobs: number): PhotoMakers<Made> {
  const starting: Promise<WorkerPool<PhotoCalls<Made>>> = startPool<PhotoCalls<Made>>(module, setup, jobs);
  starting.catch(() => undefined);
  const begun = new Set<Promise<unknown>>();
  return {
    ahead: 2 * jobs,
    make(job) {
      const made = starting.then((pool) => pool.use((worker) => worker.call('make', job))).catch(asError);
      begun.add(made);
      void made.then(() => begun.delete(made));
      return made;
    },
    isReady: () => succeeds(starting),
    async release() {
      await Promise.all(begun);
      await starting.then(
        (pool) => pool.release(),
        () => undefined,
      );
    },
  };
}

function succeeds(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
