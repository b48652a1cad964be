import { conjugateGradient } from './smooth-field.js';

/** A triangle of a layout in the plane and the shape that it should have. */
export interface WantedTriangle {
  readonly places: readonly [number, number, number];
  /** Inverse of the wanted triangle's edges from its first corner, row-major 2×2. */
  readonly inverse: readonly [number, number, number, number];
  readonly area: number;
}

/** Needles are taken to be at least this high, share of their base. */
const LEAST_HEIGHT = 0.05;

/** @param corners of the wanted shape, in the plane or in space */
export function wantedTriangle(
  places: readonly [number, number, number],
  [a, b, c]: readonly (readonly number[])[],
): WantedTriangle {
  const minus = (p: readonly number[], q: readonly number[]): number[] => p.map((value, i) => value - q[i]!);
  const [ab, ac] = [minus(b!, a!), minus(c!, a!)];
  const base = Math.max(1e-5, Math.hypot(...ab));
  const x = ab.reduce((sum, value, i) => sum + value * ac[i]!, 0) / base;
  const y = Math.max(LEAST_HEIGHT * base, Math.sqrt(Math.max(0, Math.hypot(...ac) ** 2 - x * x)));
  // Corners (0, 0), (base, 0), (x, y).
  return { places, inverse: [1 / base, -x / (base * y), 0, 1 / y], area: (base * y) / 2 };
}

/** The rims of holes: loops of edges that only one face has and that are not held. Each against the faces. */
export function rimsOfHoles(
  faces: readonly (readonly number[])[],
  held: { has: (place: number) => boolean },
): number[][] {
  const open = new Map<string, readonly [number, number]>();
  for (const face of faces)
    face.forEach((a, k) => {
      const b = face[(k + 1) % face.length]!;
      if (!open.delete(`${b},${a}`)) open.set(`${a},${b}`, [a, b]);
    });
  const next = new Map([...open.values()].filter(([a, b]) => !(held.has(a) && held.has(b))));
  const rims: number[][] = [];
  while (next.size > 0) {
    const rim: number[] = [];
    for (let v: number | undefined = next.keys().next().value; v !== undefined && next.has(v);) {
      rim.push(v);
      const to: number = next.get(v)!;
      next.delete(v);
      v = to;
    }
    rims.push(rim.reverse());
  }
  return rims;
}

type Held = ReadonlyMap<number, readonly [number, number]>;

/** Every place that is not held in the middle of its neighbours: no triangle turns over (Tutte 1963). */
export function evenlySpread(faces: readonly (readonly number[])[], count: number, held: Held): Float64Array {
  const near = Array.from({ length: count }, () => new Set<number>());
  for (const face of faces)
    face.forEach((a, k) => {
      const b = face[(k + 1) % face.length]!;
      near[a]!.add(b);
      near[b]!.add(a);
    });
  const free = near.map((set, v) => set.size > 0 && !held.has(v));
  const solve = laplacian(near, free);
  const out = new Float64Array(count * 2);
  for (let axis = 0; axis < 2; axis++) {
    const right = Float64Array.from(near, (set, v) =>
      free[v] ? [...set].reduce((sum, w) => sum + (held.get(w)?.[axis] ?? 0), 0) : 0,
    );
    const x = solve(right, 1e-12);
    near.forEach((_, v) => (out[v * 2 + axis] = held.get(v)?.[axis] ?? x[v]!));
  }
  return out;
}

/** Solves with the graph Laplacian of the free places; 0 elsewhere. */
function laplacian(
  near: readonly ReadonlySet<number>[],
  free: readonly boolean[],
): (right: Float64Array, tolerance: number) => Float64Array {
  const diagonal = Float64Array.from(near, (set, v) => (free[v] ? set.size : 1));
  const links = near.map((set, v) => (free[v] ? [...set].filter((w) => free[w]) : []));
  return (right, tolerance) => {
    const x = new Float64Array(near.length);
    conjugateGradient(
      (values, out) =>
        links.forEach((list, v) => {
          let sum = diagonal[v]! * values[v]!;
          for (const w of list) sum -= values[w]!;
          out[v] = sum;
        }),
      diagonal,
      right,
      x,
      tolerance,
    );
    return x;
  };
}

/** Rounds of the descent, and the least gain of one, as a share, that makes it go on. */
const ROUNDS = 500;
const LEAST_GAIN = 3e-5;

/**
 * Moves the places that are not held until triangles have the shapes that they should have as nearly as they
 * can: least symmetric Dirichlet energy, which grows without bound before a triangle turns over (Smith &
 * Schaefer 2015), by descent place by place, and of all together along gradients smoothed with the Laplacian
 * (Kovalsky et al. 2016).
 */
export function relaxed(
  start: Float64Array,
  triangles: readonly WantedTriangle[],
  held: ReadonlySet<number>,
): Float64Array {
  const count = start.length / 2;
  const near = Array.from({ length: count }, () => new Set<number>());
  const around = Array.from({ length: count }, (): WantedTriangle[] => []);
  for (const triangle of triangles)
    triangle.places.forEach((a, k) => {
      const b = triangle.places[(k + 1) % 3]!;
      near[a]!.add(b);
      near[b]!.add(a);
      around[a]!.push(triangle);
    });
  const free = near.map((set, v) => set.size > 0 && !held.has(v));
  const solve = laplacian(near, free);
  const places = start.slice();
  const steps = new Float64Array(count).fill(1e-3);
  let energy = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    free.forEach((moves, v) => {
      if (moves) steps[v] = moveOne(places, v, around[v]!, steps[v]!);
    });
    const now = moveAll(places, triangles, free, solve);
    if (energy - now < LEAST_GAIN * now) break;
    energy = now;
  }
  return places;
}

/** A step of one place against its gradient. @returns its length, to begin with the next time */
function moveOne(places: Float64Array, v: number, around: readonly WantedTriangle[], step: number): number {
  const gradient: [number, number] = [0, 0];
  const before = energyAbout(places, around, v, gradient);
  const length = Math.hypot(...gradient);
  if (length === 0) return step;
  const [x, y] = [places[v * 2]!, places[v * 2 + 1]!];
  for (let t = 4 * step; t > 1e-9; t /= 2) {
    places[v * 2] = x - (t * gradient[0]) / length;
    places[v * 2 + 1] = y - (t * gradient[1]) / length;
    if (energyAbout(places, around, v) < before) return t;
  }
  places[v * 2] = x;
  places[v * 2 + 1] = y;
  return 1e-8;
}

const trianglesGradient = new Float64Array(6);

function energyAbout(
  places: Float64Array,
  around: readonly WantedTriangle[],
  v: number,
  gradient?: [number, number],
): number {
  let energy = 0;
  for (const triangle of around) {
    energy += energyOf(places, triangle, gradient && trianglesGradient);
    if (!gradient) continue;
    const k = triangle.places.indexOf(v) * 2;
    gradient[0] += trianglesGradient[k]!;
    gradient[1] += trianglesGradient[k + 1]!;
  }
  return energy;
}

/** A step of all places. @returns the energy after it */
function moveAll(
  places: Float64Array,
  triangles: readonly WantedTriangle[],
  free: readonly boolean[],
  solve: ReturnType<typeof laplacian>,
): number {
  const sum = (p: Float64Array): number => triangles.reduce((total, t) => total + energyOf(p, t), 0);
  const gradient = new Float64Array(places.length);
  let energy = 0;
  for (const triangle of triangles) {
    energy += energyOf(places, triangle, trianglesGradient);
    triangle.places.forEach((v, k) => {
      gradient[v * 2]! += trianglesGradient[k * 2]!;
      gradient[v * 2 + 1]! += trianglesGradient[k * 2 + 1]!;
    });
  }
  const direction = new Float64Array(places.length);
  for (let axis = 0; axis < 2; axis++) {
    const right = Float64Array.from(free, (moves, v) => (moves ? -gradient[v * 2 + axis]! : 0));
    solve(right, 1e-3).forEach((value, v) => (direction[v * 2 + axis] = value));
  }
  for (let step = 1; step > 1e-6; step /= 3) {
    const trial = places.map((value, i) => value + step * direction[i]!);
    const value = sum(trial);
    if (value >= energy) continue;
    places.set(trial);
    return value;
  }
  return energy;
}

/**
 * Energy of a triangle, infinite where it is turned over.
 * @param gradient of the three places, written if given
 */
function energyOf(
  p: Float64Array,
  { places, inverse, area }: WantedTriangle,
  gradient?: Float64Array,
): number {
  const [a, b, c] = [places[0] * 2, places[1] * 2, places[2] * 2];
  // Atlases have y down: the plane's left hand is turned.
  const [ex, ey] = [p[b]! - p[a]!, p[a + 1]! - p[b + 1]!];
  const [fx, fy] = [p[c]! - p[a]!, p[a + 1]! - p[c + 1]!];
  const [i0, i1, i2, i3] = inverse;
  const [j0, j1, j2, j3] = [ex * i0 + fx * i2, ex * i1 + fx * i3, ey * i0 + fy * i2, ey * i1 + fy * i3];
  const det = j0 * j3 - j1 * j2;
  if (det <= 1e-12) return Infinity;
  const squared = j0 * j0 + j1 * j1 + j2 * j2 + j3 * j3;
  const own = area * (1 + 1 / (det * det));
  if (gradient) {
    const other = (-2 * area * squared) / (det * det * det);
    const [g0, g1] = [2 * own * j0 + other * j3, 2 * own * j1 - other * j2];
    const [g2, g3] = [2 * own * j2 - other * j1, 2 * own * j3 + other * j0];
    gradient[2] = g0 * i0 + g1 * i1;
    gradient[3] = -(g2 * i0 + g3 * i1);
    gradient[4] = g0 * i2 + g1 * i3;
    gradient[5] = -(g2 * i2 + g3 * i3);
    gradient[0] = -gradient[2] - gradient[4];
    gradient[1] = -gradient[3] - gradient[5];
  }
  return own * squared;
}
