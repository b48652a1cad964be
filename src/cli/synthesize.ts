import { writeShards } from '../node/files/shard-writer.js';
import { createSampleMaker } from '../node/workers/synthetic-samples.js';
import { InterruptedError } from './errors.js';
import { createProgress } from './progress.js';
import type { Shard } from './shard.js';
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
  readonly shard?: Shard;
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
  shard,
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
  const own = shard ? samplesOf(shard, count, perShard) : count;
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
      ...(shard && { only: shard }),
      ahead: maker.ahead,
      signal: stop.signal,
      onSample(samples) {
        // What an earlier run left does not count for the time that is left.
        seen ??= samples - 1;
        bar ??= createProgress(own - seen, { interval: 5 });
        bar.done(`photo ${samples} of ${own}`);
      },
    });
    bar?.stop();
    const seconds = (performance.now() - start) / 1000;
    const rate = written > 0 ? `, ${(written / seconds).toFixed(1)} photos/s` : '';
    print(
      `${kept + written} photos in ${shards.length} shard${shards.length === 1 ? '' : 's'} in ${out}${kept > 0 ? ` (${kept} were there)` : ''}${rate}`,
    );
  } finally {
    bar?.stop();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await maker.release();
  }
}

/** How many of all photos a part has: every so manieth file of shards, the last of which may be shorter. */
function samplesOf({ part, of }: Shard, count: number, perShard: number): number {
  let samples = 0;
  for (let first = (part - 1) * perShard; first < count; first += of * perShard)
    samples += Math.min(perShard, count - first);
  return samples;
}
