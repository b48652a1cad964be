import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Measure } from './benchmark.js';

export interface AnnotatedPhoto {
  /** The name in the set. */
  readonly file: string;
  readonly path: string;
  /** 68 true landmarks, iBUG order, x and y in pixels. */
  readonly truth: readonly number[];
}

/** Photos for validation with 68 true landmarks in `index.json`; they are not part of the project. */
const folder = new URL('../../shared/faces/helen-validation/', import.meta.url);

/** What a benchmark says where they are not. */
export const withoutPhotos: Measure = {
  name: 'validation photos',
  value: 0,
  unit: 'sets',
  ok: true,
  note: 'skipped: not on this machine',
};

/** The photos, as many as `ROGUE_BENCH_PHOTOS` says, or all; none where they are not on this machine. */
export async function annotatedPhotos(): Promise<AnnotatedPhoto[]> {
  if (!existsSync(folder)) return [];
  const index = JSON.parse(await readFile(new URL('index.json', folder), 'utf8')) as {
    file: string;
    landmarks68: number[][];
  }[];
  return index.slice(0, Number(process.env['ROGUE_BENCH_PHOTOS'] ?? index.length)).map((one) => ({
    file: one.file,
    path: fileURLToPath(new URL(one.file, folder)),
    truth: one.landmarks68.flat(),
  }));
}
