import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { version } from '../fit/version.js';
import { lockFolder } from '../node/files/folder-lock.js';
import { listName, listsIn, readListed, ResultList, type ListedPhoto } from '../node/files/result-list.js';
import { exitCodes, messageOf, UsageError } from './errors.js';
import { makersHere, makersInWorkers, type HeadMakers } from './head-makers.js';
import { findPhotos, shown, type FailedInput, type PhotoJob } from './inputs.js';
import type { HeadSettings, MadeHead, Reconstructor } from './make-heads.js';
import { OutputFolder } from './output-folder.js';
import { createProgress } from './progress.js';
import type { Shard } from './shard.js';
import { complain, print } from './terminal.js';

export interface ReconstructFlags extends HeadSettings {
  readonly out: string;
  readonly network?: string;
  readonly shard?: Shard;
  /** How many photos are worked on at a time. Default 1. */
  readonly jobs?: number;
  /** Makes anew what an earlier run has made. */
  readonly again?: boolean;
}

async function loadFromPackage({ network }: Pick<ReconstructFlags, 'network'>): Promise<Reconstructor> {
  const [{ loadRogue }, { engineHere }] = await Promise.all([
    import('../node.js'),
    import('../runtime/node.js'),
  ]);
  const { engine, reason } = engineHere();
  if (engine === 'wasm' && process.stderr.isTTY)
    complain(`rogue: computing in WebAssembly; native code is faster (${reason}).`);
  return loadRogue(network === undefined ? {} : { regressor: network });
}

/**
 * Reconstructs every face of the given pictures and folders and writes the results; goes on past pictures
 * that fail and lists them at the end. Of a batch, what an earlier run has made with the same settings stays
 * as it is.
 *
 * @param load makes the reconstructor; called only when there are pictures to work on
 * @returns whether every input gave a result
 * @throws OutputError when results cannot be written: then nothing more is tried
 */
export async function reconstructPhotos(
  paths: readonly string[],
  flags: ReconstructFlags,
  load = loadFromPackage,
): Promise<boolean> {
  const listed = await listedIn(flags.out);
  const {
    jobs,
    failures: missing,
    batch,
  } = await findPhotos(paths, flags.out, {
    shard: flags.shard,
    stems: new Map([...listed].map(([photo, { folders }]) => [photo, stemOf(folders[0]!)])),
  });
  if (flags.box && jobs.length + missing.length > 1)
    throw new UsageError('--box is for one photo; give each photo its own call');
  const failures: FailedInput[] = [...missing];
  if (jobs.length > 0) {
    const run = batch ? reconstructBatch(jobs, listed, flags, load) : reconstructOne(jobs[0]!, flags, load);
    failures.push(...(await run));
  }
  if (failures.length > 1) complain(`${failures.length} inputs gave no result:`);
  for (const { path, reason } of failures)
    complain(`${failures.length > 1 ? '  ' : 'rogue: '}${shown(path)}: ${reason}`);
  return failures.length === 0;
}

/** What the lists of earlier runs hold, those of other parts as well: their names are taken. */
async function listedIn(out: string): Promise<Map<string, ListedPhoto>> {
  const listed = new Map<string, ListedPhoto>();
  for (const name of await listsIn(out))
    for (const [photo, one] of await readListed(join(out, name))) listed.set(photo, one);
  return listed;
}

/** The name of a photo's folder, of that of a face. */
const stemOf = (folder: string): string => folder.split('/')[0]!;

async function reconstructOne(
  job: PhotoJob,
  flags: ReconstructFlags,
  load: typeof loadFromPackage,
): Promise<FailedInput[]> {
  const output = await OutputFolder.open(flags.out);
  const stopWatching = onInterrupt(() => {
    output.abandon();
  });
  const makers = makersHere(flags, () => load(flags));
  try {
    const made = await makers.make(job.path);
    if (made instanceof Error) {
      if (!(await makers.isReady())) throw made;
      return [{ path: job.path, reason: messageOf(made) }];
    }
    announce(output.path, await writeHeads(output, job, made), made);
    return [];
  } finally {
    stopWatching();
    await output.close();
    await makers.release();
  }
}

async function reconstructBatch(
  jobs: readonly PhotoJob[],
  listed: ReadonlyMap<string, ListedPhoto>,
  flags: ReconstructFlags,
  load: typeof loadFromPackage,
): Promise<FailedInput[]> {
  const output = await OutputFolder.open(flags.out);
  const name = listName(flags.shard);
  let abandon = (): void => {
    output.abandon();
  };
  const stopWatching = onInterrupt(() => {
    abandon();
  });
  const progress = createProgress(jobs.length);
  let makers: HeadMakers | undefined;
  let list: ResultList | undefined;
  try {
    await output.refuseForeignList(name, 'folder');
    const lock = await lockFolder(output.path, name);
    abandon = () => {
      progress.stop();
      output.abandon();
      lock.abandon();
    };
    try {
      const { todo, keyOf } = await plan(jobs, listed, flags);
      const anew = new Set(todo.map(({ path }) => resolve(path)));
      list = await ResultList.open(
        join(output.path, name),
        output.scratch(),
        ({ run }) => run !== undefined && !anew.has(resolve(run.photo)),
      );
      const done = jobs.filter(({ path }) => !anew.has(resolve(path)));
      if (done.length > 0)
        complain(`${done.length} of ${jobs.length} pictures were done before; --again does them anew`);
      let heads = done.reduce((sum, { path }) => sum + listed.get(resolve(path))!.folders.length, 0);
      for (const { path } of done) progress.done(`${shown(path)}: done before`);
      if (jobs.length === 1 && done.length === 1)
        for (const folder of listed.get(resolve(done[0]!.path))!.folders)
          print(shown(join(output.path, folder)));
      const failures: FailedInput[] = [];
      if (todo.length > 0) {
        const { jobs: threads = 1 } = flags;
        makers =
          threads > 1 ? makersInWorkers(workerSetup(flags), threads) : makersHere(flags, () => load(flags));
      }
      for await (const { job, made, key } of inOrder(todo, makers, keyOf)) {
        if (made instanceof Error) {
          // Without networks no other picture fares better.
          if (!(await makers!.isReady())) throw made;
          failures.push({ path: job.path, reason: messageOf(made) });
          progress.done(`${shown(job.path)}: ${messageOf(made)}`);
          continue;
        }
        const folders = await writeHeads(output, job, made);
        await list.append(
          made.map(({ result }, k) => ({
            folder: folders[k]!,
            run: { key, photo: job.path, face: k + 1, faces: made.length },
            ...result,
          })),
        );
        heads += made.length;
        progress.done(`${shown(job.path)}: ${made.length === 1 ? '1 face' : `${made.length} faces`}`);
        if (jobs.length === 1) announce(output.path, folders, made);
      }
      progress.stop();
      if (jobs.length > 1)
        print(
          `${heads} heads from ${jobs.length - failures.length} of ${jobs.length} pictures in ${shown(output.path)}`,
        );
      return failures;
    } finally {
      await list?.close();
      await lock.release();
    }
  } finally {
    progress.stop();
    stopWatching();
    await output.close();
    await makers?.release();
  }
}

interface Plan {
  /** What no earlier run has made with these settings. */
  readonly todo: readonly PhotoJob[];
  /** Digest of the settings and of a photo's file as it is now. */
  keyOf(job: PhotoJob): Promise<string>;
}

async function plan(
  jobs: readonly PhotoJob[],
  listed: ReadonlyMap<string, ListedPhoto>,
  flags: ReconstructFlags,
): Promise<Plan> {
  const settings = await digestOf(flags);
  const keyOf = async ({ path }: PhotoJob): Promise<string> => {
    const { size, mtimeMs } = await stat(path);
    return hash(`${settings} ${size} ${mtimeMs}`);
  };
  const todo: PhotoJob[] = [];
  for (const job of jobs) {
    const known = flags.again ? undefined : listed.get(resolve(job.path));
    const stays =
      known?.folders.every((folder) => existsSync(join(flags.out, folder))) === true &&
      known.key === (await keyOf(job).catch(() => undefined));
    if (!stays) todo.push(job);
  }
  return { todo, keyOf };
}

/** Of all that decides what comes of a photo. */
async function digestOf({ network, ...flags }: ReconstructFlags): Promise<string> {
  const {
    format,
    texture,
    avatar,
    vrm,
    textureSize,
    maxFaces,
    focal35mm,
    minFace,
    minScore,
    method,
    box,
    hair,
  } = flags;
  const own = network === undefined ? undefined : await readFile(network).catch(() => new Uint8Array());
  return hash(
    JSON.stringify([
      version,
      format.toSorted(),
      ...[texture, avatar, vrm, textureSize, maxFaces, focal35mm, minFace, minScore, method, box, hair],
      own && hash(own),
    ]),
  );
}

function hash(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 24);
}

const workerSetup = ({ network, ...flags }: ReconstructFlags) => {
  const { format, texture, avatar, vrm, textureSize, maxFaces, focal35mm, minFace, minScore, method, hair } =
    flags;
  const settings: HeadSettings = {
    ...{ format, texture },
    ...(avatar && { avatar }),
    ...(vrm && { vrm }),
    ...(textureSize !== undefined && { textureSize }),
    ...(maxFaces !== undefined && { maxFaces }),
    ...(focal35mm !== undefined && { focal35mm }),
    ...(minFace !== undefined && { minFace }),
    ...(minScore !== undefined && { minScore }),
    ...(method !== undefined && { method }),
    ...(hair !== undefined && { hair }),
  };
  return { settings, network };
};

/** What came of a photo. */
interface Finished {
  readonly job: PhotoJob;
  readonly made: readonly MadeHead[] | Error;
  readonly key: string;
}

/** The heads of photos in their order, some photos ahead. */
async function* inOrder(
  todo: readonly PhotoJob[],
  makers: HeadMakers | undefined,
  keyOf: Plan['keyOf'],
): AsyncGenerator<Finished> {
  if (!makers) return;
  const begin = async (job: PhotoJob): Promise<Finished> => {
    // Before the photo is read: one that changes meanwhile is another the next time.
    const key = await keyOf(job).catch(() => '');
    return { job, key, made: await makers.make(job.path) };
  };
  const begun: Promise<Finished>[] = [];
  for (const job of todo) {
    begun.push(begin(job));
    if (begun.length === makers.ahead) yield await begun.shift()!;
  }
  for (const one of begun) yield await one;
}

function writeHeads(output: OutputFolder, job: PhotoJob, made: readonly MadeHead[]): Promise<string[]> {
  return output.writeFaces(
    job.stem,
    made.map(({ files }) => files),
  );
}

function announce(outputFolder: string, folders: readonly string[], made: readonly MadeHead[]): void {
  made.forEach(({ result }, k) => {
    print(shown(join(outputFolder, folders[k]!)));
    for (const warning of result.warnings) complain(`note on ${basename(folders[k]!)}: ${warning}`);
  });
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
