/** Neighbours of each vertex along the edges of quads, in ascending order. */
export type Neighbours = readonly (readonly number[])[];

/** The quads that a triangulation by first corner was made of, Q×4. */
export function quadsOf(triangles: Uint32Array): number[][] {
  return Array.from({ length: triangles.length / 6 }, (_, q) =>
    [0, 1, 2, 5].map((k) => triangles[q * 6 + k]!),
  );
}

/** @param count of vertices */
export function neighboursOf(quads: readonly (readonly number[])[], count: number): Neighbours {
  const sets = Array.from({ length: count }, () => new Set<number>());
  for (const quad of quads) {
    quad.forEach((a, k) => {
      const b = quad[(k + 1) % quad.length]!;
      sets[a]!.add(b);
      sets[b]!.add(a);
    });
  }
  return sets.map((set) => [...set].sort((a, b) => a - b));
}

/**
 * Solves `A x = b` for a symmetric positive definite A by conjugate gradients with a diagonal preconditioner
 * (Shewchuk 1994, "An Introduction to the Conjugate Gradient Method", B3).
 *
 * @param apply writes `A x` into `out`
 * @param diagonal of A
 * @param x start, overwritten by the solution
 * @param tolerance of the residual's length, relative to the right-hand side's
 * @returns how many steps were taken
 */
export function conjugateGradient(
  apply: (x: Float64Array, out: Float64Array) => void,
  diagonal: ArrayLike<number>,
  b: ArrayLike<number>,
  x: Float64Array,
  tolerance = 1e-8,
  steps = 2000,
): number {
  const n = x.length;
  const ax = new Float64Array(n);
  apply(x, ax);
  const r = Float64Array.from({ length: n }, (_, i) => b[i]! - ax[i]!);
  const z = Float64Array.from(r, (value, i) => value / diagonal[i]!);
  const p = z.slice();
  const goal = tolerance * Math.sqrt(dot(b, b));
  let rz = dot(r, z);
  for (let step = 0; step < steps; step++) {
    if (Math.sqrt(dot(r, r)) <= goal) return step;
    apply(p, ax);
    const alpha = rz / dot(p, ax);
    for (let i = 0; i < n; i++) {
      x[i]! += alpha * p[i]!;
      r[i]! -= alpha * ax[i]!;
      z[i] = r[i]! / diagonal[i]!;
    }
    const next = dot(r, z);
    const beta = next / rz;
    rz = next;
    for (let i = 0; i < n; i++) p[i] = z[i]! + beta * p[i]!;
  }
  return steps;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * The smoothest field that keeps near given values: the least `Σ wᵢ |dᵢ − tᵢ|² + stiffness Σ |(L d)ᵢ|²`,
 * with the umbrella operator L (a vertex less the mean of its neighbours; Sorkine 2005). Where the weight is
 * 0 the field is continued.
 *
 * @param weights one per vertex, not all 0
 * @param targets V×3
 * @param start V×3, a guess
 * @returns V×3
 */
export function smoothField(
  neighbours: Neighbours,
  weights: ArrayLike<number>,
  targets: ArrayLike<number>,
  stiffness: number,
  start?: ArrayLike<number>,
): Float64Array {
  const n = neighbours.length;
  const lx = new Float64Array(n);
  const edges = flatEdges(neighbours);
  const apply = (x: Float64Array, out: Float64Array): void => {
    umbrella(edges, x, lx);
    for (let i = 0; i < n; i++) out[i] = weights[i]! * x[i]! + stiffness * lx[i]!;
    // The transpose scatters what the operator gathers.
    for (let i = 0; i < n; i++) {
      const [from, to] = [edges.starts[i]!, edges.starts[i + 1]!];
      const share = (stiffness * lx[i]!) / (to - from);
      for (let k = from; k < to; k++) out[edges.ends[k]!]! -= share;
    }
  };
  const diagonal = new Float64Array(n);
  neighbours.forEach((near, i) => {
    diagonal[i]! += weights[i]! + stiffness + 1e-12;
    for (const j of near) diagonal[j]! += stiffness / near.length ** 2;
  });
  const field = new Float64Array(n * 3);
  for (let axis = 0; axis < 3; axis++) {
    const b = Float64Array.from({ length: n }, (_, i) => weights[i]! * targets[i * 3 + axis]!);
    const x = Float64Array.from({ length: n }, (_, i) => start?.[i * 3 + axis] ?? 0);
    conjugateGradient(apply, diagonal, b, x, 1e-6);
    for (let i = 0; i < n; i++) field[i * 3 + axis] = x[i]!;
  }
  return field;
}

/** Neighbours in a row: those of vertex i are `ends[starts[i]]` to `ends[starts[i + 1] - 1]`. */
interface FlatEdges {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

function flatEdges(neighbours: Neighbours): FlatEdges {
  const starts = new Int32Array(neighbours.length + 1);
  neighbours.forEach((near, i) => (starts[i + 1] = starts[i]! + near.length));
  return { starts, ends: Int32Array.from(neighbours.flat()) };
}

/** `out = L x` for one number per vertex. */
function umbrella({ starts, ends }: FlatEdges, x: Float64Array, out: Float64Array): void {
  for (let i = 0; i < x.length; i++) {
    const [from, to] = [starts[i]!, starts[i + 1]!];
    let sum = 0;
    for (let k = from; k < to; k++) sum += x[ends[k]!]!;
    out[i] = x[i]! - sum / (to - from);
  }
}
