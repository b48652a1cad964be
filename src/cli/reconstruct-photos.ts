import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { version } from '../fit/version.js';
import { faceList, type FaceOrigin } from '../node/files/list-kinds.js';
import type { ListedItem } from '../node/files/result-list.js';
import { messageOf, UsageError } from './errors.js';
import { findPhotos, shown, type FailedInput, type PhotoJob } from './inputs.js';
import {
  headMaker,
  type HeadSettings,
  type HeadWorkerSetup,
  type MadeHead,
  type Reconstructor,
} from './make-heads.js';
import { OutputFolder } from './output-folder.js';
import { overlaysInWorker } from './overlay-drawer.js';
import { digest, listedIn, onInterrupt, runBatch, tellFailures } from './photo-batch.js';
import { makersHere, makersInWorkers } from './photo-makers.js';
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

async function loadFromPackage({
  network,
  format,
}: Pick<ReconstructFlags, 'network' | 'format'>): Promise<Reconstructor> {
  const overlays = format.includes('png') ? overlaysInWorker() : undefined;
  const [{ loadRogue }, { engineHere }] = await Promise.all([
    import('../node/load-rogue.js'),
    import('../runtime/node.js'),
  ]);
  const { engine, reason } = engineHere();
  if (engine === 'wasm' && process.stderr.isTTY)
    complain(`rogue: computing in WebAssembly; native code is faster (${reason}).`);
  try {
    const rogue = await loadRogue(network === undefined ? {} : { regressor: network });
    return {
      model: rogue.model,
      ...(overlays && { overlays }),
      reconstruct: (photo, options) => rogue.reconstruct(photo, options),
      whyNoFace: (photo, options) => rogue.whyNoFace(photo, options),
      async release() {
        await Promise.all([rogue.release(), overlays?.release()]);
      },
    };
  } catch (error) {
    await overlays?.release();
    throw error;
  }
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
  const listed = await listedIn(flags.out, faceList);
  const {
    jobs,
    failures: missing,
    batch,
  } = await findPhotos(paths, flags.out, {
    shard: flags.shard,
    stems: new Map([...listed].map(([photo, { places }]) => [photo, stemOf(places[0]![0]!)])),
  });
  if (flags.box && jobs.length + missing.length > 1)
    throw new UsageError('--box is for one photo; give each photo its own call');
  const failures: FailedInput[] = [...missing];
  if (jobs.length > 0) {
    const run = batch ? reconstructBatch(jobs, listed, flags, load) : reconstructOne(jobs[0]!, flags, load);
    failures.push(...(await run));
  }
  return tellFailures(failures);
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
  const makers = makersHere(() => load(flags), headMaker(flags));
  try {
    const made = await makers.make(job);
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
  listed: ReadonlyMap<string, ListedItem>,
  flags: ReconstructFlags,
  load: typeof loadFromPackage,
): Promise<readonly FailedInput[]> {
  const { out, shard, again, jobs: threads = 1 } = flags;
  const single = jobs.length === 1;
  let heads = 0;
  const { failures, done } = await runBatch<readonly MadeHead[]>(jobs, listed, {
    kind: faceList,
    ...{ out, shard, again },
    settings: await digestOf(flags),
    itemOf,
    makers: () =>
      threads > 1
        ? makersInWorkers(new URL('./reconstruct-worker.js', import.meta.url), workerSetup(flags), threads)
        : makersHere(() => load(flags), headMaker(flags)),
    async write({ job, made, output, list, key }) {
      const folders = await writeHeads(output, job, made);
      list.append(
        made.map(({ result }, k) => ({
          folder: folders[k]!,
          run: { key, photo: job.path, face: k + 1, faces: made.length } satisfies FaceOrigin,
          ...result,
        })),
      );
      heads += made.length;
      if (single) announce(output.path, folders, made);
    },
    told: (made) => (made.length === 1 ? '1 face' : `${made.length} faces`),
  });
  for (const job of done) {
    const folders = listed.get(itemOf(job))!.places.flat();
    heads += folders.length;
    if (single) for (const folder of folders) print(shown(join(out, folder)));
  }
  const good = jobs.length - failures.length;
  if (!single) print(`${heads} heads from ${good} of ${jobs.length} pictures in ${shown(out)}`);
  return failures;
}

const itemOf = ({ path }: PhotoJob): string => resolve(path);

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
  return digest(
    JSON.stringify([
      version,
      format.toSorted(),
      ...[texture, avatar, vrm, textureSize, maxFaces, focal35mm, minFace, minScore, method, box, hair],
      own && digest(own),
    ]),
  );
}

const workerSetup = ({ network, ...flags }: ReconstructFlags): HeadWorkerSetup => {
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
