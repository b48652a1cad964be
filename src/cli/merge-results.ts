import { createWriteStream } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { listName, listsIn, parsed, readListed, wholeLines } from '../node/files/result-list.js';
import { lockFolder } from '../node/files/folder-lock.js';
import { outputError, UsageError } from './errors.js';
import { shown } from './inputs.js';
import { OutputFolder } from './output-folder.js';
import { complain, print } from './terminal.js';

/** A list of results, and its folder. */
interface List {
  readonly folder: string;
  readonly path: string;
}

/**
 * Joins the lists of parts into one `results.jsonl`, each photo once; the lists stay. Faces that no list
 * tells whole, as a kill leaves them, are left out.
 * @param out of the joined list; names of faces' folders are then relative to it
 * @throws UsageError where there is nothing to join
 * @throws OutputError when the list cannot be written
 */
export async function mergeResults(folders: readonly string[], out: string): Promise<void> {
  const lists = await listsOf(folders);
  if (lists.length === 0)
    throw new UsageError(
      `no results.jsonl or results-1-of-….jsonl in ${folders.map(shown).join(', ')}; give the folders that "rogue reconstruct -o" wrote`,
    );
  for (const folder of folders) await tellMissing(folder);
  const output = await OutputFolder.open(out);
  try {
    const name = listName();
    await output.refuseForeignList(name, 'folder');
    const lock = await lockFolder(output.path, name);
    try {
      const counts = { heads: 0, photos: 0 };
      const staged = output.scratch();
      await pipeline(joined(lists, output.path, counts), createWriteStream(staged)).catch(
        (error: unknown) => {
          throw outputError(join(output.path, name), error);
        },
      );
      output.publish(staged, name);
      print(`${counts.heads} heads from ${counts.photos} pictures in ${shown(join(output.path, name))}`);
    } finally {
      await lock.release();
    }
  } finally {
    await output.close();
  }
}

/** The lists in folders; parts come first, as they are newer than what was joined of them before. */
async function listsOf(folders: readonly string[]): Promise<List[]> {
  const lists: List[] = [];
  for (const folder of new Set(folders.map((path) => resolve(path))))
    for (const name of await listsIn(folder)) lists.push({ folder, path: join(folder, name) });
  const isWhole = ({ path }: List): boolean => path.endsWith(`${sep}${listName()}`);
  return [...lists.filter((list) => !isWhole(list)), ...lists.filter(isWhole)];
}

/** Says which parts of a number of them are not there. */
async function tellMissing(folder: string): Promise<void> {
  const parts = new Map<number, Set<number>>();
  for (const name of await listsIn(folder)) {
    const [, part, of] = /-(\d+)-of-(\d+)\./.exec(name) ?? [];
    if (part !== undefined) parts.set(Number(of), (parts.get(Number(of)) ?? new Set()).add(Number(part)));
  }
  for (const [of, there] of parts) {
    const missing = Array.from({ length: of }, (_, k) => k + 1).filter((part) => !there.has(part));
    if (missing.length > 0)
      complain(
        `note: ${shown(folder)} lacks part ${missing.slice(0, 10).join(', ')} of ${of}, or it found no face`,
      );
  }
}

async function* joined(
  lists: readonly List[],
  out: string,
  counts: { heads: number; photos: number },
): AsyncGenerator<string> {
  const taken = new Set<string>();
  for (const { folder, path } of lists) {
    const whole = await readListed(path);
    for (const photo of taken) whole.delete(photo);
    for await (const line of wholeLines(path)) {
      const listed = parsed(line);
      const photo = listed?.run && resolve(listed.run.photo);
      if (!listed || photo === undefined || whole.get(photo)?.folders.includes(listed.folder) !== true)
        continue;
      counts.heads++;
      const place = relative(out, join(folder, listed.folder)).replaceAll('\\', '/');
      yield `${JSON.stringify({ ...listed, folder: place })}\n`;
    }
    for (const photo of whole.keys()) taken.add(photo);
  }
  counts.photos = taken.size;
}
