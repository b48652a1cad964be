import { createReadStream, existsSync, rmSync } from 'node:fs';
import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { reasonNotWritten, WriteError } from './write-error.js';

/** What a line says of the run that made it; lists of older versions lack it. */
export interface ResultOrigin {
  /** Digest of the settings and of the photo's file: with the same, the same comes out. */
  readonly key: string;
  /** The photo, as it was given. */
  readonly photo: string;
  /** From 1 on, and how many the photo has. */
  readonly face: number;
  readonly faces: number;
}

/** The beginning of each line. */
export interface ListedResult {
  /** Of the face, relative to the list's folder. */
  readonly folder: string;
  readonly run?: ResultOrigin;
}

/** What a list holds of a photo whose faces are all there. */
export interface ListedPhoto {
  readonly key: string;
  /** Where its faces lie, relative to the list's folder. */
  readonly folders: readonly string[];
}

/** The list of a whole batch, and those of its parts. */
const listNames = /^results(-\d+-of-\d+)?\.jsonl$/;

export function listName(shard?: { readonly part: number; readonly of: number }): string {
  return shard ? `results-${shard.part}-of-${shard.of}.jsonl` : 'results.jsonl';
}

/** The lists in a folder, those of parts in the order of their numbers. */
export async function listsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => listNames.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/**
 * Photos of a list that are whole, by their absolute paths: what a kill has torn at the end does not count.
 */
export async function readListed(path: string): Promise<Map<string, ListedPhoto>> {
  const found = new Map<string, { key: string; faces: number; folders: string[] }>();
  for await (const line of wholeLines(path)) {
    const { folder, run } = parsed(line) ?? {};
    if (folder === undefined || !run) continue;
    const photo = resolve(run.photo);
    if (run.face === 1) found.set(photo, { key: run.key, faces: run.faces, folders: [folder] });
    else if (found.get(photo)?.key === run.key) found.get(photo)!.folders.push(folder);
  }
  return new Map([...found].filter(([, { faces, folders }]) => folders.length === faces));
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

/** A line's beginning, or nothing for a line that is none of ours. */
export function parsed(line: string): ListedResult | undefined {
  try {
    const value = JSON.parse(line) as ListedResult | null;
    if (typeof value?.folder !== 'string') return undefined;
    const { run } = value;
    const fits =
      run === undefined ||
      (typeof run.photo === 'string' &&
        typeof run.key === 'string' &&
        Number.isInteger(run.face) &&
        Number.isInteger(run.faces));
    return fits ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A list of results that grows a photo at a time. Lines of one photo are written at once; what a kill tears
 * is cut off when the list is opened again.
 */
export class ResultList {
  readonly path: string;
  #file: FileHandle | undefined;
  #end = 0;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * @param beside a free path on the same disk, for what stays of a list that is there
   * @param isKept of each of its whole lines, whether it stays; others make room for new ones
   * @throws WriteError
   */
  static async open(
    path: string,
    beside: string,
    isKept: (line: ListedResult) => boolean,
  ): Promise<ResultList> {
    const list = new ResultList(path);
    try {
      await list.#sift(beside, isKept);
    } catch (error) {
      throw list.#failure(error);
    }
    return list;
  }

  /** Adds a photo's lines. @throws WriteError; nothing is added then */
  async append(lines: readonly ListedResult[]): Promise<void> {
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    try {
      this.#file ??= await this.#opened();
      for (let at = 0; at < bytes.length;)
        at += (await this.#file.write(bytes, at, bytes.length - at, this.#end + at)).bytesWritten;
      this.#end += bytes.length;
    } catch (error) {
      await this.#file?.truncate(this.#end).catch(() => undefined);
      throw this.#failure(error);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #opened(): Promise<FileHandle> {
    const file = await open(this.path, existsSync(this.path) ? 'r+' : 'wx');
    this.#end = (await file.stat()).size;
    return file;
  }

  /** Writes the lines that stay anew, where others do not; line by line, as lists may be large. */
  async #sift(beside: string, isKept: (line: ListedResult) => boolean): Promise<void> {
    if (!existsSync(this.path)) return;
    const file = await open(beside, 'wx');
    let kept = 0;
    try {
      for await (const line of wholeLines(this.path)) {
        const listed = parsed(line);
        if (!listed || !isKept(listed)) continue;
        await file.write(`${line}\n`);
        kept++;
      }
      await file.close();
      if (kept > 0) await rename(beside, this.path);
      else rmSync(this.path);
    } finally {
      await file.close().catch(() => undefined);
      await rm(beside, { force: true });
    }
  }

  #failure(error: unknown): WriteError {
    if (error instanceof WriteError) return error;
    return new WriteError(
      `cannot write ${this.path}: ${reasonNotWritten(error)}; free some space or choose another folder with -o`,
    );
  }
}
