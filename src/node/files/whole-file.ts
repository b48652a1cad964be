import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { mayLive, ownedName, ownerOf } from './owner.js';
import { writeError } from './write-error.js';

const prefix = '.rogue-';
const ending = '.part';

/**
 * Writes a file whole or not at all, also where other processes write it: beside its place first, then moved
 * there.
 * @param remedy what to do when it cannot be written
 * @throws WriteError
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string,
  remedy = 'free some space or choose another folder',
): Promise<void> {
  const folder = dirname(path);
  const beside = join(folder, `${prefix}${ownedName()}${ending}`);
  try {
    await clearLeft(folder);
    await writeFile(beside, content);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw writeError(path, error, remedy);
  }
}

/** Folders that this process has cleared, so that each is looked through once. */
const cleared = new Set<string>();

/** Removes what killed processes have left half written. */
async function clearLeft(folder: string): Promise<void> {
  const place = resolve(folder);
  if (cleared.has(place)) return;
  cleared.add(place);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith(ending)) continue;
    const owner = ownerOf(name.slice(prefix.length, -ending.length));
    if (owner && !mayLive(owner)) await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}
