import { readFile } from 'node:fs/promises';
import { checked, MeshFileError, readObj, type TriangleMesh } from '../../io/read-obj.js';

/**
 * A mesh of a file, `.obj` or `.ply`, vertices in the file's order.
 * @throws MeshFileError for anything else, with the file's name
 */
export async function readMesh(path: string): Promise<TriangleMesh> {
  try {
    const bytes = await readFile(path);
    return path.toLowerCase().endsWith('.ply')
      ? await readPly(bytes)
      : readObj(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new MeshFileError(
      `${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : String((error as Error).message).split('\n')[0]}`,
      { cause: error },
    );
  }
}

async function readPly(bytes: Uint8Array): Promise<TriangleMesh> {
  const { PLYLoader } = await import('three/addons/loaders/PLYLoader.js');
  const geometry = new PLYLoader().parse(bytes.slice().buffer);
  const positions = geometry.getAttribute('position') as { array: ArrayLike<number> } | undefined;
  if (!positions || positions.array.length === 0)
    throw new MeshFileError('it has no vertices; is it a PLY file?');
  return checked({
    positions: Float32Array.from(positions.array),
    triangles: Uint32Array.from(geometry.getIndex()?.array ?? []),
  });
}

/** Points that were picked in MeshLab (`.pp`), triples in the order of the file. @throws MeshFileError */
export async function readPickedPoints(path: string): Promise<number[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MeshFileError(`${path}: not readable`, { cause: error });
  });
  const points = [...text.matchAll(/<point\b([^>]*)>/g)].map(([, attributes]) =>
    ['x', 'y', 'z'].map((axis) =>
      Number(new RegExp(`\\b${axis}\\s*=\\s*["']([^"']*)["']`).exec(attributes!)?.[1] ?? NaN),
    ),
  );
  if (points.length === 0 || !points.flat().every(Number.isFinite))
    throw new MeshFileError(`${path}: it holds no picked points of x, y, z; save them in MeshLab as .pp`);
  return points.flat();
}
