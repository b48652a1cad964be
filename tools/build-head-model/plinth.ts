import type { BustCut } from './bust-cut.js';
import type { Hanging } from './hanging.js';
import type { BaseMesh } from './makehuman-source.js';

/**
 * The lower end of the bust: from the rim the surface goes on down, rounds off and closes. Vertices are
 * numbered ring after ring in the rim's order; the last one is the middle of the bottom.
 */
export interface Plinth extends Hanging {
  readonly ringSize: number;
  /** Quads over the rim (0 to ringSize − 1) and the plinth's own vertices (from ringSize on). */
  readonly quads: readonly (readonly number[])[];
  /** Triangles of the bottom, in the same numbers. */
  readonly bottom: readonly (readonly number[])[];
}

/**
 * Rings: how far from the rim's height to the lowest one they lie, and how far in from the rim, mm; the last
 * ring is the bottom's edge.
 */
const RINGS = [
  { down: 0.42, inward: -1.5 },
  { down: 0.82, inward: 1 },
  { down: 0.96, inward: 5 },
  { down: 1, inward: 13 },
] as const;
/** The bottom lies this far under the rim's lowest vertex, mm. */
const UNDER_RIM = 16;
/** Of itself and of its two neighbours on the rim a vertex takes these shares: unevenness fades. */
const OWN = 0.5;
const NEIGHBOUR = 0.25;

/** Rounds off and closes the bust below its rim. */
export function plinthUnder(mesh: BaseMesh, { rim }: BustCut): Plinth {
  const n = rim.length;
  const at = (v: number): number[] => [0, 1, 2].map((axis) => mesh.vertices[v * 3 + axis]!);
  const places = rim.map(at);
  const lowest = Math.min(...places.map(([, y]) => y!)) - UNDER_RIM;
  const middle = [0, 1, 2].map((axis) => places.reduce((sum, p) => sum + p[axis]! / n, 0));
  const references: number[][] = [];
  const weights: number[][] = [];
  const offsets: number[][] = [];
  const hang = (on: number[], shares: number[], goal: readonly number[]): void => {
    references.push(on);
    weights.push(shares);
    offsets.push(
      [0, 1, 2].map((axis) => goal[axis]! - on.reduce((sum, v, k) => sum + shares[k]! * at(v)[axis]!, 0)),
    );
  };
  for (const { down, inward } of RINGS)
    rim.forEach((v, i) => {
      const [x, y, z] = places[i]! as [number, number, number];
      const [dx, dz] = [x - middle[0]!, z - middle[2]!];
      const length = Math.hypot(dx, dz);
      const shrink = (length - inward) / length;
      hang(
        [v, rim[(i + n - 1) % n]!, rim[(i + 1) % n]!],
        [OWN, NEIGHBOUR, NEIGHBOUR],
        [middle[0]! + dx * shrink, y + down * (lowest - y), middle[2]! + dz * shrink],
      );
    });
  const quarters = [0, 1, 2, 3].map((k) => rim[Math.round((k * n) / 4) % n]!);
  hang(quarters, [0.25, 0.25, 0.25, 0.25], [middle[0]!, lowest, middle[2]!]);
  const quads = RINGS.flatMap((_, ring) =>
    rim.map((__, i) => {
      const [a, b] = [ring * n + i, ring * n + ((i + 1) % n)];
      return [a, a + n, b + n, b];
    }),
  );
  const edge = RINGS.length * n;
  const bottom = rim.map((_, i) => [edge + i, edge + n, edge + ((i + 1) % n)]);
  return { references, weights, offsets, ringSize: n, quads, bottom };
}
