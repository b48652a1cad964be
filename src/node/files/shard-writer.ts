import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isUnfinished, writeDurably } from './durable-file.js';
import { withFolderLock } from './folder-lock.js';
import { makeFolder } from './make-folder.js';
import {
  indexFileName,
  readShardIndex,
  shardName,
  ShardIndexError,
  type ShardEntry,
  type ShardIndex,
} from '../../data/shards/index-file.js';
import { sampleKey, splitMemberName, tarOfSample, type SampleMembers } from '../../data/shards/sample.js';
import { readTar, tarEnd } from '../../io/tar.js';
import { fileShard } from './shard-reader.js';
import { WriteError, writeError } from './write-error.js';

export interface WriteShardsOptions {
  /** Where the shards go; made if it is not there. */
  readonly folder: string;
  /** Number of samples in all shards together. */
  readonly count: number;
  /** Samples per shard; the last may have fewer. Default 1000. */
  readonly samplesPerShard?: number;
  /** Shards are called `<prefix>-000000.tar`, …: letters, digits, - and _. Default `shard`. */
  readonly prefix?: string;
  /**
   * What the samples are made with, as JSON (seed, size, …). A folder of shards with other settings is
   * refused.
   */
  readonly settings?: ShardIndex['settings'];
  /** Only every `of`th shard, for several machines with a folder each: from the `part`th on, from 1. */
  readonly only?: { readonly part: number; readonly of: number };
  /** Samples that are in the making at once. Default 1. */
  readonly ahead?: number;
  /** Ends early: whole shards stay, unfinished ones are removed, and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
  /**
   * Hears of each sample that was added: number of samples in the folder, finished shards and those of the
   * present one.
   */
  readonly onSample?: (samples: number) => void;
}

export interface WrittenShards {
  /** All shards in the folder, in order. */
  readonly shards: readonly ShardEntry[];
  /** Samples that an earlier run had left. */
  readonly kept: number;
  /** Samples that this run made. */
  readonly written: number;
}

const remedy = 'finished shards are kept: make room or choose another folder, and run again';

/**
 * Writes samples as WebDataset tar shards. A run that was killed at any moment is continued by calling this
 * again: finished shards are kept, others are made anew, no sample is lost or comes twice.
 *
 * Of two calls at a time, from whatever process, the second fails.
 *
 * A shard is written under a hidden name, flushed to the disk, and only then renamed; `index.json` is
 * replaced in the same way after each. So a file under a shard's name is always whole.
 *
 * @param makeSample gives sample `index` as contents by ending; the same for the same index, in any order and
 *   in any run
 * @throws WriteError when something cannot be written, or the folder holds shards of another kind
 * @throws whatever `makeSample` or the signal throws
 */
export async function writeShards(
  makeSample: (index: number) => SampleMembers | Promise<SampleMembers>,
  options: WriteShardsOptions,
): Promise<WrittenShards> {
  const {
    folder,
    count,
    samplesPerShard = 1000,
    prefix = 'shard',
    settings = null,
    only = { part: 1, of: 1 },
    ahead = 1,
    signal,
    onSample,
  } = options;
  for (const [name, value, least] of [
    ['count', count, 0],
    ['samplesPerShard', samplesPerShard, 1],
    ['ahead', ahead, 1],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least)
      throw new RangeError(`writeShards: expected a whole ${name} of at least ${least}, received ${value}.`);
  }
  if (!/^[A-Za-z0-9_-]+$/.test(prefix))
    throw new RangeError(`writeShards: expected a prefix of letters, digits, - and _, received "${prefix}".`);
  signal?.throwIfAborted();
  await makeFolder(folder).catch((error: unknown) => {
    throw writeError(folder, error, 'choose another folder');
  });
  const plan: ShardIndex = {
    schema: 'rogue-face/shards',
    version: 1,
    prefix,
    samplesPerShard,
    settings,
    shards: [],
  };
  return withFolderLock(folder, () =>
    writeMissing(makeSample, plan, { folder, count, only, ahead, signal, onSample }),
  );
}

interface Writing {
  readonly folder: string;
  readonly count: number;
  readonly only: { readonly part: number; readonly of: number };
  readonly ahead: number;
  readonly signal: AbortSignal | undefined;
  readonly onSample: ((samples: number) => void) | undefined;
}

/** Writes the shards that are not there yet. */
async function writeMissing(
  makeSample: (index: number) => SampleMembers | Promise<SampleMembers>,
  plan: ShardIndex,
  { folder, count, only, ahead, signal, onSample }: Writing,
): Promise<WrittenShards> {
  const found = await openFolder(folder, plan, count);
  const entries = new Map<number, ShardEntry>();
  const missing: Pick<ShardEntry, 'file' | 'first' | 'samples'>[] = [];
  for (let first = 0; first < count; first += plan.samplesPerShard) {
    const wanted = {
      file: shardName(plan.prefix, first / plan.samplesPerShard),
      first,
      samples: Math.min(plan.samplesPerShard, count - first),
    };
    const entry = await finished(folder, wanted, found);
    if (entry) entries.set(first, entry);
    else if ((first / plan.samplesPerShard) % only.of === only.part - 1) missing.push(wanted);
  }
  const listed = (): ShardEntry[] => [...entries.values()].sort((a, b) => a.first - b.first);
  const kept = listed().reduce((sum, { samples }) => sum + samples, 0);
  // Also a folder in which nothing is missing may lack an entry of a shard that was finished just before the
  // kill.
  await writeIndex(folder, { ...plan, shards: listed() });
  const queue = sampleQueue(
    missing.flatMap(({ first, samples }) => Array.from({ length: samples }, (_, k) => first + k)),
    makeSample,
    ahead,
  );
  let written = 0;
  try {
    for (const shard of missing) {
      const bytes = await writeShard(join(folder, shard.file), async (add) => {
        for (let index = shard.first; index < shard.first + shard.samples; index++) {
          const members = await queue.next();
          signal?.throwIfAborted();
          await add(tarOfSample(sampleKey(index), members));
          written++;
          onSample?.(kept + written);
        }
      });
      entries.set(shard.first, { ...shard, bytes });
      await writeIndex(folder, { ...plan, shards: listed() });
    }
  } finally {
    await queue.settle();
  }
  return { shards: listed(), kept, written };
}

/** Removes what a killed run left, and reads the folder's index. @throws WriteError */
async function openFolder(folder: string, plan: ShardIndex, count: number): Promise<ShardIndex> {
  let names: string[];
  try {
    names = await readdir(folder);
    for (const name of names)
      if (isUnfinished(name, `${plan.prefix}-`) || isUnfinished(name, `${indexFileName}.`))
        await rm(join(folder, name), { force: true });
  } catch (error) {
    throw writeError(folder, error, 'choose another folder');
  }
  if (!names.includes(indexFileName)) {
    const foreign = names.find((name) => name.startsWith(`${plan.prefix}-`) && name.endsWith('.tar'));
    if (foreign !== undefined)
      throw new WriteError(
        `cannot write to ${folder}: it holds ${foreign} but no ${indexFileName}; choose another folder`,
      );
    return plan;
  }
  const found = await readIndex(folder);
  for (const key of ['prefix', 'samplesPerShard', 'settings'] as const) {
    // Settings went through JSON, which drops what is undefined.
    if (!isDeepStrictEqual(found[key], JSON.parse(JSON.stringify(plan[key])))) {
      throw new WriteError(
        `cannot write to ${folder}: its shards were made with ${key} ${JSON.stringify(found[key])}, not ${JSON.stringify(plan[key])}; choose another folder`,
      );
    }
  }
  const present = found.shards.reduce((sum, { samples }) => sum + samples, 0);
  if (present > count)
    throw new WriteError(
      `cannot write to ${folder}: it holds ${present} samples already, more than ${count}; choose another folder`,
    );
  return found;
}

async function readIndex(folder: string): Promise<ShardIndex> {
  try {
    return readShardIndex(await readFile(join(folder, indexFileName), 'utf8'));
  } catch (error) {
    if (error instanceof ShardIndexError)
      throw new WriteError(`cannot write to ${folder}: ${error.message}; choose another folder`, {
        cause: error,
      });
    throw writeError(join(folder, indexFileName), error, 'choose another folder');
  }
}

/** The entry of a shard that is there as a whole. */
async function finished(
  folder: string,
  wanted: Pick<ShardEntry, 'file' | 'first' | 'samples'>,
  index: ShardIndex,
): Promise<ShardEntry | undefined> {
  const bytes = await stat(join(folder, wanted.file)).then(
    ({ size }) => size,
    () => undefined,
  );
  if (bytes === undefined) return undefined;
  const entry = { ...wanted, bytes };
  if (index.shards.some((known) => isDeepStrictEqual(known, entry))) return entry;
  // Renamed, but killed before the index was written; or changed since by someone else.
  return (await holds(join(folder, wanted.file), wanted)) ? entry : undefined;
}

/** Whether a shard holds exactly the wanted samples, undamaged. */
async function holds(
  path: string,
  { first, samples }: Pick<ShardEntry, 'first' | 'samples'>,
): Promise<boolean> {
  const keys: string[] = [];
  try {
    for await (const part of readTar(fileShard(path).open())) {
      const key = 'damage' in part ? undefined : splitMemberName(part.name)?.key;
      if (key === undefined) return false;
      if (key !== keys.at(-1)) keys.push(key);
    }
  } catch {
    return false;
  }
  return keys.length === samples && keys.every((key, k) => key === sampleKey(first + k));
}

/** Starts up to `ahead` samples before they are asked for. */
function sampleQueue(
  indices: readonly number[],
  makeSample: (index: number) => SampleMembers | Promise<SampleMembers>,
  ahead: number,
) {
  const started: Promise<SampleMembers>[] = [];
  let position = 0;
  const next = (): Promise<SampleMembers> => {
    while (started.length < ahead && position < indices.length) {
      const index = indices[position++]!;
      const sample = Promise.resolve().then(() => makeSample(index));
      // Its failure is thrown where it is awaited; until then nobody listens.
      sample.catch(() => undefined);
      started.push(sample);
    }
    return started.shift()!;
  };
  return { next, settle: () => Promise.allSettled(started) };
}

/** Writes a file that appears under its name only when it is whole. @returns its length @throws WriteError */
async function writeShard(
  path: string,
  fill: (add: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<number> {
  return writeDurably(path, remedy, async (file) => {
    let length = 0;
    const add = async (bytes: Uint8Array): Promise<void> => {
      await file.writeFile(bytes).catch((error: unknown) => {
        throw writeError(path, error, remedy);
      });
      length += bytes.length;
    };
    await fill(add);
    await add(tarEnd);
    return length;
  });
}

async function writeIndex(folder: string, index: ShardIndex): Promise<void> {
  const path = join(folder, indexFileName);
  await writeDurably(path, remedy, async (file) => {
    await file.writeFile(`${JSON.stringify(index, undefined, 1)}\n`).catch((error: unknown) => {
      throw writeError(path, error, remedy);
    });
  });
}
