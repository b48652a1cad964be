import { readFile } from 'node:fs/promises';
import { MeshFileError, readObj, type TriangleMesh } from '../../io/read-obj.js';
import { readPly } from '../../io/read-ply.js';

/**
 * A mesh of a file, `.obj` or `.ply`, vertices in the file's order.
 * @throws MeshFileError for anything else, with the file's name
 */
export async function readMesh(path: string): Promise<TriangleMesh> {
  try {
    const bytes = await readFile(path);
    return path.toLowerCase().endsWith('.ply') ? readPly(bytes) : readObj(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new MeshFileError(
      `${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : String((error as Error).message).split('\n')[0]}`,
      { cause: error },
    );
  }
}

/** Points that were picked in MeshLab (`.pp`), triples in the order of the file. @throws MeshFileError */
export async function readPickedPoints(path: string): Promise<number[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MeshFileError(`${path}: not readable`, { cause: error });
  });
  // No `<` in an element: else each one that does not end would be looked through to the end of the file.
  const points = [...text.matchAll(/<point\b([^<>]*)>/g)].map(([, attributes]) =>
    ['x', 'y', 'z'].map((axis) =>
      Number(new RegExp(`\\b${axis}\\s*=\\s*["']([^"']*)["']`).exec(attributes!)?.[1] ?? NaN),
    ),
  );
  if (points.length === 0 || !points.flat().every(Number.isFinite))
    throw new MeshFileError(`${path}: it holds no picked points of x, y, z; save them in MeshLab as .pp`);
  return points.flat();
}
