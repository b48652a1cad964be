import type { Hanging } from './hanging.js';
import type { Place, SkinFace } from './skin-mesh.js';

/** A vertex as a weighed sum of others. */
type Stencil = ReadonlyMap<number, number>;

/** A skin with some of its quads cut in four. */
export interface Refined {
  readonly faces: SkinFace[];
  readonly uvs: Place[];
  /** The new vertices, numbered from `first` on; they hang on vertices of the skin before. */
  readonly finer: readonly Stencil[];
}

/** Quads whose edges' middles lie farther than this off the curve through their neighbours, mm, are cut. */
const LEAST_OFF_MM = 0.3;
/** Curves go on at a vertex if they turn less than this (cosine) and edges' lengths are within this ratio. */
const LEAST_COSINE = 0.3;
const LARGEST_RATIO = 2.5;

/**
 * Cuts the quads in four where the surface bends most between its vertices, which stay where they are: new
 * vertices on edges lie on the cubic through four vertices in a row (Dyn, Levin & Gregory 1987), those in the
 * middle of quads on the Coons patch between these curves. Quads beside are cut so that there are no gaps.
 *
 * @param faces quads; others are left as they are
 * @param positions V×3, mm
 * @param mayCut whether a quad may be cut
 * @param first number of the first new vertex
 */
export function refined(
  faces: readonly SkinFace[],
  uvs: readonly Place[],
  positions: ArrayLike<number>,
  mayCut: (quad: readonly number[]) => boolean,
  first: number,
): Refined {
  const curves = curvesOf(faces, positions);
  const cut = facesToCut(faces, positions, mayCut, curves);
  const finer: Stencil[] = [];
  const outUvs = [...uvs];
  const middles = new Map<string, number>();
  const uvMiddles = new Map<string, number>();
  const once = (cache: Map<string, number>, a: number, b: number, make: () => number): number => {
    const name = key(a, b);
    let value = cache.get(name);
    if (value === undefined) cache.set(name, (value = make()));
    return value;
  };
  const splitEdges = new Set(
    [...cut].flatMap((f) => faces[f]!.vertices.map((a, k, all) => key(a, all[(k + 1) % 4]!))),
  );
  const middleOf = (face: SkinFace, k: number): Corner | undefined => {
    const next = (k + 1) % face.vertices.length;
    const [a, b] = [face.vertices[k]!, face.vertices[next]!];
    if (!splitEdges.has(key(a, b))) return undefined;
    const vertex = once(middles, a, b, () => first + finer.push(curves(a, b)) - 1);
    const [p, q] = [face.uvs[k]!, face.uvs[next]!];
    const uv = once(uvMiddles, p, q, () => outUvs.push(between([outUvs[p]!, outUvs[q]!])) - 1);
    return { vertex, uv, ...between2(face, [k, next]) };
  };
  const out = faces.flatMap((face, f): SkinFace[] => {
    if (face.vertices.length !== 4) return [face];
    const corners = face.vertices.map((_, k) => cornerOf(face, k));
    const edges = corners.map((_, k) => middleOf(face, k));
    if (!cut.has(f)) return besides(corners, edges, face);
    const stencil = coons(face.vertices, curves);
    const centre: Corner = {
      vertex: first + finer.push(stencil) - 1,
      uv: outUvs.push(between(face.uvs.map((uv) => outUvs[uv]!))) - 1,
      ...between2(face, [0, 1, 2, 3]),
    };
    return corners.map((corner, k) => faceOf([corner, edges[k]!, centre, edges[(k + 3) % 4]!]));
  });
  // Pairs of triangles that are a quad's come first.
  const quads = out.filter(({ vertices }) => vertices.length === 4);
  return { faces: [...quads, ...out.filter(({ vertices }) => vertices.length !== 4)], uvs: outUvs, finer };
}

interface Corner {
  readonly vertex: number;
  readonly uv: number;
  readonly flat: Place | undefined;
  readonly body: Place | undefined;
}

const key = (a: number, b: number): string => (a < b ? `${a},${b}` : `${b},${a}`);

const between = (places: readonly Place[]): Place => [
  places.reduce((sum, [x]) => sum + x, 0) / places.length,
  places.reduce((sum, [, y]) => sum + y, 0) / places.length,
];

const between2 = ({ flat, body }: SkinFace, ks: readonly number[]): Pick<Corner, 'flat' | 'body'> => ({
  flat: flat && between(ks.map((k) => flat[k]!)),
  body: body && between(ks.map((k) => body[k]!)),
});

const cornerOf = (face: SkinFace, k: number): Corner => ({
  vertex: face.vertices[k]!,
  uv: face.uvs[k]!,
  flat: face.flat?.[k],
  body: face.body?.[k],
});

function faceOf(corners: readonly Corner[]): SkinFace {
  const all = <T>(pick: (corner: Corner) => T | undefined): T[] | undefined => {
    const values = corners.map(pick);
    return values.every((value) => value !== undefined) ? values : undefined;
  };
  return {
    vertices: corners.map(({ vertex }) => vertex),
    uvs: corners.map(({ uv }) => uv),
    flat: all(({ flat }) => flat),
    body: all(({ body }) => body),
  };
}

/** An uncut quad, some of whose edges its neighbours have split: at most two of them. */
function besides(c: readonly Corner[], m: readonly (Corner | undefined)[], face: SkinFace): SkinFace[] {
  const split = [0, 1, 2, 3].filter((k) => m[k]);
  if (split.length === 0) return [face];
  const at = (k: number): Corner => c[k % 4]!;
  const [k, other] = split as [number, number | undefined];
  if (other === undefined)
    return [
      faceOf([m[k]!, at(k + 1), at(k + 2)]),
      faceOf([m[k]!, at(k + 2), at(k + 3)]),
      faceOf([m[k]!, at(k + 3), at(k)]),
    ];
  if (other - k === 2)
    return [faceOf([at(k), m[k]!, m[other]!, at(k + 3)]), faceOf([m[k]!, at(k + 1), at(k + 2), m[other]!])];
  // Neighbouring edges: `from` comes before the corner that they share.
  const from = other - k === 1 ? k : other;
  const to = (from + 1) % 4;
  return [
    faceOf([m[from]!, at(from + 1), m[to]!]),
    faceOf([at(from), m[from]!, at(from + 3)]),
    faceOf([m[from]!, m[to]!, at(from + 3)]),
    faceOf([m[to]!, at(from + 2), at(from + 3)]),
  ];
}

/** The middle of the curve over an edge, from the vertices in a row with it. */
type Curves = (a: number, b: number) => Stencil;

function curvesOf(faces: readonly SkinFace[], p: ArrayLike<number>): Curves {
  const near = new Map<number, Set<number>>();
  const around = new Map<number, number[]>();
  faces.forEach(({ vertices }, f) =>
    vertices.forEach((a, k) => {
      const b = vertices[(k + 1) % vertices.length]!;
      near.set(a, (near.get(a) ?? new Set<number>()).add(b));
      near.set(b, (near.get(b) ?? new Set<number>()).add(a));
      around.set(a, [...(around.get(a) ?? []), f]);
    }),
  );
  const span = (a: number, b: number): number[] => [0, 1, 2].map((i) => p[b * 3 + i]! - p[a * 3 + i]!);
  /** The vertex that goes on from a beyond b, if the surface is an even grid there. */
  const beyond = (a: number, b: number): number | undefined => {
    const quads = around.get(b)!;
    if (near.get(b)!.size !== 4 || quads.length !== 4) return undefined;
    const beside = new Set(
      quads.filter((f) => faces[f]!.vertices.includes(a)).flatMap((f) => faces[f]!.vertices),
    );
    const [next] = [...near.get(b)!].filter((v) => !beside.has(v));
    if (next === undefined) return undefined;
    const [to, on] = [span(a, b), span(b, next)];
    const [length, other] = [Math.hypot(...to), Math.hypot(...on)];
    const cosine = to.reduce((sum, value, i) => sum + value * on[i]!, 0) / (length * other);
    const ratio = Math.max(length / other, other / length);
    return cosine < LEAST_COSINE || ratio > LARGEST_RATIO ? undefined : next;
  };
  return (a, b) => {
    const [before, after] = [beyond(b, a), beyond(a, b)];
    const out = new Map<number, number>();
    const [left, right] = [before !== undefined, after !== undefined];
    out.set(a, left === right ? (left ? 9 / 16 : 1 / 2) : left ? 3 / 4 : 3 / 8);
    out.set(b, left === right ? (left ? 9 / 16 : 1 / 2) : right ? 3 / 4 : 3 / 8);
    const share = left && right ? -1 / 16 : -1 / 8;
    if (before !== undefined) out.set(before, share);
    if (after !== undefined) out.set(after, share);
    return out;
  };
}

/** The middle of the patch between the curves over a quad's edges (Coons 1967). */
function coons(quad: readonly number[], curves: Curves): Stencil {
  const out = new Map<number, number>();
  const add = (vertex: number, weight: number): void => {
    out.set(vertex, (out.get(vertex) ?? 0) + weight);
  };
  quad.forEach((a, k) => {
    for (const [v, weight] of curves(a, quad[(k + 1) % 4]!)) add(v, weight / 2);
    add(a, -1 / 4);
  });
  return new Map([...out].filter(([, weight]) => weight !== 0));
}

function facesToCut(
  faces: readonly SkinFace[],
  p: ArrayLike<number>,
  mayCut: (quad: readonly number[]) => boolean,
  curves: Curves,
): Set<number> {
  const off = (a: number, b: number): number =>
    Math.hypot(
      ...[0, 1, 2].map((axis) => {
        let sum = -(p[a * 3 + axis]! + p[b * 3 + axis]!) / 2;
        for (const [v, weight] of curves(a, b)) sum += weight * p[v * 3 + axis]!;
        return sum;
      }),
    );
  const may = faces.map(({ vertices }) => vertices.length === 4 && mayCut(vertices));
  const cut = new Set<number>();
  faces.forEach(({ vertices }, f) => {
    // Rounded, so that left and right are treated alike.
    if (
      may[f] &&
      vertices.some((a, k) => Math.round(1e5 * off(a, vertices[(k + 1) % 4]!)) > 1e5 * LEAST_OFF_MM)
    )
      cut.add(f);
  });
  const facesAt = new Map<string, number[]>();
  faces.forEach(({ vertices }, f) =>
    vertices.forEach((a, k) => {
      const edge = key(a, vertices[(k + 1) % vertices.length]!);
      facesAt.set(edge, [...(facesAt.get(edge) ?? []), f]);
    }),
  );
  for (let grown = true; grown;) {
    grown = false;
    faces.forEach(({ vertices }, f) => {
      if (cut.has(f) || vertices.length !== 4) return;
      const split = vertices.filter((a, k) =>
        facesAt.get(key(a, vertices[(k + 1) % 4]!))!.some((other) => cut.has(other)),
      );
      if (split.length < 3) return;
      cut.add(f);
      grown = true;
    });
  }
  return cut;
}

/** Vertices of stencils as ones that hang on base vertices. */
export function hangingFiner(finer: readonly Stencil[], baseOf: (vertex: number) => number): Hanging {
  return {
    references: finer.map((stencil) => [...stencil.keys()].map(baseOf)),
    weights: finer.map((stencil) => [...stencil.values()]),
    offsets: finer.map(() => [0, 0, 0]),
  };
}
