import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { indexFileName } from '../../data/shards/index-file.js';

/**
 * The shards of a training's data: folders of shards as they are; all folders of photos together as one more,
 * `photos` in the run's folder.
 * @param prepare turns folders of photos into shards in another folder, or goes on with that
 */
export async function shardFolders(
  data: readonly string[],
  folder: string,
  prepare: (photos: readonly string[], prepared: string) => Promise<void>,
): Promise<string[]> {
  const kinds = await Promise.all(data.map(holdsShards));
  const photos = data.filter((_, k) => !kinds[k]);
  const ready = data.filter((_, k) => kinds[k]);
  if (photos.length === 0) return ready;
  const prepared = join(folder, 'photos');
  await prepare(photos, prepared);
  return [...ready, prepared];
}

/** Whether a path is a shard or a folder of shards, rather than a folder of photos. */
export async function holdsShards(path: string): Promise<boolean> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return !isFolder || (await readdir(path)).some((name) => name === indexFileName || name.endsWith('.tar'));
}
