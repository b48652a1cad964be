import type { BaseMesh } from './makehuman-source.js';

/** The head's surface cut out of the body: three kinds of UV islands. */
export type IslandName = 'skin' | 'mouthCavity' | 'leftSocket' | 'rightSocket';

export interface HeadCut {
  /** Base vertex of each head vertex. */
  readonly baseVertices: readonly number[];
  /** Head vertex of a base vertex. */
  readonly headVertexOf: ReadonlyMap<number, number>;
  /** Island of each head vertex. */
  readonly islandOf: readonly IslandName[];
  /** Triangles over head vertices, T×3. */
  readonly triangles: Uint32Array;
  /** Triangles over texture coordinates, T×3. */
  readonly uvTriangles: Uint32Array;
  /** Texture coordinates in the body's skin textures, u right, v up, U×2. */
  readonly bodyUvs: Float32Array;
  /** Texture coordinates in the head atlas, origin top left, U×2. */
  readonly uvs: Float32Array;
}

/** The head begins here in the base mesh, mm above the body's origin: lower islands belong to the body. */
const LOWEST_HEAD_MM = 610;

class DisjointSets {
  private readonly parent: Int32Array;
  constructor(count: number) {
    this.parent = Int32Array.from({ length: count }, (_, index) => index);
  }
  find(item: number): number {
    let root = item;
    while (this.parent[root] !== root) root = this.parent[root] = this.parent[this.parent[root]!]!;
    return root;
  }
  join(a: number, b: number): void {
    this.parent[this.find(a)] = this.find(b);
  }
}

type Quad = BaseMesh['quads'][number];

/** UV islands of the body surface that lie wholly in the head, by name. */
function headIslands(mesh: BaseMesh): Map<IslandName, Quad[]> {
  const body = mesh.quads.filter((quad) => quad.group === 'body');
  const sets = new DisjointSets(mesh.uvs.length / 2);
  for (const quad of body) for (const uv of quad.uvs.slice(1)) sets.join(quad.uvs[0]!, uv);
  const islands = new Map<number, Quad[]>();
  for (const quad of body) {
    const root = sets.find(quad.uvs[0]!);
    const island = islands.get(root);
    if (island) island.push(quad);
    else islands.set(root, [quad]);
  }
  const named = new Map<IslandName, Quad[]>();
  for (const quads of islands.values()) {
    const vertices = quads.flatMap((quad) => quad.vertices);
    if (vertices.some((vertex) => mesh.vertices[vertex * 3 + 1]! < LOWEST_HEAD_MM)) continue;
    const x = vertices.map((vertex) => mesh.vertices[vertex * 3]!);
    const name: IslandName =
      quads.length > 1000
        ? 'skin'
        : Math.max(...x) < 0
          ? 'rightSocket'
          : Math.min(...x) > 0
            ? 'leftSocket'
            : 'mouthCavity';
    if (named.has(name)) throw new Error(`head cut: two islands look like ${name}`);
    named.set(name, quads);
  }
  if (named.size !== 4)
    throw new Error(`head cut: expected 4 islands, found ${[...named.keys()].join(', ')}`);
  return named;
}

/** Where an island goes in the atlas: origin top left, before the margin is taken off. */
const PLACES: Record<
  Exclude<IslandName, 'skin'>,
  readonly [x: number, y: number, width: number, height: number]
> = {
  mouthCavity: [0.01, 0.87, 0.165, 0.12],
  rightSocket: [0.2, 0.9, 0.07, 0.09],
  leftSocket: [0.29, 0.9, 0.07, 0.09],
};
/** Share of the atlas' height that the skin takes. */
const SKIN_HEIGHT = 0.86;
const MARGIN = 0.004;

/** Spreads the face over the back of the head: slope 1 + k at the middle, 1 / (1 + k) at the seam. */
function widen(t: number, k = 1.6): number {
  return (t * (1 + k)) / (1 + k * t);
}

/** Gives the face's height more texels than the scalp's. */
function lower(t: number): number {
  return 0.4 * t + 0.6 * t * t;
}

interface Bounds {
  readonly u0: number;
  readonly u1: number;
  readonly v0: number;
  readonly v1: number;
}

function boundsOf(quads: readonly Quad[], uvs: ArrayLike<number>): Bounds {
  const u = quads.flatMap((quad) => quad.uvs.map((uv) => uvs[uv * 2]!));
  const v = quads.flatMap((quad) => quad.uvs.map((uv) => uvs[uv * 2 + 1]!));
  return { u0: Math.min(...u), u1: Math.max(...u), v0: Math.min(...v), v1: Math.max(...v) };
}

/**
 * Maps the body's texture coordinates to the head atlas. The body atlas holds the face lying on its side
 * (crown at small u, the subject's left at small v); here it stands upright and gets most of the texels.
 */
function atlasPoint(name: IslandName, bounds: Bounds, u: number, v: number): [number, number] {
  const s = (u - bounds.u0) / (bounds.u1 - bounds.u0);
  const t = (v - bounds.v0) / (bounds.v1 - bounds.v0);
  if (name !== 'skin') {
    const [x, y, width, height] = PLACES[name];
    return [x + s * width, y + (1 - t) * height];
  }
  const side = 2 * t - 1;
  const x = 0.5 + 0.5 * Math.sign(side) * widen(Math.abs(side)) * (1 - 2 * MARGIN);
  return [x, MARGIN + lower(s) * (SKIN_HEIGHT - 2 * MARGIN)];
}

/** Cuts the head out of the base mesh and lays out its texture atlas. */
export function cutHead(mesh: BaseMesh): HeadCut {
  const islands = headIslands(mesh);
  const headVertexOf = new Map<number, number>();
  const uvOf = new Map<number, number>();
  const baseVertices: number[] = [];
  const islandOf: IslandName[] = [];
  const triangles: number[] = [];
  const uvTriangles: number[] = [];
  const bodyUvs: number[] = [];
  const uvs: number[] = [];
  for (const name of ['skin', 'mouthCavity', 'rightSocket', 'leftSocket'] as const) {
    const quads = islands.get(name)!;
    const bounds = boundsOf(quads, mesh.uvs);
    for (const quad of quads) {
      const corners = quad.vertices.map((vertex, k) => {
        let head = headVertexOf.get(vertex);
        if (head === undefined) {
          headVertexOf.set(vertex, (head = baseVertices.length));
          baseVertices.push(vertex);
          islandOf.push(name);
        }
        let uv = uvOf.get(quad.uvs[k]!);
        if (uv === undefined) {
          uvOf.set(quad.uvs[k]!, (uv = uvs.length / 2));
          const [u, v] = [mesh.uvs[quad.uvs[k]! * 2]!, mesh.uvs[quad.uvs[k]! * 2 + 1]!];
          bodyUvs.push(u, v);
          uvs.push(...atlasPoint(name, bounds, u, v));
        }
        return [head, uv] as const;
      });
      for (const k of [
        [0, 1, 2],
        [0, 2, 3],
      ]) {
        for (const corner of k) {
          triangles.push(corners[corner]![0]);
          uvTriangles.push(corners[corner]![1]);
        }
      }
    }
  }
  return {
    baseVertices,
    headVertexOf,
    islandOf,
    triangles: Uint32Array.from(triangles),
    uvTriangles: Uint32Array.from(uvTriangles),
    bodyUvs: Float32Array.from(bodyUvs),
    uvs: Float32Array.from(uvs),
  };
}
