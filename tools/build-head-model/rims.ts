import type { HeadCut, IslandName } from './head-cut.js';
import type { Neighbours } from './smooth-field.js';

/**
 * The loops of vertices about an opening of the skin, the innermost first: loop 0 is where the skin meets the
 * pocket behind it, each further one lies an edge farther out. The base mesh has all vertices of an opening
 * in columns across these loops.
 */
export interface Rims {
  /** Loop of each vertex, −1 far away. */
  readonly loopOf: Int16Array;
  /**
   * Vertex of the contact loop that each vertex belongs to, −1 far away: the head of its column.
   */
  readonly columnOf: Int32Array;
  /** The contact loop's upper and lower half, from small to large x, both with the corners at their ends. */
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

/** Loops of the contact between the lips, and of the lids' margins. */
const CONTACT = { mouthCavity: 2, leftSocket: 3, rightSocket: 3 } as const;
const LOOPS = 10;

/**
 * @param pocket the island behind the opening
 * @param positions head vertices, mm
 */
export function rimsOf(
  cut: HeadCut,
  neighbours: Neighbours,
  positions: ArrayLike<number>,
  pocket: Exclude<IslandName, 'skin'>,
): Rims {
  const contact = CONTACT[pocket];
  const loopOf = new Int16Array(cut.baseVertices.length).fill(-1);
  const loops: number[][] = [
    cut.baseVertices.flatMap((_, v) =>
      cut.islandOf[v] === 'skin' && neighbours[v]!.some((w) => cut.islandOf[w] === pocket) ? [v] : [],
    ),
  ];
  for (let k = 0; k < LOOPS; k++) {
    for (const v of loops[k]!) loopOf[v] = k;
    const next = new Set<number>();
    for (const v of loops[k]!)
      for (const w of neighbours[v]!) if (loopOf[w]! < 0 && cut.islandOf[w] === 'skin') next.add(w);
    loops.push([...next]);
  }
  const columnOf = new Int32Array(loopOf.length).fill(-1);
  for (const v of loops[contact]!) columnOf[v] = v;
  const follow = (k: number, towards: number): void => {
    for (const v of loops[k]!) {
      const near = neighbours[v]!.filter((w) => loopOf[w] === k + towards && columnOf[w]! >= 0);
      const nearest = near.sort((a, b) => distance(positions, v, a) - distance(positions, v, b))[0];
      if (nearest !== undefined) columnOf[v] = columnOf[nearest]!;
    }
  };
  for (let k = contact - 1; k >= 0; k--) follow(k, 1);
  for (let k = contact + 1; k < LOOPS; k++) follow(k, -1);
  return { loopOf, columnOf, ...halves(loops[contact]!, neighbours, positions) };
}

export function distance(positions: ArrayLike<number>, a: number, b: number): number {
  return Math.hypot(
    positions[a * 3]! - positions[b * 3]!,
    positions[a * 3 + 1]! - positions[b * 3 + 1]!,
    positions[a * 3 + 2]! - positions[b * 3 + 2]!,
  );
}

/** Splits a loop at its vertices of least and greatest x. */
function halves(
  loop: readonly number[],
  neighbours: Neighbours,
  positions: ArrayLike<number>,
): Pick<Rims, 'upper' | 'lower'> {
  const members = new Set(loop);
  const byX = [...loop].sort((a, b) => positions[a * 3]! - positions[b * 3]!);
  const [from, to] = [byX[0]!, byX.at(-1)!];
  const paths = neighbours[from]!.filter((w) => members.has(w)).map((first) => {
    const path = [from, first];
    while (path.at(-1) !== to) {
      const next = neighbours[path.at(-1)!]!.find((w) => members.has(w) && !path.includes(w));
      if (next === undefined) throw new Error('rims: a loop about an opening is broken');
      path.push(next);
    }
    return path;
  });
  if (paths.length !== 2) throw new Error(`rims: expected a loop with two halves, found ${paths.length}`);
  const height = (path: readonly number[]) =>
    path.reduce((sum, v) => sum + positions[v * 3 + 1]!, 0) / path.length;
  const [upper, lower] = paths.sort((a, b) => height(b) - height(a));
  return { upper: upper!, lower: lower! };
}

/** A place on a chain of vertices: between two neighbours of it. */
export interface ChainPoint {
  readonly from: number;
  readonly to: number;
  /** 0 at `from`, 1 at `to`. */
  readonly share: number;
}

/** The place on a chain at a value of an increasing coordinate; its ends beyond them. */
export function chainAt(
  chain: readonly number[],
  coordinate: (index: number) => number,
  goal: number,
): ChainPoint {
  let k = 0;
  while (k < chain.length - 2 && coordinate(k + 1) < goal) k++;
  const [a, b] = [coordinate(k), coordinate(k + 1)];
  const share = Math.min(1, Math.max(0, (goal - a) / (b - a || 1)));
  return { from: chain[k]!, to: chain[k + 1]!, share };
}

/** Length along a chain up to each of its vertices, as a share of the whole. */
export function chainShares(chain: readonly number[], positions: ArrayLike<number>): number[] {
  const lengths = [0];
  for (let k = 1; k < chain.length; k++)
    lengths.push(lengths[k - 1]! + distance(positions, chain[k - 1]!, chain[k]!));
  return lengths.map((length) => length / lengths.at(-1)!);
}
