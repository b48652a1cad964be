import { availableParallelism } from 'node:os';
import type { Staging } from '../../data/synthetic/photographer.js';
import type { SampleMembers } from '../../data/shards/sample.js';
import { startPool } from './worker-pool.js';

/** What synthetic samples are made with. */
export interface SynthSettings {
  /** Width and height of the photos, pixels. */
  readonly size: number;
  /** The same seed and index give the same sample. */
  readonly seed: string;
  /** Whether the photos look as a camera took them: exposure, colour, noise, sharpness, JPEG. */
  readonly effects: boolean;
  /** Share of the photos, 0…1, that also come with something in front of the face. */
  readonly covered: number;
  /** How heads stand in the photos. Default `facing`. */
  readonly staging?: Staging;
}

export interface SynthCalls {
  sample: { argument: number; result: SampleMembers };
  end: { argument: undefined; result: undefined };
}

/** Makes samples of synthetic photos in worker threads. */
export interface SampleMaker {
  /** How many samples are worth asking for at once. */
  readonly ahead: number;
  /**
   * Members `jpg`, `json` and `safetensors` (`src/data/synthetic/sample.ts`), and `labels.png`, the class of
   * each pixel of the uncovered photo; of covered photos `covered.jpg` and `mask.png` as well.
   */
  make(index: number): Promise<SampleMembers>;
  release(): Promise<void>;
}

/**
 * @param workers default: one per core, at most 8
 * @throws AssetError when the head model or the people file is missing
 */
export async function createSampleMaker(
  settings: SynthSettings,
  workers = Math.min(8, availableParallelism()),
): Promise<SampleMaker> {
  const pool = await startPool<SynthCalls>(new URL('./synth-worker.js', import.meta.url), settings, workers);
  return {
    ahead: 2 * workers,
    make: (index) => pool.use((worker) => worker.call('sample', index)),
    release: () => pool.release(),
  };
}
