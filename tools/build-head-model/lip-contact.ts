import type { Targets } from './makehuman-source.js';
import { chainAt, type ChainPoint, type Rims } from './rims.js';

/** How far the lips of a closed mouth reach into each other, mm: what a flat triangle may miss. */
const OVERLAP_MM = 0.15;
/** How much of the contact's motion each loop about the mouth takes, from the innermost on. */
const FOLLOWING = [0.7, 1, 1, 0.97, 0.85, 0.62, 0.36, 0.16, 0.05];

/** One vertex of a lip and the place on the other lip that it touches. */
interface Touch {
  readonly vertex: number;
  readonly other: ChainPoint;
  /** 1 for the upper lip. */
  readonly side: 1 | -1;
}

/**
 * Closes mouths: a linear map of vertices that moves both lips halfway to each other, column by column,
 * fading outwards. As it is linear, people, their differences and whatever is made of these keep closed lips.
 */
export interface LipContact {
  /** Height of the upper lip over the lower one at each contact, mm; negative where they overlap. */
  gaps(values: ArrayLike<number>): Float64Array;
  /** Positions of a head with closed lips, V×3 or more, a copy. */
  closePositions(positions: ArrayLike<number>): Float64Array;
  /** A displacement that opens no lips, a copy. */
  closeDisplacement(displacement: ArrayLike<number>): Float64Array;
}

/** @param positions of the base mesh: they fix which places of the lips meet */
export function lipContact(rims: Rims, positions: ArrayLike<number>): LipContact {
  const { upper, lower, loopOf, columnOf } = rims;
  const x = (chain: readonly number[]) => (k: number) => positions[chain[k]! * 3]!;
  const inner = (chain: readonly number[]) => chain.slice(1, -1);
  const touches: Touch[] = [
    ...inner(upper).map((vertex): Touch => ({
      vertex,
      other: chainAt(lower, x(lower), positions[vertex * 3]!),
      side: 1,
    })),
    ...inner(lower).map((vertex): Touch => ({
      vertex,
      other: chainAt(upper, x(upper), positions[vertex * 3]!),
      side: -1,
    })),
  ];
  const gaps = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(touches, ({ vertex, other, side }) => {
      const { from, to, share } = other;
      const there = (1 - share) * values[from * 3 + 1]! + share * values[to * 3 + 1]!;
      return side * (values[vertex * 3 + 1]! - there);
    });
  const close = (values: ArrayLike<number>, overlap: number): Float64Array => {
    const out = Float64Array.from(values);
    const moves = new Map<number, number>();
    gaps(values).forEach((gap, i) => {
      const { vertex, side } = touches[i]!;
      moves.set(vertex, (-side * (gap + overlap)) / 2);
    });
    loopOf.forEach((loop, v) => {
      const share = loop < 0 ? 0 : (FOLLOWING[loop] ?? 0);
      out[v * 3 + 1]! += share * (moves.get(columnOf[v]!) ?? 0);
    });
    return out;
  };
  return {
    gaps,
    closePositions: (values) => close(values, OVERLAP_MM),
    closeDisplacement: (values) => close(values, 0),
  };
}

/** Targets that open no lips, for vertices that begin with the head's. */
export function withClosedLips(targets: Targets, contact: LipContact): Targets {
  return {
    names: targets.names,
    displacements: (name, baseVertices) =>
      Float32Array.from(contact.closeDisplacement(targets.displacements(name, baseVertices))),
  };
}
