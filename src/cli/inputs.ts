import { stat } from 'node:fs/promises';
import { basename, extname, relative, resolve, sep } from 'node:path';
import { isInShard, type Shard } from './shard.js';
import { pictureExtensions, picturesBelow } from '../node/files/picture-files.js';

/** One picture to work on. */
export interface PhotoJob {
  /** As given, or below the given folder. */
  readonly path: string;
  /** Name of its folder in the output; unique, and the file's name without extension where that is free. */
  readonly stem: string;
}

/** An input that gave no result, with the reason in one line. */
export interface FailedInput {
  readonly path: string;
  readonly reason: string;
}

export interface Inputs {
  readonly jobs: readonly PhotoJob[];
  readonly failures: readonly FailedInput[];
  /** Whether the user named a folder or several pictures. */
  readonly batch: boolean;
}

/**
 * The pictures that the given files and folders (with their subfolders) hold, in order, each once.
 *
 * @param outputFolder left out when searching, so that pictures written earlier are not taken for photos
 * @param options.shard only this part of them, under the names that they have among all
 * @param options.except absolute paths of pictures in folders that are no photos
 * @param options.stems names of pictures, by absolute path, that they keep from an earlier run
 */
export async function findPhotos(
  paths: readonly string[],
  outputFolder: string,
  { shard, stems, except }: FindPhotosOptions = {},
): Promise<Inputs> {
  const found: string[] = [];
  const inPart = new Set<string>();
  const add = (path: string, name: string): void => {
    found.push(path);
    if (shard && isInShard(name, shard)) inPart.add(resolve(path));
  };
  const failures: FailedInput[] = [];
  let folders = 0;
  for (const path of paths) {
    try {
      // Other kinds of files, and missing ones, fail when they are read, with the reader's message.
      if (!(await stat(path)).isDirectory()) add(path, basename(path));
      else {
        folders++;
        const pictures = await picturesBelow(path, resolve(outputFolder));
        const photos = pictures.filter((picture) => except?.has(resolve(picture)) !== true);
        for (const photo of photos) add(photo, relative(path, photo));
        if (photos.length === 0)
          failures.push({
            path,
            reason: `no pictures in this folder; looked for ${[...pictureExtensions].join(' ')}`,
          });
      }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      failures.push({
        path,
        reason: code === 'ENOENT' ? 'not found; check the path' : `not readable (${code ?? String(error)})`,
      });
    }
  }
  const once = [...new Map(found.map((path) => [resolve(path), path])).values()];
  const jobs = withStems(once, stems);
  return {
    jobs: shard ? jobs.filter(({ path }) => inPart.has(resolve(path))) : jobs,
    // What cannot be looked for is told once, not by every part.
    failures: shard && shard.part > 1 ? [] : failures,
    batch: shard !== undefined || folders > 0 || paths.length > 1,
  };
}

export interface FindPhotosOptions {
  readonly shard?: Shard | undefined;
  readonly stems?: ReadonlyMap<string, string> | undefined;
  readonly except?: ReadonlySet<string> | undefined;
}

/**
 * Gives pictures of the same name different folders: `photo`, `photo-2`, …; also where only upper and lower
 * case differ. What has a name keeps it, also where other pictures have come before it.
 */
function withStems(paths: readonly string[], known: ReadonlyMap<string, string> = new Map()): PhotoJob[] {
  const taken = new Set([...known.values()].map((stem) => stem.toLowerCase()));
  return paths.map((path) => {
    const kept = known.get(resolve(path));
    if (kept !== undefined) return { path, stem: kept };
    const name = basename(path, extname(path)).replace(/^\.+/, '') || 'photo';
    let stem = name;
    for (let n = 2; taken.has(stem.toLowerCase()); n++) stem = `${name}-${n}`;
    taken.add(stem.toLowerCase());
    return { path, stem };
  });
}

/** A path as the summary shows it. */
export function shown(path: string): string {
  const here = process.cwd() + sep;
  return path.startsWith(here) ? path.slice(here.length) : path;
}
