import { writeShards } from '../node/files/shard-writer.js';
import { createSampleMaker } from '../node/workers/synthetic-samples.js';
import { InterruptedError } from './errors.js';
import { createProgress } from './progress.js';
import { print } from './terminal.js';

export interface SynthFlags {
  readonly count: number;
  readonly size: number;
  readonly seed: string;
  readonly out: string;
  readonly perShard: number;
  readonly effects: boolean;
  readonly covered: number;
  readonly around: boolean;
}

/**
 * Makes the photos and writes the shards, continuing where an earlier run ended.
 * @throws WriteError when the shards cannot be written; InterruptedError after Ctrl-C, with whole shards left
 */
export async function synthesize({
  count,
  size,
  seed,
  out,
  perShard,
  effects,
  covered,
  around,
}: SynthFlags): Promise<void> {
  // Named only where it differs, so that older folders go on.
  const settings = { size, seed, effects, covered, ...(around && { staging: 'around' as const }) };
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort(
      new InterruptedError(
        `interrupted; whole shards are in ${out}, and the same command goes on from there`,
      ),
    );
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const maker = await createSampleMaker(settings);
  let bar: ReturnType<typeof createProgress> | undefined;
  let seen: number | undefined;
  const start = performance.now();
  try {
    const { shards, kept, written } = await writeShards((index) => maker.make(index), {
      folder: out,
      count,
      samplesPerShard: perShard,
      settings,
      ahead: maker.ahead,
      signal: stop.signal,
      onSample(samples) {
        // What an earlier run left does not count for the time that is left.
        seen ??= samples - 1;
        bar ??= createProgress(count - seen, { interval: 5 });
        bar.done(`photo ${samples} of ${count}`);
      },
    });
    bar?.stop();
    const seconds = (performance.now() - start) / 1000;
    const rate = written > 0 ? `, ${(written / seconds).toFixed(1)} photos/s` : '';
    print(
      `${count} photos in ${shards.length} shard${shards.length === 1 ? '' : 's'} in ${out}${kept > 0 ? ` (${kept} were there)` : ''}${rate}`,
    );
  } finally {
    bar?.stop();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await maker.release();
  }
}
