import { join, parse, sep } from 'node:path';

/** A name that would lead out of its folder. The message is one line. */
export class OutsideError extends Error {
  override readonly name = 'OutsideError';
}

/**
 * The path of a name that a file tells — a list of photos, a shard, an index — below a folder.
 * @throws OutsideError for a name that leads upwards or to the folder itself, is absolute, or holds a NUL
 */
export function insideFolder(folder: string, name: string): string {
  const parts = name.split(sep === '/' ? '/' : /[\\/]/);
  const leaves = parts.includes('..') || parse(name).root !== '';
  if (leaves || name.includes('\0') || parts.every((part) => part === '' || part === '.'))
    throw new OutsideError(
      `the name ${JSON.stringify(name).slice(0, 80)} leads out of ${folder}; give names within that folder`,
    );
  return join(folder, name);
}
