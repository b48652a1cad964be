import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { inflateSync } from 'node:zlib';
import { z } from 'zod';
import { EvaluationError } from '../../evaluate/report.js';
import { readPts } from '../../io/landmark-file.js';
import { readMat } from '../../io/mat.js';
import { insideFolder } from '../files/inside-folder.js';
import { picturesBelow } from '../files/picture-files.js';

const indexSchema = z.array(
  z.object({
    file: z.string(),
    landmarks68: z
      .array(z.tuple([z.number(), z.number()]))
      .length(68)
      .optional(),
  }),
);

/** A picture with what a file says of it. */
export interface Annotated {
  readonly path: string;
  readonly id: string;
  /** Pairs, pixels. */
  readonly landmarks68: readonly number[] | undefined;
  readonly slices: Readonly<Record<string, string>>;
}

/**
 * The photos of a folder or an `index.json`, with what files say of them.
 * @throws EvaluationError for a file that cannot be read or is not what it should be
 */
export async function annotatedPhotos(path: string): Promise<Annotated[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => {
      throw new EvaluationError(`cannot read ${path}; name a folder with photos, or an index.json`);
    },
  );
  const index = isFolder ? join(path, 'index.json') : path;
  const listed = await stat(index).then(
    () => readIndex(index),
    (error: unknown) => {
      if (!isFolder) throw error;
      return undefined;
    },
  );
  if (listed) return listed;
  const photos: Annotated[] = [];
  // One after the other: the annotations of all of them need not be in memory at once.
  for (const file of await picturesBelow(path))
    photos.push({ path: file, id: relative(path, file), ...(await annotationBeside(file)) });
  return photos;
}

async function readIndex(path: string): Promise<Annotated[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new EvaluationError(`${path} is not JSON; expected a list of {file, landmarks68}`, {
      cause: error,
    });
  }
  const parsed = indexSchema.safeParse(value);
  if (!parsed.success)
    throw new EvaluationError(
      `${path}: ${parsed.error.issues[0]!.path.join('.') || 'content'}: ${parsed.error.issues[0]!.message}; expected a list of {file, landmarks68}`,
    );
  return parsed.data.map(({ file, landmarks68 }) => ({
    path: readable(path, () => insideFolder(dirname(path), file)),
    id: file,
    landmarks68: landmarks68?.flat(),
    slices: {},
  }));
}

/** Landmarks of a `.pts` or `.mat` of the same name. */
async function annotationBeside(picture: string): Promise<Pick<Annotated, 'landmarks68' | 'slices'>> {
  const stem = picture.slice(0, picture.length - (basename(picture).match(/\.\w+$/)?.[0].length ?? 0));
  const read = (ending: string): Promise<Uint8Array | undefined> =>
    readFile(`${stem}${ending}`).catch(() => undefined);
  const pts = await read('.pts');
  if (pts)
    return { landmarks68: of68(`${stem}.pts`, () => readPts(new TextDecoder().decode(pts))), slices: {} };
  const mat = await read('.mat');
  if (!mat) return { landmarks68: undefined, slices: {} };
  const matrices = readable(`${stem}.mat`, () =>
    readMat(mat, (bytes, maxOutputLength) => inflateSync(bytes, { maxOutputLength })),
  );
  const points = matrices.get('pt3d_68');
  const pose = matrices.get('Pose_Para');
  if (points?.shape[1] !== 68)
    throw new EvaluationError(`${stem}.mat has no pt3d_68 of 68 points; use AFLW2000-3D's files`);
  const yaw = pose ? Math.abs((pose.data[1]! * 180) / Math.PI) : undefined;
  // MATLAB counts pixels from 1 (docs/conventions.md).
  const landmarks68 = Array.from({ length: 136 }, (_, i) => points.data[(i % 2) * 68 + (i >> 1)]! - 0.5);
  if (![...landmarks68, yaw ?? 0].every(Number.isFinite))
    throw new EvaluationError(`${stem}.mat holds numbers that are not finite; remove it, or copy it again`);
  return {
    landmarks68,
    slices: yaw === undefined ? {} : { yaw: yawBin(yaw) },
  };
}

/** @throws EvaluationError with the file's name */
export function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new EvaluationError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

function of68(path: string, read: () => number[]): number[] {
  const points = readable(path, read);
  if (points.length !== 136)
    throw new EvaluationError(`${path} has ${points.length / 2} points; expected 68`);
  return points;
}

/** The usual thirds of a quarter turn, degrees. */
export const yawBin = (yaw: number): string => (yaw <= 30 ? '0–30°' : yaw <= 60 ? '30–60°' : '60–90°');
