import { renameSync } from 'node:fs';
import { mkdir, open, readdir, rename, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OutputError, outputError } from './errors.js';
import { insideFolder } from '../node/files/inside-folder.js';
import { makeFolder } from '../node/files/make-folder.js';
import { faceFolder, ownFiles } from '../node/files/own-files.js';
import { StagingFolder } from '../node/files/staging-folder.js';

/** A file of one face's folder. */
export interface FaceFile {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/**
 * The folder that receives results. Everything is written to a hidden staging folder inside it and moved into
 * place when it is complete; {@link close} removes the staging folder, and the output folder itself if it was
 * made for nothing.
 */
export class OutputFolder {
  readonly path: string;
  readonly #staging: StagingFolder;
  readonly #created: string | undefined;

  private constructor(path: string, staging: StagingFolder, created: string | undefined) {
    this.path = path;
    this.#staging = staging;
    this.#created = created;
  }

  /** @throws OutputError when the folder cannot be made or written to */
  static async open(path: string): Promise<OutputFolder> {
    try {
      const created = await makeFolder(path);
      return new OutputFolder(path, await StagingFolder.open(path), created);
    } catch (error) {
      throw outputError(path, error);
    }
  }

  /**
   * Writes the faces of one picture as `<stem>/face-1`, `<stem>/face-2`, …, replacing those of an earlier
   * run.
   * @returns the folders, relative to the output folder
   * @throws OutputError when something is in the way, or the disk is full
   */
  async writeFaces(stem: string, faces: readonly (readonly FaceFile[])[]): Promise<string[]> {
    const names = faces.map((_, k) => `${stem}/face-${k + 1}`);
    try {
      const staged = await Promise.all(faces.map((files) => this.#stage(files)));
      await makeFolder(join(this.path, stem));
      for (const [k, folder] of staged.entries()) {
        // Stops at a folder that holds other things.
        await this.#isOwn(names[k]!);
        this.#staging.publish(folder, names[k]!);
      }
      await this.#removeFurther(stem, faces.length);
      return names;
    } catch (error) {
      throw outputError(join(this.path, stem), error);
    }
  }

  /**
   * Makes sure that a list in the folder may be replaced, before the work that fills it.
   * @param key that every line of ours has
   * @throws OutputError for a file of that name that is someone else's
   */
  async refuseForeignList(name: string, key: string): Promise<void> {
    const path = join(this.path, name);
    const line = await firstLine(path);
    if (line !== '' && !hasKey(line, key))
      throw new OutputError(
        `cannot replace ${path}: it is not of an earlier run; choose another folder with -o`,
      );
  }

  /** Writes one file beside the pictures' folders. @throws OutputError */
  async writeFile(name: string, content: string | Uint8Array): Promise<void> {
    try {
      const staged = this.#staging.next();
      await writeFile(staged, content);
      await rename(staged, insideFolder(this.path, name));
    } catch (error) {
      throw outputError(join(this.path, name), error);
    }
  }

  /** A path on the same disk that nothing else has, gone after {@link close}. */
  scratch(): string {
    return this.#staging.next();
  }

  /** Moves a file from {@link scratch} to its place beside the pictures' folders. @throws OutputError */
  publish(scratch: string, name: string): void {
    try {
      renameSync(scratch, insideFolder(this.path, name));
    } catch (error) {
      throw outputError(join(this.path, name), error);
    }
  }

  /** Removes what is not finished. */
  async close(): Promise<void> {
    await this.#staging.close();
    if (this.#created === undefined) return;
    // Only empty folders, from the output folder up to the first one that was made.
    for (
      let folder = resolve(this.path);
      folder.length >= resolve(this.#created).length;
      folder = dirname(folder)
    ) {
      if (
        !(await rmdir(folder).then(
          () => true,
          () => false,
        ))
      )
        return;
    }
  }

  /** {@link close} for signal handlers, which cannot wait; leaves empty folders. */
  abandon(): void {
    this.#staging.abandon();
  }

  async #stage(files: readonly FaceFile[]): Promise<string> {
    const folder = this.#staging.next();
    await mkdir(folder);
    for (const { name, content } of files) await writeFile(join(folder, name), content);
    return folder;
  }

  /**
   * Whether a folder exists and holds nothing but results.
   * @param name relative to the output folder
   * @throws OutputError for a folder that holds other things
   */
  async #isOwn(name: string): Promise<boolean> {
    const folder = join(this.path, name);
    let entries: string[];
    try {
      entries = await readdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    const foreign = entries.find((entry) => !ownFiles.test(entry));
    if (foreign !== undefined)
      throw new OutputError(
        `cannot replace ${folder}: it holds ${foreign}, which is no result; choose another folder with -o`,
      );
    return true;
  }

  /** Faces of an earlier run beyond the present number would be taken for faces of this one. */
  async #removeFurther(stem: string, count: number): Promise<void> {
    for (const name of await readdir(join(this.path, stem))) {
      const number = faceFolder.exec(name)?.[1];
      if (number === undefined || Number(number) <= count) continue;
      if (await this.#isOwn(`${stem}/${name}`)) this.#staging.discard(`${stem}/${name}`);
    }
  }
}

/** Lines of ours are shorter. */
const LONGEST_LINE = 1 << 20;

/** The first line of a file, or what there is of it; nothing of a file that cannot be read. */
async function firstLine(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_LINE), 0, LONGEST_LINE, 0);
    return buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0]!;
  } finally {
    await file.close();
  }
}

/** Whether a line has a key; of one that a kill has torn, its beginning must do. */
function hasKey(line: string, key: string): boolean {
  if (line.startsWith(`{"${key}":`)) return true;
  try {
    return Object.hasOwn(JSON.parse(line) as object, key);
  } catch {
    return false;
  }
}
