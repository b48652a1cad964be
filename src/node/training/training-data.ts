import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShardSource } from '../../data/shards/reader.js';
import { indexFileName } from '../../data/shards/index-file.js';
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

/** Whether a path is a shard or a folder of shards, rather than a folder of photos. */
export async function holdsShards(path: string): Promise<boolean> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return !isFolder || (await readdir(path)).some((name) => name === indexFileName || name.endsWith('.tar'));
}
