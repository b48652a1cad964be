import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { version } from '../fit/version.js';
import { pictureItem, pictureList, type PictureOrigin } from '../node/files/list-kinds.js';
import { listsIn, placesIn, unlistedFiles, type ListedItem } from '../node/files/result-list.js';
import { OutputError, outputError } from './errors.js';
import { findPhotos, shown, type PhotoJob } from './inputs.js';
import {
  corruptedPictures,
  corruptTools,
  type CorruptSettings,
  type MadePicture,
} from './make-corruptions.js';
import type { Reconstructor } from './make-heads.js';
import { digest, listedIn, runBatch, tellFailures, type WrittenPhoto } from './photo-batch.js';
import { makersHere, makersInWorkers } from './photo-makers.js';
import type { Shard } from './shard.js';
import { print } from './terminal.js';

export interface CorruptFlags extends CorruptSettings {
  readonly out: string;
  readonly shard?: Shard;
  /** How many photos are worked on at a time. Default 1. */
  readonly jobs?: number;
  /** Makes anew what an earlier run has made. */
  readonly again?: boolean;
}

/**
 * Writes corrupted versions of the faces of the given pictures and folders; goes on past pictures that fail
 * and lists them at the end. What an earlier run has made with the same settings stays as it is, and so does
 * what other protocols have made.
 *
 * @param load makes the reconstructor; called only when there are pictures to work on
 * @returns whether every input gave a result
 * @throws OutputError when results cannot be written: then nothing more is tried
 */
export async function corruptPhotos(
  paths: readonly string[],
  flags: CorruptFlags,
  load: () => Promise<Reconstructor> = async () => (await import('../node.js')).loadRogue(),
): Promise<boolean> {
  const { out, shard, again, jobs: threads = 1, protocol } = flags;
  const listed = await listedIn(out, pictureList);
  const known = await ownPictures(out);
  const { jobs, failures: missing } = await findPhotos(paths, out, {
    shard,
    stems: stemsOf(listed),
    except: new Set([...known].map((name) => resolve(out, name))),
  });
  if (jobs.length === 0) return tellFailures(missing);
  const settings = settingsOf(flags);
  const itemOf = ({ path }: PhotoJob): string => pictureItem(path, protocol);
  let pictures = 0;
  const { failures, done } = await runBatch<readonly MadePicture[]>(jobs, listed, {
    kind: pictureList,
    ...{ out, shard, again, itemOf },
    settings: digest(JSON.stringify([version, settings])),
    makers: () =>
      threads > 1
        ? makersInWorkers(new URL('./corrupt-worker.js', import.meta.url), settings, threads)
        : makersHere(
            () => corruptTools(load),
            (tools, photo) => corruptedPictures(tools, photo, settings),
          ),
    async write(photo) {
      await writePictures(photo, known);
      pictures += photo.made.length;
    },
    told: (made) => `${made.length} pictures`,
  });
  for (const job of done) pictures += listed.get(itemOf(job))!.places.length;
  const good = jobs.length - failures.length;
  if (pictures > 0) print(`${pictures} pictures from ${good} of ${jobs.length} photos in ${shown(out)}`);
  return tellFailures([...missing, ...failures]);
}

/** All that decides what comes of a photo, in one order. */
function settingsOf({ protocol, perImage, seed, format, coverage, allFaces }: CorruptFlags): CorruptSettings {
  return {
    ...{ protocol, perImage, seed, format },
    ...(coverage !== undefined && { coverage }),
    ...(allFaces && { allFaces }),
  };
}

/** Names of pictures that earlier runs have left in the output folder. */
async function ownPictures(folder: string): Promise<Set<string>> {
  const names = new Set<string>();
  for (const name of await listsIn(folder, pictureList)) {
    const list = join(folder, name);
    for await (const place of placesIn(list, pictureList)) names.add(place);
    for (const place of unlistedFiles(list, pictureList)) names.add(place);
  }
  return names;
}

/** Names of photos, by absolute path, that their pictures have in a list. */
function stemsOf(listed: ReadonlyMap<string, ListedItem>): Map<string, string> {
  return new Map(
    [...listed].map(([item, { places }]) => [
      item.slice(item.indexOf(' ') + 1),
      posix.basename(places[0]![0]!).replace(/-[a-z]+-\d+\.[a-z]+$/, ''),
    ]),
  );
}

/**
 * Writes all pictures of a photo, and their lines.
 * @param known names of pictures that may be replaced
 * @throws OutputError for a file that is someone else's
 */
async function writePictures(
  { job, made, output, list, key }: WrittenPhoto<readonly MadePicture[]>,
  known: ReadonlySet<string>,
): Promise<void> {
  const staged: { readonly path: string; readonly name: string }[] = [];
  for (const { name, content } of made.flatMap(({ files }) => files)) {
    const place = join(output.path, name);
    if (!known.has(name) && existsSync(place))
      throw new OutputError(
        `cannot replace ${place}: it is not of an earlier run; choose another folder with -o`,
      );
    const path = output.scratch();
    await writeFile(path, content).catch((error: unknown) => {
      throw outputError(place, error);
    });
    staged.push({ path, name });
  }
  list.announce(staged.map(({ name }) => name));
  for (const { path, name } of staged) output.publish(path, name);
  list.append(
    made.map(({ line: { protocol, source, file, ...line } }, k) => ({
      ...{ protocol, source, file },
      run: { key, photo: job.path, picture: k + 1, pictures: made.length } satisfies PictureOrigin,
      ...line,
    })),
  );
}
