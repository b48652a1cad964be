import type { HeadCut } from './head-cut.js';
import type { BaseMesh } from './makehuman-source.js';

/** What lies below the head's skin in the base mesh: neck, collar bones, shoulders. */
export interface BustCut {
  /** Base vertices below the head's edge, ring after ring, the rim last. */
  readonly baseVertices: readonly number[];
  /** Rings from the head's edge to each of them, 1…RINGS. */
  readonly ringOf: readonly number[];
  /** Base vertices of each quad; the first ring of quads shares the head's edge. */
  readonly quads: readonly (readonly number[])[];
  /** Texture coordinates of the quads' corners in the body's skin textures, u right, v up. */
  readonly bodyUvs: readonly (readonly (readonly [number, number])[])[];
  /** The last ring in its order, anticlockwise seen from above, from the middle of the back. */
  readonly rim: readonly number[];
  /** Base vertices along the middle of the back, from the rim up to the head's edge. */
  readonly spine: readonly number[];
}

/** So many rings of vertices reach from the head's edge over the collar bones to the shoulders. */
export const RINGS = 8;
/** Vertices this near to the middle, mm, lie in it. */
const IN_THE_MIDDLE = 0.5;

/** Takes the rings of quads below the head from the base mesh. */
export function cutBust(mesh: BaseMesh, cut: HeadCut): BustCut {
  const inHead = cut.headVertexOf;
  const below = mesh.quads.filter(
    ({ group, vertices }) => group === 'body' && vertices.some((v) => !inHead.has(v)),
  );
  const near = edgesOf(below.map(({ vertices }) => vertices));
  const ringOf = new Map<number, number>();
  let front = [...new Set(below.flatMap(({ vertices }) => vertices.filter((v) => inHead.has(v))))];
  for (const v of front) ringOf.set(v, 0);
  const baseVertices: number[] = [];
  for (let ring = 1; ring <= RINGS; ring++) {
    // By quads: rings by edges would step from one row of the mesh's grid to the next.
    const reached = below.filter(({ vertices }) => vertices.some((v) => ringOf.get(v) === ring - 1));
    const next = new Set(reached.flatMap(({ vertices }) => vertices.filter((v) => !ringOf.has(v))));
    for (const v of next) ringOf.set(v, ring);
    front = [...next].sort((a, b) => a - b);
    baseVertices.push(...front);
  }
  const kept = below.filter(({ vertices }) => vertices.every((v) => ringOf.has(v)));
  const quads = kept.map(({ vertices }) => vertices);
  const rim = orderedRim(mesh, new Set(front), quads);
  return {
    baseVertices,
    ringOf: baseVertices.map((v) => ringOf.get(v)!),
    quads,
    bodyUvs: kept.map(({ uvs }) => uvs.map((uv) => [mesh.uvs[uv * 2]!, mesh.uvs[uv * 2 + 1]!])),
    rim,
    spine: spineFrom(mesh, rim[0]!, near, ringOf),
  };
}

function edgesOf(quads: readonly (readonly number[])[]): Map<number, number[]> {
  const near = new Map<number, Set<number>>();
  const add = (a: number, b: number): void => {
    near.set(a, (near.get(a) ?? new Set<number>()).add(b));
  };
  for (const quad of quads)
    quad.forEach((a, k) => {
      const b = quad[(k + 1) % 4]!;
      add(a, b);
      add(b, a);
    });
  return new Map([...near].map(([v, set]) => [v, [...set]]));
}

/** The last ring along its edges, in the direction in which its quads have them. */
function orderedRim(
  mesh: BaseMesh,
  members: ReadonlySet<number>,
  quads: readonly (readonly number[])[],
): number[] {
  const next = new Map<number, number>();
  const count = new Map<string, number>();
  const key = (a: number, b: number) => (a < b ? `${a},${b}` : `${b},${a}`);
  for (const quad of quads)
    quad.forEach((a, k) => {
      const edge = key(a, quad[(k + 1) % 4]!);
      count.set(edge, (count.get(edge) ?? 0) + 1);
    });
  for (const quad of quads)
    quad.forEach((a, k) => {
      const b = quad[(k + 1) % 4]!;
      if (members.has(a) && members.has(b) && count.get(key(a, b)) === 1) next.set(a, b);
    });
  const middle = [...members].filter((v) => Math.abs(mesh.vertices[v * 3]!) < IN_THE_MIDDLE);
  const start = middle.sort((a, b) => mesh.vertices[a * 3 + 2]! - mesh.vertices[b * 3 + 2]!)[0];
  if (start === undefined) throw new Error('bust: the last ring has no vertex in the middle of the back');
  const rim = [start];
  for (let v = next.get(start); v !== start; v = next.get(v)) {
    if (v === undefined || rim.length > members.size) throw new Error('bust: the last ring is no loop');
    rim.push(v);
  }
  if (rim.length !== members.size) throw new Error('bust: the last ring is more than one loop');
  return rim;
}

/** The way up the middle of the back to the head's edge. */
function spineFrom(
  mesh: BaseMesh,
  start: number,
  near: ReadonlyMap<number, readonly number[]>,
  ringOf: ReadonlyMap<number, number>,
): number[] {
  const spine = [start];
  while (ringOf.get(spine.at(-1)!) !== 0) {
    const last = spine.at(-1)!;
    const up = near
      .get(last)!
      .find(
        (w) =>
          Math.abs(mesh.vertices[w * 3]!) < IN_THE_MIDDLE && (ringOf.get(w) ?? Infinity) < ringOf.get(last)!,
      );
    if (up === undefined) throw new Error('bust: no way up the middle of the back');
    spine.push(up);
  }
  return spine;
}
