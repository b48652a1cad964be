import { mirrorVertices } from './carry.js';
import type { HeadCut, IslandName } from './head-cut.js';
import { quadsOf } from './smooth-field.js';

type Point = readonly [number, number];

/** Where the pockets behind mouth and eyes lie in the atlas: left, top, width, height. */
const PLACES: Record<Exclude<IslandName, 'skin'>, readonly [number, number, number, number]> = {
  mouthCavity: [0.4, 0.94, 0.2, 0.054],
  rightSocket: [0.32, 0.94, 0.06, 0.054],
  leftSocket: [0.62, 0.94, 0.06, 0.054],
};

/**
 * Faces of the pockets and their places in the atlas; left and right are mirror images.
 * @param positions head vertices, mm, symmetric
 */
export function layPockets(
  cut: HeadCut,
  positions: ArrayLike<number>,
): {
  /** Which of the cut's quads each face is. */
  readonly quads: number[];
  readonly faces: number[][];
  readonly uvFaces: number[][];
  readonly uvs: Point[];
} {
  const mirror = mirrorVertices(positions, cut.baseVertices.length);
  const quads = quadsOf(cut.triangles);
  const uvQuads = quadsOf(cut.uvTriangles);
  const out: { quads: number[]; faces: number[][]; uvFaces: number[][]; uvs: Point[] } = {
    quads: [],
    faces: [],
    uvFaces: [],
    uvs: [],
  };
  for (const name of Object.keys(PLACES) as Exclude<IslandName, 'skin'>[]) {
    // Vertices on the rim count as skin.
    const own = quads.flatMap((quad, q) => (islandOfQuad(cut, quad) === name ? [q] : []));
    const cells = new Map<number, Point>();
    for (const uv of own.flatMap((q) => uvQuads[q]!)) cells.set(uv, [cut.uvs[uv * 2]!, cut.uvs[uv * 2 + 1]!]);
    const index = new Map<number, number>();
    for (const [uv, place] of inBox([...cells], PLACES[name])) {
      index.set(uv, out.uvs.length);
      out.uvs.push(place);
    }
    for (const q of own) {
      out.quads.push(q);
      out.faces.push(quads[q]!);
      out.uvFaces.push(uvQuads[q]!.map((uv) => index.get(uv)!));
    }
  }
  return { ...out, uvs: evened(out, mirror) };
}

function islandOfQuad(cut: HeadCut, quad: readonly number[]): IslandName {
  return quad.map((v) => cut.islandOf[v]!).find((island) => island !== 'skin') ?? 'skin';
}

function inBox(
  cells: readonly (readonly [uv: number, Point])[],
  [x, y, width, height]: readonly [number, number, number, number],
): [number, Point][] {
  const us = cells.map(([, [u]]) => u);
  const vs = cells.map(([, [, v]]) => v);
  const [u0, u1, v0, v1] = [Math.min(...us), Math.max(...us), Math.min(...vs), Math.max(...vs)];
  return cells.map(([uv, [u, v]]) => [
    uv,
    [x + (width * (u - u0)) / (u1 - u0), y + (height * (v - v0)) / (v1 - v0)],
  ]);
}

/** The mean of a layout and its mirror image. */
function evened(
  { faces, uvFaces, uvs }: { faces: number[][]; uvFaces: number[][]; uvs: Point[] },
  mirror: Int32Array,
): Point[] {
  const key = (face: readonly number[]): string => [...face].sort((a, b) => a - b).join();
  const faceOf = new Map(faces.map((face, f) => [key(face), f]));
  const out = [...uvs];
  faces.forEach((face, f) => {
    const opposite = faceOf.get(key(face.map((v) => mirror[v]!)));
    if (opposite === undefined) return;
    face.forEach((v, k) => {
      const other = uvs[uvFaces[opposite]![faces[opposite]!.indexOf(mirror[v]!)]!]!;
      const own = uvs[uvFaces[f]![k]!]!;
      out[uvFaces[f]![k]!] = [(own[0] + 1 - other[0]) / 2, (own[1] + other[1]) / 2];
    });
  });
  return out;
}
