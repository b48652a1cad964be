/** The place on a surface that is nearest to a point. */
export interface NearestPlace {
  /** mm, in the surface's space. */
  readonly point: Float64Array;
  /** Unit, out of the surface. */
  readonly normal: Float64Array;
  /** How far the point is above the surface, mm; negative below it. */
  height: number;
  /** The vertex of the surface that is nearest. */
  vertex: number;
}

/** Side of the cells that vertices are sorted into, mm. */
const CELL = 12;

/**
 * Finds nearest places of a surface for points up to a reach away. It looks at the triangles around the
 * nearest vertex, which is enough for meshes as even as skins are.
 */
export class NearestSkin {
  private readonly cells = new Map<number, number[]>();
  /** Triangles of each vertex: from `starts[v]` to `starts[v + 1]` of `around`. */
  private readonly starts: Uint32Array;
  private readonly around: Uint32Array;
  readonly place: NearestPlace = {
    point: new Float64Array(3),
    normal: new Float64Array(3),
    height: 0,
    vertex: 0,
  };

  /**
   * @param positions V×3, mm
   * @param normals V×3 unit vectors
   * @param triangles T×3; vertices of none are left out
   */
  constructor(
    private readonly positions: Float32Array,
    private readonly normals: Float32Array,
    private readonly triangles: Uint32Array,
  ) {
    const count = positions.length / 3;
    this.starts = new Uint32Array(count + 1);
    for (const vertex of triangles) this.starts[vertex + 1]!++;
    for (let v = 0; v < count; v++) this.starts[v + 1]! += this.starts[v]!;
    const next = this.starts.slice();
    this.around = new Uint32Array(triangles.length);
    triangles.forEach((vertex, i) => (this.around[next[vertex]!++] = Math.floor(i / 3)));
    for (let v = 0; v < count; v++) {
      if (this.starts[v] === this.starts[v + 1]) continue;
      const key = this.keyOf(positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!);
      const cell = this.cells.get(key);
      if (cell) cell.push(v);
      else this.cells.set(key, [v]);
    }
  }

  /** @returns `place`, overwritten by the next call; none where no vertex is within `reach` mm */
  near(x: number, y: number, z: number, reach: number): NearestPlace | undefined {
    const vertex = this.nearestVertex(x, y, z, reach);
    if (vertex < 0) return undefined;
    const { place, positions, normals, triangles } = this;
    const { point, normal } = place;
    let best = Infinity;
    for (let k = this.starts[vertex]!; k < this.starts[vertex + 1]!; k++) {
      const t = 3 * this.around[k]!;
      const a = 3 * triangles[t]!;
      const b = 3 * triangles[t + 1]!;
      const c = 3 * triangles[t + 2]!;
      closestWeights(positions, a, b, c, x, y, z);
      const px = mixed(positions, a, b, c, 0);
      const py = mixed(positions, a, b, c, 1);
      const pz = mixed(positions, a, b, c, 2);
      const squared = (x - px) ** 2 + (y - py) ** 2 + (z - pz) ** 2;
      if (squared >= best) continue;
      best = squared;
      point[0] = px;
      point[1] = py;
      point[2] = pz;
      for (let axis = 0; axis < 3; axis++) normal[axis] = mixed(normals, a, b, c, axis);
    }
    const length = Math.hypot(normal[0]!, normal[1]!, normal[2]!) || 1;
    for (let axis = 0; axis < 3; axis++) normal[axis]! /= length;
    const side = (x - point[0]!) * normal[0]! + (y - point[1]!) * normal[1]! + (z - point[2]!) * normal[2]!;
    place.height = side < 0 ? -Math.sqrt(best) : Math.sqrt(best);
    place.vertex = vertex;
    return place;
  }

  private nearestVertex(x: number, y: number, z: number, reach: number): number {
    let nearest = -1;
    let best = reach * reach;
    const cx = Math.floor(x / CELL);
    const cy = Math.floor(y / CELL);
    const cz = Math.floor(z / CELL);
    const rings = Math.ceil(reach / CELL);
    for (let ring = 0; ring <= rings; ring++) {
      // Whatever lies in cells farther out is farther away than this.
      if (nearest >= 0 && best <= ((ring - 1) * CELL) ** 2) break;
      for (let i = -ring; i <= ring; i++)
        for (let j = -ring; j <= ring; j++) {
          const inner = Math.max(Math.abs(i), Math.abs(j)) < ring;
          for (let k = -ring; k <= ring; k += inner && ring > 0 ? 2 * ring : 1) {
            const cell = this.cells.get(cellKey(cx + i, cy + j, cz + k));
            if (!cell) continue;
            for (const v of cell) {
              const squared =
                (this.positions[3 * v]! - x) ** 2 +
                (this.positions[3 * v + 1]! - y) ** 2 +
                (this.positions[3 * v + 2]! - z) ** 2;
              if (squared < best) {
                best = squared;
                nearest = v;
              }
            }
          }
        }
    }
    return nearest;
  }

  private keyOf(x: number, y: number, z: number): number {
    return cellKey(Math.floor(x / CELL), Math.floor(y / CELL), Math.floor(z / CELL));
  }
}

const cellKey = (x: number, y: number, z: number): number =>
  ((x + 512) * 1024 + (y + 512)) * 1024 + (z + 512);

/** Weights of a triangle's corners, of {@link closestWeights}: memory, as it is called for every triangle. */
const weights = new Float64Array(3);

const mixed = (values: Float32Array, a: number, b: number, c: number, axis: number): number =>
  weights[0]! * values[a + axis]! + weights[1]! * values[b + axis]! + weights[2]! * values[c + axis]!;

/**
 * Weights of a triangle's corners for its point nearest to another (Ericson 2005, section 5.1.5).
 * @param a first number of each corner in `positions`
 */
function closestWeights(
  positions: Float32Array,
  a: number,
  b: number,
  c: number,
  x: number,
  y: number,
  z: number,
): void {
  const along = (from: number, to: number, point: number): number => {
    // (to − from) · (p − point)
    return (
      (positions[to]! - positions[from]!) * (x - positions[point]!) +
      (positions[to + 1]! - positions[from + 1]!) * (y - positions[point + 1]!) +
      (positions[to + 2]! - positions[from + 2]!) * (z - positions[point + 2]!)
    );
  };
  const set = (first: number, second: number, third: number): void => {
    weights[0] = first;
    weights[1] = second;
    weights[2] = third;
  };
  const d1 = along(a, b, a);
  const d2 = along(a, c, a);
  if (d1 <= 0 && d2 <= 0) return set(1, 0, 0);
  const d3 = along(a, b, b);
  const d4 = along(a, c, b);
  if (d3 >= 0 && d4 <= d3) return set(0, 1, 0);
  const vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) return set(1 - d1 / (d1 - d3), d1 / (d1 - d3), 0);
  const d5 = along(a, b, c);
  const d6 = along(a, c, c);
  if (d6 >= 0 && d5 <= d6) return set(0, 0, 1);
  const vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) return set(1 - d2 / (d2 - d6), 0, d2 / (d2 - d6));
  const va = d3 * d6 - d5 * d4;
  const part = (d4 - d3) / (d4 - d3 + d5 - d6);
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) return set(0, 1 - part, part);
  const sum = va + vb + vc;
  set(va / sum, vb / sum, vc / sum);
}
