import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readWornFile, type HairLook } from '../src/train/worn-things.js';

const HELD_EVERY = 5;

/** A photo of whose hair somebody has told. */
export interface ToldPhoto {
  readonly path: string;
  readonly hair: HairLook;
  /** Left out of what is learned: every fifth of all photos is. */
  readonly held: boolean;
}

/** @param pairs files as `tools/worn-*.json`, and after each the folder of its photos */
export async function photosWithHair(pairs: readonly string[]): Promise<ToldPhoto[]> {
  const photos: ToldPhoto[] = [];
  let count = 0;
  for (let k = 0; k < pairs.length; k += 2) {
    const worn = readWornFile(await readFile(pairs[k]!));
    for (const [name, { hair }] of [...worn].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const held = count++ % HELD_EVERY === HELD_EVERY - 1;
      if (hair) photos.push({ path: join(pairs[k + 1]!, name), hair, held });
    }
  }
  return photos;
}
