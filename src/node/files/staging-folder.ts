import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { insideFolder } from './inside-folder.js';
import { mayLive, ownedName, ownerOf } from './owner.js';

const prefix = '.rogue-';
/** Ending of what a result replaced, and of the text beside it that says where it lay. */
const replaced = '.replaced';
const place = '.place';

/**
 * A hidden folder beside results, in which they are made before they are moved to their place. Its name tells
 * whose it is: what processes that are gone have left is cleared by the next one.
 */
export class StagingFolder {
  readonly #folder: string;
  readonly #path: string;
  #count = 0;

  private constructor(folder: string, path: string) {
    this.#folder = folder;
    this.#path = path;
  }

  /** @param folder of the results, which is there; errors are those of the system */
  static async open(folder: string): Promise<StagingFolder> {
    await clearLeft(folder);
    const path = join(folder, `${prefix}${ownedName()}`);
    await mkdir(path);
    return new StagingFolder(folder, path);
  }

  /** A path in here that nothing else has. */
  next(): string {
    return join(this.#path, String(this.#count++));
  }

  /**
   * Moves something from here to its place: at once where nothing is there; else what is there is set aside
   * first, and the next process puts it back should this one be killed in between. Not interrupted by signals
   * that the process handles.
   * @param name of the place, relative to the folder of the results
   */
  publish(staged: string, name: string): void {
    const target = insideFolder(this.#folder, name);
    if (!existsSync(target)) {
      renameSync(staged, target);
      return;
    }
    const aside = this.next();
    writeFileSync(`${aside}${place}`, name);
    renameSync(target, `${aside}${replaced}`);
    try {
      renameSync(staged, target);
    } catch (error) {
      renameSync(`${aside}${replaced}`, target);
      throw error;
    }
  }

  /** Takes a result away. @param name of its place, relative to the folder of the results */
  discard(name: string): void {
    renameSync(insideFolder(this.#folder, name), this.next());
  }

  /** Removes what is in here. */
  async close(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }

  /** {@link close} for signal handlers, which cannot wait. */
  abandon(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}

/** Clears the staging folders of processes that are gone, and puts back what they had set aside. */
async function clearLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = name.startsWith(prefix) ? ownerOf(name.slice(prefix.length)) : undefined;
    if (!owner || mayLive(owner)) continue;
    const left = join(folder, name);
    try {
      putBack(left, folder);
      await rm(left, { recursive: true, force: true });
    } catch {
      // Someone else's, or another process clears it: no reason to stop this one.
    }
  }
}

function putBack(left: string, folder: string): void {
  for (const entry of readdirSync(left)) {
    if (!entry.endsWith(place)) continue;
    const aside = join(left, `${entry.slice(0, -place.length)}${replaced}`);
    const target = insideFolder(folder, readFileSync(join(left, entry), 'utf8'));
    if (existsSync(aside) && !existsSync(target)) renameSync(aside, target);
  }
}
