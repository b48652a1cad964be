/** A mesh file that cannot be used. The message is one line. */
export class MeshFileError extends Error {
  override readonly name = 'MeshFileError';
}

/** Vertices and triangles, in the order of the file. */
export interface TriangleMesh {
  /** V×3. */
  readonly positions: Float32Array;
  /** T×3. */
  readonly triangles: Uint32Array;
}

/**
 * Vertices and faces of a Wavefront OBJ; polygons become fans, colours after a vertex, texture coordinates,
 * normals and materials are passed over.
 * @throws MeshFileError without vertices, for a number that is none, or a face that names a vertex that is
 *   not there
 */
export function readObj(text: string): TriangleMesh {
  const positions: number[] = [];
  const triangles: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [kind, ...words] = line.trim().split(/\s+/);
    if (kind === 'v') {
      const numbers = words.map(Number);
      if (numbers.length < 3 || !numbers.slice(0, 3).every(Number.isFinite))
        throw new MeshFileError(`line ${index + 1} is no vertex: "${line.trim().slice(0, 40)}"`);
      positions.push(numbers[0]!, numbers[1]!, numbers[2]!);
    } else if (kind === 'f') {
      const corners = words.map((word) => cornerOf(word, positions.length / 3, index));
      for (let k = 2; k < corners.length; k++) triangles.push(corners[0]!, corners[k - 1]!, corners[k]!);
    }
  }
  if (positions.length === 0) throw new MeshFileError('it has no vertices; is it an OBJ file?');
  return meshOf(positions, triangles);
}

/** `7`, `7/1/2`, or counted from the last vertex: `-1`. */
function cornerOf(word: string, count: number, line: number): number {
  const slash = word.indexOf('/');
  const number = Number(slash < 0 ? word : word.slice(0, slash));
  const corner = number < 0 ? count + number : number - 1;
  if (!Number.isInteger(corner) || corner < 0)
    throw new MeshFileError(`line ${line + 1} names a vertex that is not there: "${word.slice(0, 20)}"`);
  return corner;
}

/**
 * A mesh of numbers as they were read: checked before they are put into arrays, which would wrap what is too
 * large for them.
 * @throws MeshFileError for triangles of vertices that are not there, and for positions that are not finite
 */
export function meshOf(positions: readonly number[], triangles: readonly number[]): TriangleMesh {
  const count = positions.length / 3;
  const wrong = triangles.find((vertex) => !(Number.isInteger(vertex) && vertex >= 0 && vertex < count));
  if (wrong !== undefined) throw new MeshFileError(`a face names vertex ${wrong + 1} of ${count}`);
  const mesh = { positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles) };
  const strange = mesh.positions.findIndex((value) => !Number.isFinite(value));
  if (strange >= 0)
    throw new MeshFileError(`vertex ${Math.floor(strange / 3) + 1} is no finite point; export it again`);
  return mesh;
}
