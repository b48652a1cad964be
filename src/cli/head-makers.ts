import { decodeImage, type DecodedImage } from '../node/files/image-codec.js';
import { startPool, type WorkerPool } from '../node/workers/worker-pool.js';
import { headMaker, type HeadSettings, type MadeHead, type Reconstructor } from './make-heads.js';

/** What each worker loads. */
export interface HeadWorkerSetup {
  readonly settings: HeadSettings;
  readonly network: string | undefined;
}

export interface HeadCalls {
  make: { argument: string; result: MadeHead[] };
  end: { argument: undefined; result: undefined };
}

/** Makes the heads of photos, some at a time. */
export interface HeadMakers {
  /** How many photos are best begun before the first of them is done. */
  readonly ahead: number;
  /** Never rejects: why there are no heads is looked at when the photo's turn comes. */
  make(path: string): Promise<readonly MadeHead[] | Error>;
  /** Whether it can make any: without networks, no photo fares better than another. */
  isReady(): Promise<boolean>;
  release(): Promise<void>;
}

/** In this thread: a photo is decoded while its predecessor is worked on, the first while networks load. */
export function makersHere(settings: HeadSettings, load: () => Promise<Reconstructor>): HeadMakers {
  const loading = load();
  // Its failure is told with the first photo.
  loading.catch(() => undefined);
  const make = headMaker(settings);
  let previous: Promise<unknown> = Promise.resolve();
  const decode = (path: string): Promise<DecodedImage | Error> => decodeImage(path).catch(asError);
  return {
    ahead: 2,
    make(path) {
      const decoding = decode(path);
      const made = previous.then(async () => {
        const decoded = await decoding;
        return decoded instanceof Error ? decoded : make(await loading, { path, decoded });
      });
      const settled = made.catch(asError);
      previous = settled;
      return settled;
    },
    isReady: () =>
      loading.then(
        () => true,
        () => false,
      ),
    async release() {
      await previous;
      await loading.then(
        (rogue) => rogue.release(),
        () => undefined,
      );
    },
  };
}

/** In worker threads. */
export function makersInWorkers(setup: HeadWorkerSetup, jobs: number): HeadMakers {
  const file = new URL('./reconstruct-worker.js', import.meta.url);
  const starting: Promise<WorkerPool<HeadCalls>> = startPool<HeadCalls>(file, setup, jobs);
  starting.catch(() => undefined);
  const begun = new Set<Promise<unknown>>();
  return {
    ahead: 2 * jobs,
    make(path) {
      const made = starting.then((pool) => pool.use((worker) => worker.call('make', path))).catch(asError);
      begun.add(made);
      void made.then(() => begun.delete(made));
      return made;
    },
    isReady: () =>
      starting.then(
        () => true,
        () => false,
      ),
    async release() {
      await Promise.all(begun);
      await starting.then(
        (pool) => pool.release(),
        () => undefined,
      );
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
