import { stat } from 'node:fs/promises';
import { basename, extname, resolve, sep } from 'node:path';
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
 */
export async function findPhotos(paths: readonly string[], outputFolder: string): Promise<Inputs> {
  const found: string[] = [];
  const failures: FailedInput[] = [];
  let folders = 0;
  for (const path of paths) {
    try {
      // Other kinds of files, and missing ones, fail when they are read, with the reader's message.
      if (!(await stat(path)).isDirectory()) found.push(path);
      else {
        folders++;
        const photos = await picturesBelow(path, resolve(outputFolder));
        found.push(...photos);
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
  return { jobs: withStems(once), failures, batch: folders > 0 || paths.length > 1 };
}

/**
 * Gives pictures of the same name different folders: `photo`, `photo-2`, …; also where only upper and lower
 * case differ.
 */
function withStems(paths: readonly string[]): PhotoJob[] {
  const taken = new Set<string>();
  return paths.map((path) => {
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
