import type { BustCut } from './bust-cut.js';
import type { ReferenceVertices } from './geometry.js';
import type { HeadCut } from './head-cut.js';
import { neighboursOf, quadsOf, smoothField } from './smooth-field.js';

/**
 * Moves the bust where only the head's motion is known: its displacement goes on smoothly from the neck's.
 * All change the bust's part of values over the reference vertices in place.
 */
export interface BustMotion {
  /** Positions of a bust under a head that was another before. */
  goAlong(positions: Float64Array, before: Float64Array): void;
  /** Farther down, the bust moves as the neck's edge does in the mean: people's shoulders. */
  follow(field: Float64Array): void;
  /** Farther down, it rests: expressions. */
  settle(field: Float64Array): void;
}

/** Rings of the head above its edge that the motion goes on from. */
const RINGS_ABOVE = 4;
/** How firmly the head is held, and how the pull to the motion farther down grows with rings². */
const HELD = 1000;
const FOLLOWING = 0.0005;
const SETTLING = 0.01;

export function bustMotion(cut: HeadCut, bust: BustCut, vertices: ReferenceVertices): BustMotion {
  const index = (base: number): number => vertices.indexOf.get(base)!;
  const bustQuads = bust.quads.map((quad) => quad.map(index));
  const headQuads = quadsOf(cut.triangles);
  const isHead = (v: number): boolean => v < vertices.headCount;
  const edge = [...new Set(bustQuads.flat().filter(isHead))].sort((a, b) => a - b);
  const kept = new Set(edge);
  for (let ring = 0; ring < RINGS_ABOVE; ring++)
    for (const v of headQuads.filter((quad) => quad.some((w) => kept.has(w))).flat()) kept.add(v);
  const places = [...kept, ...bust.baseVertices.map(index)];
  const local = new Map(places.map((v, k) => [v, k]));
  const inside = (quad: readonly number[]): boolean => quad.every((v) => local.has(v));
  const near = neighboursOf(
    [...headQuads.filter(inside), ...bustQuads].map((quad) => quad.map((v) => local.get(v)!)),
    places.length,
  );
  const ring = new Map(bust.baseVertices.map((v, k) => [index(v), bust.ringOf[k]!]));
  const weights = (pull: number): number[] =>
    places.map((v) => (isHead(v) ? HELD : pull * ring.get(v)! ** 2));
  const carry = (field: Float64Array, pull: number, rest: readonly number[]): void => {
    const targets = places.flatMap((v) => (isHead(v) ? [...field.subarray(v * 3, v * 3 + 3)] : [...rest]));
    const moved = smoothField(near, weights(pull), targets, 1, targets);
    places.forEach((v, k) => {
      if (!isHead(v)) field.set(moved.subarray(k * 3, k * 3 + 3), v * 3);
    });
  };
  const follow = (field: Float64Array): void => {
    const mean = [0, 1, 2].map((axis) =>
      edge.reduce((sum, v) => sum + field[v * 3 + axis]! / edge.length, 0),
    );
    carry(field, FOLLOWING, mean);
  };
  return {
    goAlong(positions, before) {
      const change = positions.map((value, i) => value - before[i]!);
      follow(change);
      for (const v of ring.keys())
        for (let i = v * 3; i < v * 3 + 3; i++) positions[i] = before[i]! + change[i]!;
    },
    follow,
    settle(field) {
      carry(field, SETTLING, [0, 0, 0]);
    },
  };
}
