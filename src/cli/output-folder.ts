import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OutputError, outputError } from './errors.js';
import { makeFolder } from '../node/files/make-folder.js';

/** A file of one face's folder. */
export interface FaceFile {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/** Names that Rogue itself writes into a face's folder; a folder that holds others is not replaced. */
const ownFiles = /^(head\.(glb|obj|mtl)|result\.json|[A-Za-z-]+\.png)$/;

/**
 * The folder that receives results. Everything is written to a hidden staging folder inside it and moved into
 * place when it is complete; {@link close} removes the staging folder, and the output folder itself if it was
 * made for nothing.
 */
export class OutputFolder {
  readonly path: string;
  readonly #staging: string;
  readonly #created: string | undefined;
  #moves = 0;

  private constructor(path: string, staging: string, created: string | undefined) {
    this.path = path;
    this.#staging = staging;
    this.#created = created;
  }

  /** @throws OutputError when the folder cannot be made or written to */
  static async open(path: string): Promise<OutputFolder> {
    const staging = join(path, `.rogue-${process.pid}-${randomBytes(4).toString('hex')}`);
    try {
      const created = await makeFolder(path);
      await mkdir(staging);
      return new OutputFolder(path, staging, created);
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
      for (const [k, folder] of staged.entries()) await this.#publish(folder, join(this.path, names[k]!));
      await this.#removeFurther(stem, faces.length);
      return names;
    } catch (error) {
      throw outputError(join(this.path, stem), error);
    }
  }

  /** Writes one file beside the pictures' folders. @throws OutputError */
  async writeFile(name: string, content: string | Uint8Array): Promise<void> {
    try {
      const staged = join(this.#staging, name);
      await writeFile(staged, content);
      await rename(staged, join(this.path, name));
    } catch (error) {
      throw outputError(join(this.path, name), error);
    }
  }

  /** Removes what is not finished. */
  async close(): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true });
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
    rmSync(this.#staging, { recursive: true, force: true });
  }

  #temporary(): string {
    return join(this.#staging, String(this.#moves++));
  }

  async #stage(files: readonly FaceFile[]): Promise<string> {
    const folder = this.#temporary();
    await mkdir(folder);
    for (const { name, content } of files) await writeFile(join(folder, name), content);
    return folder;
  }

  async #publish(staged: string, target: string): Promise<void> {
    if (await this.#isOwn(target)) await rename(target, this.#temporary());
    await rename(staged, target);
  }

  /**
   * Whether a folder exists and holds nothing but results.
   * @throws OutputError for a folder that holds other things
   */
  async #isOwn(folder: string): Promise<boolean> {
    let entries: string[];
    try {
      entries = await readdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    const foreign = entries.find((name) => !ownFiles.test(name));
    if (foreign !== undefined)
      throw new OutputError(
        `cannot replace ${folder}: it holds ${foreign}, which is no result; choose another folder with -o`,
      );
    return true;
  }

  /** Faces of an earlier run beyond the present number would be taken for faces of this one. */
  async #removeFurther(stem: string, count: number): Promise<void> {
    for (const name of await readdir(join(this.path, stem))) {
      const number = /^face-(\d+)$/.exec(name)?.[1];
      if (number === undefined || Number(number) <= count) continue;
      const folder = join(this.path, stem, name);
      if (await this.#isOwn(folder)) await rename(folder, this.#temporary());
    }
  }
}
