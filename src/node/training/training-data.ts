import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShardSource } from '../../data/shards/reader.js';
import { indexFileName, readShardIndex } from '../../data/shards/index-file.js';
import { countSamples, findShards } from '../files/shard-reader.js';

/** What a training learns from. */
export interface TrainingData {
  readonly shards: readonly ShardSource[];
  /** In all of them. */
  readonly samples: number;
}

/** All shards of some folders. @throws ShardReadError */
export async function readTrainingData(folders: readonly string[]): Promise<TrainingData> {
  const shards = (await Promise.all(folders.map(findShards))).flat();
  const counts = await Promise.all(folders.map(countSamples));
  return { shards, samples: counts.reduce((sum, count) => sum + count, 0) };
}

/**
 * A training's data: folders of shards as they are; all folders of photos together as one more, `photos` in
 * the run's folder.
 * @param prepare turns folders of photos into shards in another folder, or goes on with that
 * @throws ShardReadError, and what `prepare` throws
 */
export async function prepareTrainingData(
  data: readonly string[],
  folder: string,
  prepare: (photos: readonly string[], prepared: string) => Promise<unknown>,
): Promise<TrainingData> {
  const kinds = await Promise.all(data.map(holdsShards));
  const photos = data.filter((_, k) => !kinds[k]);
  const ready = data.filter((_, k) => kinds[k]);
  if (photos.length === 0) return readTrainingData(ready);
  const prepared = join(folder, 'photos');
  await prepare(photos, prepared);
  return readTrainingData([...ready, prepared]);
}

/**
 * Whether a path is a shard or a folder of shards, rather than a folder of photos, which may have an index of
 * its own.
 */
export async function holdsShards(path: string): Promise<boolean> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return true;
  const names = await readdir(path);
  if (names.some((name) => name.endsWith('.tar'))) return true;
  // Of a run that was ended before its first shard.
  return names.includes(indexFileName) && listsShards(await readFile(join(path, indexFileName), 'utf8'));
}

function listsShards(text: string): boolean {
  try {
    readShardIndex(text);
    return true;
  } catch {
    return false;
  }
}
