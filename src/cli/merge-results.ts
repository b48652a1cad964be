import { createWriteStream } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { lockFolder } from '../node/files/folder-lock.js';
import { caseList, faceList, pictureList } from '../node/files/list-kinds.js';
import {
  listName,
  listsIn,
  readLine,
  readListed,
  wholeLines,
  type ListKind,
  type ListLine,
} from '../node/files/result-list.js';
import { outputError, UsageError } from './errors.js';
import { shown } from './inputs.js';
import { OutputFolder } from './output-folder.js';
import { complain, print } from './terminal.js';

/** Lists that are joined, and what is said of lines and items. */
const kinds: readonly { readonly kind: ListKind; told(lines: number, items: number): string }[] = [
  { kind: faceList, told: (lines, items) => `${lines} heads from ${items} pictures` },
  { kind: pictureList, told: (lines, items) => `${lines} pictures from ${items} photos` },
  { kind: caseList, told: (_, items) => `${items} measured faces` },
];

/** A list of results, and its folder. */
interface List {
  readonly folder: string;
  readonly path: string;
}

/**
 * Joins the lists of parts into one of the whole, `results.jsonl` or `manifest.jsonl`, each photo once; the
 * lists stay. Photos that no list tells whole, as a kill leaves them, are left out.
 * @param out of the joined list; names in it are then relative to it
 * @throws UsageError where there is nothing to join
 * @throws OutputError when the list cannot be written
 */
export async function mergeResults(folders: readonly string[], out: string): Promise<void> {
  let joined = 0;
  for (const { kind, told } of kinds) {
    const lists = await listsOf(folders, kind);
    if (lists.length === 0) continue;
    joined++;
    for (const folder of folders) await tellMissing(folder, kind);
    const { lines, items, path } = await joinLists(lists, kind, out);
    print(`${told(lines, items)} in ${shown(path)}`);
  }
  if (joined > 0) return;
  const names = kinds.map(({ kind }) => `${listName(kind)} or ${kind.name}-1-of-….jsonl`).join(', ');
  const commands = kinds.map(({ kind }) => `"${kind.command} -o"`).join(' or ');
  throw new UsageError(
    `no ${names} in ${folders.map(shown).join(', ')}; give the folders that ${commands} wrote`,
  );
}

interface Joined {
  lines: number;
  items: number;
  readonly path: string;
}

async function joinLists(lists: readonly List[], kind: ListKind, out: string): Promise<Joined> {
  const output = await OutputFolder.open(out);
  try {
    const name = listName(kind);
    await output.refuseForeignList(name, kind.sign);
    const lock = await lockFolder(output.path, name);
    try {
      const joined: Joined = { lines: 0, items: 0, path: join(output.path, name) };
      const staged = output.scratch();
      await pipeline(linesOf(lists, kind, output.path, joined), createWriteStream(staged)).catch(
        (error: unknown) => {
          throw outputError(joined.path, error);
        },
      );
      output.publish(staged, name);
      return joined;
    } finally {
      await lock.release();
    }
  } finally {
    await output.close();
  }
}

/** The lists in folders; parts come first, as they are newer than what was joined of them before. */
async function listsOf(folders: readonly string[], kind: ListKind): Promise<List[]> {
  const lists: List[] = [];
  for (const folder of new Set(folders.map((path) => resolve(path))))
    for (const name of await listsIn(folder, kind)) lists.push({ folder, path: join(folder, name) });
  const isWhole = ({ path }: List): boolean => path.endsWith(`${sep}${listName(kind)}`);
  return [...lists.filter((list) => !isWhole(list)), ...lists.filter(isWhole)];
}

/** Says which parts of a number of them are not there. */
async function tellMissing(folder: string, kind: ListKind): Promise<void> {
  const parts = new Map<number, Set<number>>();
  for (const name of await listsIn(folder, kind)) {
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

async function* linesOf(
  lists: readonly List[],
  kind: ListKind,
  out: string,
  joined: Joined,
): AsyncGenerator<string> {
  const taken = new Set<string>();
  for (const { folder, path } of lists) {
    const whole = await readListed(path, kind);
    for (const item of taken) whole.delete(item);
    for await (const text of wholeLines(path)) {
      const { line, listed } = readLine(text, kind) ?? {};
      if (!line || !listed) continue;
      const { key, places } = whole.get(listed.item) ?? {};
      if (key !== listed.key || places![listed.part - 1]?.join('\n') !== listed.places.join('\n')) continue;
      joined.lines++;
      yield `${JSON.stringify(moved(line, kind, folder, out))}\n`;
    }
    for (const item of whole.keys()) taken.add(item);
  }
  joined.items = taken.size;
}

/** A line whose places are relative to another folder. */
function moved(line: ListLine, { placeKeys }: ListKind, from: string, to: string): ListLine {
  const places = placeKeys
    .filter((key) => line[key] !== undefined)
    .map((key) => [key, relative(to, join(from, String(line[key]))).replaceAll('\\', '/')]);
  return { ...line, ...Object.fromEntries(places) };
}
