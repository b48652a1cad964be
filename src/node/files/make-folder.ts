import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. `mkdir` with `recursive` would do, but never returns on file systems
 * that answer "no such file" to every request, as /proc does.
 *
 * @returns the topmost folder that was made; nothing if the folder was there
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return undefined;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path) throw error;
    const topmost = await makeFolder(above);
    await mkdir(path);
    return topmost ?? path;
  }
}
