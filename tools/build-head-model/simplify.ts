import type { FittedPart } from './parts.js';

/** A symmetric 4×4 matrix by its upper triangle: squared distances to planes. */
type Quadric = Float64Array;

/** A triangle's corners: vertices and texture coordinates. */
interface Triangle {
  readonly vertices: [number, number, number];
  readonly uvs: [number, number, number];
}

/** How much open edges count, beside the planes of triangles. */
const BORDER = 4;
/** Normals turn by less than this (cosine) when vertices are joined. */
const LEAST_COSINE = 0.2;

/**
 * A part with fewer triangles: vertices are joined with neighbours where the surface changes least (Garland &
 * Heckbert 1997), which stay where they are, so that what is left hangs on the same base vertices. Seams of
 * the texture are kept.
 *
 * @param positions of the part's vertices, V×3, mm
 * @param most triangles that are left
 * @param importance of a triangle by its middle and its normal, both of three numbers
 */
export function simplified(
  part: FittedPart,
  positions: ArrayLike<number>,
  most: number,
  importance: (middle: readonly number[], normal: readonly number[]) => number = () => 1,
): FittedPart {
  const mesh = new Collapsing(part, positions, importance);
  while (mesh.count > most && mesh.pass(most));
  return mesh.result(part);
}

class Collapsing {
  private readonly triangles = new Map<number, Triangle>();
  private readonly around: Set<number>[];
  private readonly quadrics: Quadric[];

  constructor(
    { triangles, uvTriangles, references }: FittedPart,
    private readonly p: ArrayLike<number>,
    private readonly importance: (middle: readonly number[], normal: readonly number[]) => number,
  ) {
    this.around = references.map(() => new Set<number>());
    this.quadrics = references.map(() => new Float64Array(10));
    for (let t = 0; t < triangles.length / 3; t++) {
      const pick = (from: Uint32Array): [number, number, number] => [
        from[t * 3]!,
        from[t * 3 + 1]!,
        from[t * 3 + 2]!,
      ];
      this.triangles.set(t, { vertices: pick(triangles), uvs: pick(uvTriangles) });
      for (const v of pick(triangles)) this.around[v]!.add(t);
    }
    for (const { vertices } of this.triangles.values()) this.addPlanes(vertices);
  }

  get count(): number {
    return this.triangles.size;
  }

  /** Joins the cheapest pairs, each vertex at most once. @returns whether any were joined */
  pass(most: number): boolean {
    const pairs = [...this.edges()]
      .map(([a, b]) => ({ a, b, cost: this.cost(a, b) }))
      .sort((p, q) => p.cost - q.cost || p.a - q.a || p.b - q.b);
    // The dearer ones wait for the next pass, when cheaper ones may have come up.
    const limit = pairs[Math.min(pairs.length - 1, Math.floor(pairs.length / 6))]?.cost ?? 0;
    const touched = new Set<number>();
    let joined = 0;
    for (const { a, b, cost } of pairs) {
      if (this.count <= most || (cost > limit && joined > 0)) break;
      if (touched.has(a) || touched.has(b) || !this.join(a, b)) continue;
      joined++;
      for (const t of this.around[b]!) for (const v of this.triangles.get(t)!.vertices) touched.add(v);
    }
    return joined > 0;
  }

  result(part: FittedPart): FittedPart {
    const vertexOf = new Map<number, number>();
    const uvOf = new Map<number, number>();
    const number = (map: Map<number, number>, key: number): number => {
      let value = map.get(key);
      if (value === undefined) map.set(key, (value = map.size));
      return value;
    };
    const kept = [...this.triangles.values()];
    const triangles = kept.flatMap(({ vertices }) => vertices.map((v) => number(vertexOf, v)));
    const uvTriangles = kept.flatMap(({ uvs }) => uvs.map((uv) => number(uvOf, uv)));
    const pick = <T>(values: readonly T[]): T[] => [...vertexOf.keys()].map((v) => values[v]!);
    return {
      ...part,
      references: pick(part.references),
      weights: pick(part.weights),
      offsets: pick(part.offsets),
      ...(part.jaw && { jaw: pick(part.jaw) }),
      ...(part.tongue && { tongue: pick(part.tongue) }),
      triangles: Uint32Array.from(triangles),
      uvTriangles: Uint32Array.from(uvTriangles),
      uvs: Float32Array.from([...uvOf.keys()].flatMap((uv) => [part.uvs[uv * 2]!, part.uvs[uv * 2 + 1]!])),
    };
  }

  /** Both directions of each edge: the first vertex goes to the second. */
  private *edges(): Generator<[number, number]> {
    const seen = new Set<number>();
    for (const { vertices } of this.triangles.values())
      for (let k = 0; k < 3; k++)
        for (const [a, b] of [
          [vertices[k]!, vertices[(k + 1) % 3]!],
          [vertices[(k + 1) % 3]!, vertices[k]!],
        ] as [number, number][]) {
          const key = a * this.around.length + b;
          if (seen.has(key)) continue;
          seen.add(key);
          yield [a, b];
        }
  }

  private at(v: number): [number, number, number] {
    return [this.p[v * 3]!, this.p[v * 3 + 1]!, this.p[v * 3 + 2]!];
  }

  private addPlanes(vertices: readonly [number, number, number]): void {
    const [a, b, c] = vertices.map((v) => this.at(v)) as unknown as [number[], number[], number[]];
    const normal = cross(minus(b, a), minus(c, a));
    const area = Math.hypot(...normal) / 2;
    if (area === 0) return;
    const unit = normal.map((value) => value / (2 * area));
    const middle = a.map((value, i) => (value + b[i]! + c[i]!) / 3);
    const weight = this.importance(middle, unit);
    for (const v of vertices) addPlane(this.quadrics[v]!, unit, a, weight * area);
    vertices.forEach((v, k) => {
      const w = vertices[(k + 1) % 3]!;
      const shared = [...this.around[v]!].filter((t) => this.around[w]!.has(t)).length;
      if (shared > 1) return;
      const along = minus(this.at(w), this.at(v));
      const wall = cross(along, unit);
      const length = Math.hypot(...wall) || 1;
      for (const end of [v, w])
        addPlane(
          this.quadrics[end]!,
          wall.map((value) => value / length),
          this.at(v),
          weight * BORDER * length * length,
        );
    });
  }

  private cost(a: number, b: number): number {
    const [x, y, z] = this.at(b);
    const q = this.quadrics[a]!;
    const squared =
      q[0]! * x * x +
      q[4]! * y * y +
      q[7]! * z * z +
      q[9]! +
      2 * (q[1]! * x * y + q[2]! * x * z + q[3]! * x + q[5]! * y * z + q[6]! * y + q[8]! * z);
    return Math.max(0, squared);
  }

  /** Moves a onto b, unless that folds the surface, tears the texture or joins what is apart. */
  private join(a: number, b: number): boolean {
    const both = [...this.around[a]!].filter((t) => this.around[b]!.has(t));
    const others = [...this.around[a]!].filter((t) => !this.around[b]!.has(t));
    if (both.length === 0 || both.length > 2) return false;
    if (this.commonNeighbours(a, b) !== both.length) return false;
    const uvOf = new Map(
      both.map((t) => {
        const { vertices, uvs } = this.triangles.get(t)!;
        return [uvs[vertices.indexOf(a)]!, uvs[vertices.indexOf(b)]!];
      }),
    );
    for (const t of others) {
      const { vertices, uvs } = this.triangles.get(t)!;
      if (!uvOf.has(uvs[vertices.indexOf(a)]!)) return false;
      if (!this.staysUpright(vertices, a, b)) return false;
    }
    for (const t of both) {
      for (const v of this.triangles.get(t)!.vertices) this.around[v]!.delete(t);
      this.triangles.delete(t);
    }
    for (const t of others) {
      const { vertices, uvs } = this.triangles.get(t)!;
      const k = vertices.indexOf(a);
      vertices[k] = b;
      uvs[k] = uvOf.get(uvs[k]!)!;
      this.around[b]!.add(t);
    }
    this.around[a]!.clear();
    this.quadrics[a]!.forEach((value, i) => (this.quadrics[b]![i]! += value));
    return true;
  }

  private commonNeighbours(a: number, b: number): number {
    const near = (v: number): Set<number> =>
      new Set([...this.around[v]!].flatMap((t) => this.triangles.get(t)!.vertices));
    const ofB = near(b);
    return [...near(a)].filter((v) => v !== a && v !== b && ofB.has(v)).length;
  }

  private staysUpright(vertices: readonly number[], a: number, b: number): boolean {
    const normal = (list: readonly number[]): number[] => {
      const [p, q, r] = list.map((v) => this.at(v)) as unknown as [number[], number[], number[]];
      return cross(minus(q, p), minus(r, p));
    };
    const before = normal(vertices);
    const after = normal(vertices.map((v) => (v === a ? b : v)));
    const dot = before.reduce((sum, value, i) => sum + value * after[i]!, 0);
    return dot > LEAST_COSINE * Math.hypot(...before) * Math.hypot(...after);
  }
}

function addPlane(q: Quadric, [a, b, c]: readonly number[], point: readonly number[], weight: number): void {
  const d = -(a! * point[0]! + b! * point[1]! + c! * point[2]!);
  const plane = [a!, b!, c!, d];
  let at = 0;
  for (let i = 0; i < 4; i++) for (let j = i; j < 4; j++) q[at++]! += weight * plane[i]! * plane[j]!;
}

const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]!);

const cross = (a: readonly number[], b: readonly number[]): number[] => [
  a[1]! * b[2]! - a[2]! * b[1]!,
  a[2]! * b[0]! - a[0]! * b[2]!,
  a[0]! * b[1]! - a[1]! * b[0]!,
];
