import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from '../node/files/folder-lock.js';
import {
  listName,
  listsIn,
  readListed,
  ResultList,
  type ListedItem,
  type ListKind,
} from '../node/files/result-list.js';
import { exitCodes, messageOf } from './errors.js';
import { shown, type FailedInput, type PhotoJob } from './inputs.js';
import { OutputFolder } from './output-folder.js';
import type { PhotoMakers } from './photo-makers.js';
import { createProgress } from './progress.js';
import type { Shard } from './shard.js';
import { complain } from './terminal.js';

/** Work on many photos, whose results a list tells as they come. */
export interface PhotoBatch<Made> {
  readonly kind: ListKind;
  readonly out: string;
  readonly shard?: Shard | undefined;
  /** Makes anew what an earlier run has made. */
  readonly again?: boolean | undefined;
  /** Digest of all that decides what comes of a photo. */
  readonly settings: string;
  /** What a photo is called in lists. */
  itemOf(job: PhotoJob): string;
  /** Called once, only when there is something to make. */
  makers(): PhotoMakers<Made>;
  /**
   * Writes what was made, and tells the list.
   * @throws OutputError, WriteError
   */
  write(done: WrittenPhoto<Made>): Promise<void>;
  /** What is said of a photo that is done, such as `2 faces`. */
  told(made: Made): string;
}

/** A photo that is done, and where it goes. */
export interface WrittenPhoto<Made> {
  readonly job: PhotoJob;
  readonly made: Made;
  readonly output: OutputFolder;
  readonly list: ResultList;
  /** Digest of settings and file, for the lines. */
  readonly key: string;
}

export interface BatchOutcome {
  readonly failures: readonly FailedInput[];
  /** Photos that an earlier run had done. */
  readonly done: readonly PhotoJob[];
}

/** What the lists of earlier runs hold, those of other parts as well: their names are taken. */
export async function listedIn(folder: string, kind: ListKind): Promise<Map<string, ListedItem>> {
  const listed = new Map<string, ListedItem>();
  for (const name of await listsIn(folder, kind))
    for (const [item, one] of await readListed(join(folder, name), kind)) listed.set(item, one);
  return listed;
}

/**
 * Makes what no earlier run has made with these settings, and goes on past photos that fail.
 * @param listed what {@link listedIn} found
 * @throws OutputError, WriteError when results cannot be written; what makes them fails to load
 */
export async function runBatch<Made>(
  jobs: readonly PhotoJob[],
  listed: ReadonlyMap<string, ListedItem>,
  batch: PhotoBatch<Made>,
): Promise<BatchOutcome> {
  const { kind, shard } = batch;
  const output = await OutputFolder.open(batch.out);
  const name = listName(kind, shard);
  const open: { list?: ResultList; abandonLock?: () => void } = {};
  const progress = createProgress(jobs.length);
  const stopWatching = onInterrupt(() => {
    progress.stop();
    open.list?.close();
    open.abandonLock?.();
    output.abandon();
  });
  let makers: PhotoMakers<Made> | undefined;
  try {
    await output.refuseForeignList(name, kind.sign);
    const lock = await lockFolder(output.path, name);
    open.abandonLock = () => {
      lock.abandon();
    };
    try {
      const todo = await planned(jobs, listed, batch);
      const anew = new Set(todo.map((job) => batch.itemOf(job)));
      const list = await ResultList.open(
        join(output.path, name),
        output.scratch(),
        kind,
        ({ item }) => !anew.has(item),
      );
      open.list = list;
      const done = jobs.filter((job) => !anew.has(batch.itemOf(job)));
      if (done.length > 0)
        complain(`${done.length} of ${jobs.length} pictures were done before; --again does them anew`);
      for (const { path } of done) progress.done(`${shown(path)}: done before`);
      const failures: FailedInput[] = [];
      if (todo.length > 0) {
        makers = batch.makers();
        for await (const { job, made, key } of inOrder(todo, makers, batch.settings)) {
          if (made instanceof Error) {
            // Without networks no other picture fares better.
            if (!(await makers.isReady())) throw made;
            failures.push({ path: job.path, reason: messageOf(made) });
            progress.done(`${shown(job.path)}: ${messageOf(made)}`);
            continue;
          }
          await batch.write({ job, made, output, list, key });
          progress.done(`${shown(job.path)}: ${batch.told(made)}`);
        }
      }
      return { failures, done };
    } finally {
      open.list?.close();
      await lock.release();
    }
  } finally {
    progress.stop();
    stopWatching();
    await output.close();
    await makers?.release();
  }
}

/** What no earlier run has made with these settings of these files. */
async function planned(
  jobs: readonly PhotoJob[],
  listed: ReadonlyMap<string, ListedItem>,
  { again, out, settings, itemOf }: PhotoBatch<unknown>,
): Promise<PhotoJob[]> {
  const todo: PhotoJob[] = [];
  for (const job of jobs) {
    const known = again ? undefined : listed.get(itemOf(job));
    const stays =
      known !== undefined &&
      (await areThere(out, known.places.flat())) &&
      known.key === (await keyOf(job, settings).catch(() => undefined));
    if (!stays) todo.push(job);
  }
  return todo;
}

async function areThere(folder: string, places: readonly string[]): Promise<boolean> {
  for (const place of places)
    if (
      !(await stat(join(folder, place)).then(
        () => true,
        () => false,
      ))
    )
      return false;
  return true;
}

/** Digest of the settings and of a photo's file as it is now. */
async function keyOf({ path }: PhotoJob, settings: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return digest(`${settings} ${size} ${mtimeMs}`);
}

/** Short enough for every line of a list. */
export function digest(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 24);
}

interface Finished<Made> {
  readonly job: PhotoJob;
  readonly made: Made | Error;
  readonly key: string;
}

/** What is made of photos, in their order, some photos ahead. */
async function* inOrder<Made>(
  todo: readonly PhotoJob[],
  makers: PhotoMakers<Made>,
  settings: string,
): AsyncGenerator<Finished<Made>> {
  const begin = async (job: PhotoJob): Promise<Finished<Made>> => {
    // Before the photo is read: one that changes meanwhile is another the next time.
    const key = await keyOf(job, settings).catch(() => '');
    return { job, key, made: await makers.make(job) };
  };
  const begun: Promise<Finished<Made>>[] = [];
  for (const job of todo) {
    begun.push(begin(job));
    if (begun.length === makers.ahead) yield await begun.shift()!;
  }
  for (const one of begun) yield await one;
}

/** Tells at the end which inputs gave no result. @returns whether all did */
export function tellFailures(failures: readonly FailedInput[]): boolean {
  if (failures.length > 1) complain(`${failures.length} inputs gave no result:`);
  for (const { path, reason } of failures)
    complain(`${failures.length > 1 ? '  ' : 'rogue: '}${shown(path)}: ${reason}`);
  return failures.length === 0;
}

/** Runs `clean` and ends the process at Ctrl-C or a termination request. @returns stops watching */
export function onInterrupt(clean: () => void): () => void {
  const end = (): never => {
    clean();
    complain('rogue: interrupted; finished pictures are kept, unfinished ones left nothing behind');
    process.exit(exitCodes.interrupted);
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return () => {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  };
}
