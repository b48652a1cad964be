import { readTar } from '../../io/tar.js';
import { createRandom } from '../random.js';
import { splitMemberName, type ShardSample } from './sample.js';
import { shuffled } from './shuffle.js';

/** No sample could be read at all. The message is one line. */
export class ShardReadError extends Error {
  override readonly name = 'ShardReadError';
}

/** A shard somewhere: a file, an address, memory. */
export interface ShardSource {
  /** How warnings call it. */
  readonly name: string;
  /** Starts reading from the beginning, as often as it is called. */
  open(): AsyncIterable<Uint8Array>;
}

/** Something that was passed over. */
export interface ShardWarning {
  readonly shard: string;
  /** One line, names shard and sample or byte. */
  readonly message: string;
}

export interface ReadShardsOptions<T> {
  /** Endings that every sample must have, as `['jpg', 'json']`. */
  readonly required: readonly string[];
  /**
   * Turns files into what is wanted; throws, or rejects, for a sample that is damaged, which is then passed
   * over.
   */
  readonly decode: (sample: ShardSample) => T | Promise<T>;
  /**
   * Random order of the shards and of the samples in a buffer of so many; another one in every epoch.
   * Default: in order.
   */
  readonly shuffle?: { readonly buffer: number; readonly seed: number | string };
  /** How often everything is read; `Infinity` never ends. Default 1. */
  readonly epochs?: number;
  /**
   * Number of the first epoch, which decides its order: a reader that goes on where another stopped. Default
   * 0.
   */
  readonly firstEpoch?: number;
  /**
   * Reads one of `count` parts of the shards. All workers together read each shard once per epoch if they
   * share the seed.
   */
  readonly worker?: { readonly index: number; readonly count: number };
  /** Largest sample, bytes; larger ones are passed over. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Hears of everything that is passed over. */
  readonly onWarning?: (warning: ShardWarning) => void;
}

/** What was read up to now. */
export interface ShardCounts {
  /** Samples handed out. */
  samples: number;
  /** Damaged samples; several that lie in one damaged stretch count as one. */
  skipped: number;
  /** Shards that could not be opened, or not be read to their end. */
  failedShards: number;
}

/** Samples to loop over, and the counts so far. */
export interface ShardStream<T> extends AsyncIterable<T> {
  readonly counts: Readonly<ShardCounts>;
}

/**
 * Streams the samples of WebDataset shards. Damaged samples and shards are passed over with a warning and a
 * count. At any time only the shuffle buffer, undecoded, and one more sample are held.
 *
 * @throws RangeError at once for options that cannot be met
 * @throws ShardReadError while reading, when a whole epoch gave no sample
 */
export function readShards<T>(shards: readonly ShardSource[], options: ReadShardsOptions<T>): ShardStream<T> {
  const { epochs = 1, worker = { index: 0, count: 1 }, shuffle } = options;
  if (!(epochs >= 1)) throw new RangeError(`readShards: expected at least 1 epoch, received ${epochs}.`);
  if (
    !Number.isInteger(worker.count) ||
    !Number.isInteger(worker.index) ||
    worker.index < 0 ||
    worker.index >= worker.count
  ) {
    throw new RangeError(
      `readShards: expected a worker from 0 to ${worker.count - 1}, received ${worker.index}.`,
    );
  }
  if (shards.length < worker.count) {
    throw new RangeError(
      `readShards: ${worker.count} workers need at least as many shards, received ${shards.length}; write smaller shards.`,
    );
  }
  if (shuffle && !(Number.isSafeInteger(shuffle.buffer) && shuffle.buffer >= 0)) {
    throw new RangeError(
      `readShards: expected a whole shuffle buffer of at least 0 samples, received ${shuffle.buffer}.`,
    );
  }
  const counts: ShardCounts = { samples: 0, skipped: 0, failedShards: 0 };
  return { counts, [Symbol.asyncIterator]: () => readEpochs(shards, { ...options, epochs, worker }, counts) };
}

type Settled<T> = ReadShardsOptions<T> & Required<Pick<ReadShardsOptions<T>, 'epochs' | 'worker'>>;

async function* readEpochs<T>(
  shards: readonly ShardSource[],
  options: Settled<T>,
  counts: ShardCounts,
): AsyncGenerator<T, void, undefined> {
  const { shuffle, worker, decode, firstEpoch = 0 } = options;
  for (let epoch = firstEpoch; epoch < firstEpoch + options.epochs; epoch++) {
    const random = createRandom(shuffle?.seed ?? 0).fork(`epoch ${epoch}`);
    const before = counts.samples;
    // The same for all workers, so that their parts are disjoint and complete.
    const order = shuffle ? random.fork('shards').shuffle(shards) : shards;
    const mine = order.filter((_, k) => k % worker.count === worker.index);
    const samples = samplesOf(mine, options, counts);
    for await (const found of shuffle
      ? shuffled(samples, shuffle.buffer, random.fork(`worker ${worker.index}`))
      : samples) {
      let decoded: T;
      try {
        decoded = await decode(found.sample);
      } catch (error) {
        counts.skipped++;
        warn(options, found.shard, `sample ${found.sample.key}: ${firstLine(error)}`);
        continue;
      }
      counts.samples++;
      yield decoded;
    }
    if (counts.samples === before)
      throw new ShardReadError(
        `no sample could be read from ${mine.length} shards (${mine[0]!.name}, …); check that they hold ${options.required.join(', ')}`,
      );
  }
}

interface FoundSample {
  readonly shard: string;
  readonly sample: ShardSample;
}

async function* samplesOf<T>(
  shards: readonly ShardSource[],
  options: Settled<T>,
  counts: ShardCounts,
): AsyncGenerator<FoundSample, void, undefined> {
  for (const shard of shards) {
    // An error thrown at `yield` is the consumer's; only the source's own end the shard.
    const samples = readShard(shard, options, counts);
    try {
      for (;;) {
        let next: IteratorResult<ShardSample, void>;
        try {
          next = await samples.next();
        } catch (error) {
          counts.failedShards++;
          warn(options, shard.name, `not readable further: ${firstLine(error)}`);
          break;
        }
        if (next.done) break;
        yield { shard: shard.name, sample: next.value };
      }
    } finally {
      await samples.return();
    }
  }
}

/** A sample whose members are still coming in. */
interface OpenSample {
  readonly key: string;
  readonly members: Map<string, Uint8Array>;
  /** Damage beside it, which is counted already, may have taken members of it. */
  damaged: boolean;
  bytes: number;
  /** What is wrong with the sample as a whole. */
  fault?: string;
}

const LARGEST_SAMPLE = 64 * 2 ** 20;

function addMember(sample: OpenSample, ending: string, content: Uint8Array, maxBytes: number): void {
  sample.bytes += content.length;
  if (sample.members.has(ending)) sample.fault = `member ${ending} comes twice`;
  else if (sample.bytes > maxBytes) sample.fault = `more than ${maxBytes} bytes`;
  // What is passed over anyway need not be held.
  if (sample.fault === undefined) sample.members.set(ending, content);
  else sample.members.clear();
}

/** Groups neighbouring members of the same key. */
async function* readShard<T>(
  { name, open }: ShardSource,
  options: Settled<T>,
  counts: ShardCounts,
): AsyncGenerator<ShardSample, void, undefined> {
  const { required, maxBytes = LARGEST_SAMPLE } = options;
  let current: OpenSample | undefined;
  let afterDamage = false;
  const finish = (): ShardSample | undefined => {
    if (!current) return undefined;
    const { key, members, damaged, fault } = current;
    const missing = required.filter((ending) => !members.has(ending));
    if (missing.length === 0 && fault === undefined) return { key, members };
    if (!damaged || fault !== undefined) counts.skipped++;
    warn(options, name, `sample ${key}: ${fault ?? `no member ${missing.join(', ')}`}`);
    return undefined;
  };
  for await (const part of readTar(open(), { maxBytes })) {
    if ('damage' in part) {
      counts.skipped++;
      warn(options, name, `byte ${part.at}: ${part.damage}`);
      afterDamage = true;
      if (current) current.damaged = true;
      continue;
    }
    const split = splitMemberName(part.name);
    if (!split) continue;
    if (split.key !== current?.key) {
      const whole = finish();
      current = { key: split.key, members: new Map(), damaged: afterDamage, bytes: 0 };
      if (whole) yield whole;
    }
    afterDamage = false;
    addMember(current, split.ending, part.content, maxBytes);
  }
  const whole = finish();
  if (whole) yield whole;
}

function warn<T>({ onWarning }: ReadShardsOptions<T>, shard: string, reason: string): void {
  onWarning?.({ shard, message: `${shard}: ${reason}` });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
