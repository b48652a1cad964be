import { rename, rm, writeFile } from 'node:fs/promises';
import { writeError } from './write-error.js';

/**
 * Writes a file whole or not at all: beside its place first, then moved there.
 * @throws WriteError
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string,
  remedy = 'free some space or choose another folder',
): Promise<void> {
  const beside = `${path}.part`;
  try {
    await writeFile(beside, content);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw writeError(path, error, remedy);
  }
}
