import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { indexFileName, readShardIndex, ShardIndexError } from '../../data/shards/index-file.js';
import { ShardReadError, type ShardSource } from '../../data/shards/reader.js';

/** Bytes asked from the disk at a time. */
const CHUNK = 2 ** 20;

/** A shard on the disk. */
export function fileShard(path: string): ShardSource {
  return { name: path, open: () => createReadStream(path, { highWaterMark: CHUNK }) };
}

/**
 * The shards at a path: a tar file, an `index.json`, or a folder with either; in a folder the index decides,
 * without one all tar files in the order of their names.
 * @throws ShardReadError when there are none, or the path or the index cannot be read
 */
export async function findShards(path: string): Promise<ShardSource[]> {
  try {
    if (!(await stat(path)).isDirectory())
      return basename(path) === indexFileName ? await listed(dirname(path)) : [fileShard(path)];
    const names = await readdir(path);
    if (names.includes(indexFileName)) return await listed(path);
    const shards = names.filter((name) => name.endsWith('.tar') && !name.startsWith('.')).sort();
    if (shards.length === 0)
      throw new ShardReadError(`no shards in ${path}: expected ${indexFileName} or files *.tar`);
    return shards.map((name) => fileShard(join(path, name)));
  } catch (error) {
    if (error instanceof ShardReadError) throw error;
    if (error instanceof ShardIndexError)
      throw new ShardReadError(`${path}: ${error.message}; remove it to read all files *.tar`, {
        cause: error,
      });
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'not found' : code === 'EACCES' ? 'permission denied' : (code ?? message);
    throw new ShardReadError(`cannot read shards from ${path}: ${reason}`, { cause: error });
  }
}

async function listed(folder: string): Promise<ShardSource[]> {
  const { shards } = readShardIndex(await readFile(join(folder, indexFileName), 'utf8'));
  if (shards.length === 0) throw new ShardReadError(`${join(folder, indexFileName)} lists no shard yet`);
  return shards.map(({ file }) => fileShard(join(folder, file)));
}

/**
 * How many samples the shards at a path hold, as their index says.
 * @throws ShardReadError when there is no index
 */
export async function countSamples(path: string): Promise<number> {
  const file = basename(path) === indexFileName ? path : join(path, indexFileName);
  try {
    return readShardIndex(await readFile(file, 'utf8')).shards.reduce((sum, { samples }) => sum + samples, 0);
  } catch (error) {
    throw new ShardReadError(
      `cannot read ${file}: ${String((error as Error).message).split('\n')[0]}; use a folder that "rogue synth" wrote`,
      { cause: error },
    );
  }
}
