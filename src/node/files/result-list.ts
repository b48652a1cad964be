import { closeSync, createReadStream, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { ftruncateSync, fstatSync, writeFileSync, writeSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { insideFolder } from './inside-folder.js';
import { reasonNotWritten, WriteError } from './write-error.js';

/** What one line of a list stands for. */
export interface Listed {
  /** What the list is about: a photo, a face of some data. Several lines may be of one. */
  readonly item: string;
  /** Digest of settings and data: with the same, the same comes out. */
  readonly key: string;
  /** Which of the item's lines it is, from 1 on, and how many there are. */
  readonly part: number;
  readonly parts: number;
  /** What belongs to the line: files or folders, relative to the list's folder. */
  readonly places: readonly string[];
}

/** A kind of list. */
export interface ListKind {
  /** Of the files, without what tells the part and the ending. */
  readonly name: string;
  /** What makes such lists, for messages. */
  readonly command: string;
  /** The first key of each line, which lines of others hardly have. */
  readonly sign: string;
  /** The keys of a line that hold places. */
  readonly placeKeys: readonly string[];
  /** Whether a place is a file beside the list that goes when its line does. */
  isOwnFile(place: string): boolean;
  /** What a line stands for; nothing for one of others, or of older versions. */
  read(line: object): Listed | undefined;
}

/** A line of a list: any object. */
export type ListLine = Readonly<Record<string, unknown>>;

/** What a list holds of an item whose lines are all there. */
export interface ListedItem {
  readonly key: string;
  /** Of each line. */
  readonly places: readonly (readonly string[])[];
}

export function listName({ name }: ListKind, shard?: { readonly part: number; readonly of: number }): string {
  return shard ? `${name}-${shard.part}-of-${shard.of}.jsonl` : `${name}.jsonl`;
}

/** The lists of a kind in a folder, those of parts in the order of their numbers. */
export async function listsIn(folder: string, { name }: ListKind): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const wanted = new RegExp(`^${name}(-\\d+-of-\\d+)?\\.jsonl$`);
  return names.filter((one) => wanted.test(one)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** All places that a list tells of, also those of lines that older versions wrote. */
export async function* placesIn(path: string, kind: ListKind): AsyncGenerator<string> {
  for await (const text of wholeLines(path)) {
    const { line } = readLine(text, kind) ?? {};
    for (const key of line ? kind.placeKeys : []) {
      const place = line![key];
      if (typeof place === 'string') yield place;
    }
  }
}

/** The items of a list that are whole: what a kill has torn at the end does not count. */
export async function readListed(path: string, kind: ListKind): Promise<Map<string, ListedItem>> {
  const found = new Map<string, { key: string; parts: number; places: (readonly string[])[] }>();
  for await (const line of wholeLines(path)) {
    const listed = readLine(line, kind)?.listed;
    if (!listed) continue;
    const { item, key, part, parts, places } = listed;
    if (part === 1) found.set(item, { key, parts, places: [places] });
    else if (found.get(item)?.key === key) found.get(item)!.places.push(places);
  }
  return new Map([...found].filter(([, { parts, places }]) => places.length === parts));
}

/** The lines of a file that end as lines do; none where there is no file. */
export async function* wholeLines(path: string): AsyncGenerator<string> {
  if (!existsSync(path)) return;
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, end)]).toString();
      rest = [];
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
}
const NEWLINE = 10;

/** A line and what it stands for; nothing for one that no list of this kind has. */
export function readLine(
  text: string,
  kind: ListKind,
): { readonly line: ListLine; readonly listed: Listed | undefined } | undefined {
  try {
    const line = JSON.parse(text) as ListLine | null;
    if (line === null || typeof line !== 'object' || !Object.hasOwn(line, kind.sign)) return undefined;
    return { line, listed: kind.read(line) };
  } catch {
    return undefined;
  }
}

/** Where a list keeps the names of files that are being put in their place. */
const pendingOf = (path: string): string => join(dirname(path), `.rogue-unlisted-${basename(path)}`);

/** Files that a killed process may have put in their place without a line: names, beside the list. */
export function unlistedFiles(path: string, kind: ListKind): string[] {
  try {
    const names = JSON.parse(readFileSync(pendingOf(path), 'utf8')) as unknown;
    return Array.isArray(names)
      ? names.filter((name) => typeof name === 'string' && kind.isOwnFile(name))
      : [];
  } catch {
    return [];
  }
}

/**
 * A list that grows an item at a time. Lines of one item are written at once; what a kill tears is cut off
 * when the list is opened again, and files without a line go.
 */
export class ResultList {
  readonly path: string;
  readonly #kind: ListKind;
  #file: number | undefined;
  #end = 0;
  #pending: readonly string[] = [];

  private constructor(path: string, kind: ListKind) {
    this.path = path;
    this.#kind = kind;
  }

  /**
   * @param beside a free path on the same disk, for what stays of a list that is there
   * @param isKept of each of its whole lines, whether it stays; others make room for new ones
   * @throws WriteError
   */
  static async open(
    path: string,
    beside: string,
    kind: ListKind,
    isKept: (line: Listed) => boolean,
  ): Promise<ResultList> {
    const list = new ResultList(path, kind);
    try {
      await list.#sift(beside, isKept);
    } catch (error) {
      throw list.#failure(error);
    }
    return list;
  }

  /**
   * Tells which files are put in their place before {@link append} tells of them, so that they are known for
   * ours after a kill in between. @param names relative to the list's folder @throws WriteError
   */
  announce(names: readonly string[]): void {
    try {
      writeFileSync(pendingOf(this.path), JSON.stringify(names));
      this.#pending = names;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /**
   * Adds an item's lines, in one go: no signal that the process handles comes in between.
   * @throws WriteError; nothing is added then
   */
  append(lines: readonly ListLine[]): void {
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    try {
      this.#file ??= this.#opened();
      for (let at = 0; at < bytes.length;)
        at += writeSync(this.#file, bytes, at, bytes.length - at, this.#end + at);
      this.#end += bytes.length;
    } catch (error) {
      this.#cut();
      throw this.#failure(error);
    }
    this.#settle();
  }

  close(): void {
    this.#removePending();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #opened(): number {
    const file = openSync(this.path, existsSync(this.path) ? 'r+' : 'wx');
    this.#end = fstatSync(file).size;
    return file;
  }

  #cut(): void {
    try {
      if (this.#file !== undefined) ftruncateSync(this.#file, this.#end);
    } catch {
      // The torn line is cut off when the list is opened again.
    }
  }

  /** Files that have no line yet go, as at Ctrl-C. */
  #removePending(): void {
    for (const name of this.#pending) rmSync(insideFolder(dirname(this.path), name), { force: true });
    this.#settle();
  }

  #settle(): void {
    if (this.#pending.length > 0) rmSync(pendingOf(this.path), { force: true });
    this.#pending = [];
  }

  /** Writes the lines that stay anew, where others do not; line by line, as lists may be large. */
  async #sift(beside: string, isKept: (line: Listed) => boolean): Promise<void> {
    const kept = new Set<string>();
    const gone: string[] = [];
    if (existsSync(this.path)) {
      let lines = 0;
      const file = await open(beside, 'wx');
      try {
        for await (const text of wholeLines(this.path)) {
          const listed = readLine(text, this.#kind)?.listed;
          const stays = listed !== undefined && isKept(listed);
          if (stays) {
            await file.write(`${text}\n`);
            lines++;
          }
          for (const place of listed?.places ?? [])
            if (!this.#kind.isOwnFile(place)) continue;
            else if (stays) kept.add(place);
            else gone.push(place);
        }
      } finally {
        await file.close();
      }
      if (gone.length > 0) this.announce([...gone, ...unlistedFiles(this.path, this.#kind)]);
      if (lines > 0) await rename(beside, this.path);
      else rmSync(this.path);
      await rm(beside, { force: true });
    }
    const left = new Set([...gone, ...unlistedFiles(this.path, this.#kind)]);
    this.#pending = [...left].filter((name) => !kept.has(name));
    this.#removePending();
    rmSync(pendingOf(this.path), { force: true });
  }

  #failure(error: unknown): WriteError {
    if (error instanceof WriteError) return error;
    return new WriteError(
      `cannot write ${this.path}: ${reasonNotWritten(error)}; free some space or choose another folder with -o`,
    );
  }
}
