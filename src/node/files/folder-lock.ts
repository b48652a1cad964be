import { rmSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mayLive, ownedName, ownerOf } from './owner.js';
import { writeError, WriteError } from './write-error.js';

const lockFile = '.rogue-lock';

/**
 * Runs something that must be the only one to write in a folder. A file in it names the owner: host, process
 * and its start; one that a killed process has left is taken over.
 * @throws WriteError when another process, or this one, is at it, or the folder cannot be written
 */
export async function withFolderLock<Result>(folder: string, run: () => Promise<Result>): Promise<Result> {
  const lock = await lockFolder(folder);
  try {
    return await run();
  } finally {
    await lock.release();
  }
}

export interface FolderLock {
  release(): Promise<void>;
  /** {@link release} for signal handlers, which cannot wait. */
  abandon(): void;
}

/**
 * Takes a folder for this process alone, or that of its files which a name stands for, until it is released.
 * @param name of what is locked, where others may write the rest of the folder
 * @throws WriteError as {@link withFolderLock}
 */
export async function lockFolder(folder: string, name = ''): Promise<FolderLock> {
  const lock = join(folder, name === '' ? lockFile : `${lockFile}-${name}`);
  const own = ownedName();
  await take(folder, lock, own);
  return {
    async release() {
      if ((await contentOf(lock)) === own) await rm(lock, { force: true }).catch(() => undefined);
    },
    abandon() {
      rmSync(lock, { force: true });
    },
  };
}

async function take(folder: string, lock: string, own: string): Promise<void> {
  if (await put(lock, own)) return;
  const other = await contentOf(lock);
  const owner = ownerOf(other ?? '');
  if (owner && !mayLive(owner)) {
    // Renamed, not removed: of two processes that take it over, one sees that it is too late.
    const aside = `${lock}.${own}`;
    await rename(lock, aside).catch(() => undefined);
    const was = await contentOf(aside);
    if (was !== undefined && was !== other) await rename(aside, lock).catch(() => undefined);
    else await rm(aside, { force: true });
    if (was === other && (await put(lock, own))) return;
  }
  const process = owner ? `process ${owner.pid}` : 'another process';
  throw new WriteError(
    `cannot write to ${folder}: ${process} writes there; wait for it, choose another folder, or remove ${lock} if it is gone`,
  );
}

/** @returns whether it was not there; it appears with its content */
async function put(lock: string, own: string): Promise<boolean> {
  const whole = `${lock}.${own}`;
  try {
    await writeFile(whole, own);
    await link(whole, lock).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      // File systems without links.
      await writeFile(lock, own, { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw writeError(lock, error, 'choose another folder');
  } finally {
    await rm(whole, { force: true }).catch(() => undefined);
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
