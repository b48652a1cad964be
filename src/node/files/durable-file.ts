import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeError } from './write-error.js';

/** Ending of files that are not whole yet. */
const temporaryEnd = '.partial';

/** Whether a name is that of an unfinished file, which was to get a name of this beginning. */
export function isUnfinished(name: string, beginning: string): boolean {
  return name.endsWith(temporaryEnd) && name.startsWith(`.${beginning}`);
}

/**
 * Writes a file that appears under its name only when it is whole, and lasts through a loss of power.
 * @param remedy what to do when it cannot be written
 * @returns what `fill` gives
 * @throws WriteError, and whatever `fill` throws
 */
export async function writeDurably<T>(
  path: string,
  remedy: string,
  fill: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const folder = dirname(path);
  const random = randomBytes(4).toString('hex');
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${random}${temporaryEnd}`);
  const checked = <R>(step: Promise<R>): Promise<R> =>
    step.catch((error: unknown) => {
      throw writeError(path, error, remedy);
    });
  const file = await checked(open(temporary, 'wx'));
  try {
    const result = await fill(file);
    await checked(file.sync());
    await checked(file.close());
    await checked(rename(temporary, path));
    await syncFolder(folder);
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * Makes a renaming last through a loss of power; where folders cannot be opened (Windows), the system does so
 * itself.
 */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
