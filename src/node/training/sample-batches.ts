import { readShards, type ShardSource, type ShardWarning } from '../../data/shards/reader.js';
import type { ShardSample } from '../../data/shards/sample.js';
import type { Batch } from '../../train/step-graph.js';

/** How shards become batches. */
export interface SampleBatchOptions<Example> {
  readonly batch: number;
  readonly seed: number | string;
  /** Members without which a sample is skipped. */
  readonly required: readonly string[];
  /** An example of a sample, if it is good for one; the same sample and seed give the same one. */
  readonly example: (sample: ShardSample, seed: string) => Promise<Example | undefined>;
  /** The batch of as many examples. @param step counted from 0 */
  readonly collate: (examples: readonly Example[], step: number) => Batch | Promise<Batch>;
  readonly onWarning?: (warning: ShardWarning) => void;
}

/** Samples held undecoded for a random order. */
const BUFFER = 1000;

/**
 * Batches from step `start` on, without end: the same step gives the same batch, whether or not the training
 * was interrupted before it.
 * @param samplesPerEpoch as the index lists them
 */
export async function* sampleBatches<Example>(
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  options: SampleBatchOptions<Example>,
): AsyncGenerator<Batch, void, undefined> {
  const { batch, seed, onWarning } = options;
  const firstEpoch = Math.floor((start * batch) / samplesPerEpoch);
  let index = firstEpoch * samplesPerEpoch;
  let waiting: Promise<Example | undefined>[] = [];
  let step = start;
  const stream = readShards(shards, {
    required: [...options.required],
    decode: (sample) => sample,
    epochs: Infinity,
    firstEpoch,
    shuffle: { buffer: BUFFER, seed },
    ...(onWarning && { onWarning }),
  });
  for await (const sample of stream) {
    const at = index++;
    if (at < start * batch) continue;
    waiting.push(
      options.example(sample, `${seed}/${at}`).catch((error: unknown) => {
        onWarning?.({
          shard: sample.key,
          message: `sample ${sample.key}: ${String((error as Error).message).split('\n')[0]}`,
        });
        return undefined;
      }),
    );
    if (waiting.length < batch) continue;
    const examples = (await Promise.all(waiting)).filter((example) => example !== undefined);
    waiting = [];
    // A missing example's place is taken by its neighbour, so that batches keep their size.
    if (examples.length > 0)
      yield await options.collate(
        Array.from({ length: batch }, (_, i) => examples[i % examples.length]!),
        step,
      );
    step++;
  }
}
