import { alignPoints, type Similarity } from '../../src/math/procrustes.js';
import { sphereCentre } from '../../src/model/evaluate.js';
import { followParts, type ReferenceVertices } from './geometry.js';
import { ICT_RANGES, type IctModel } from './ict-source.js';
import type { FittedPart } from './parts.js';
import { linearPart, type Registration } from './register.js';
import type { Rims } from './rims.js';

/** Reference vertices beyond the head's own, by what hangs on them. */
export interface HelperGroups {
  readonly rightEye: readonly number[];
  readonly leftEye: readonly number[];
  readonly upperTeeth: readonly number[];
  /** With the tongue. */
  readonly lowerJaw: readonly number[];
  /** Each lash helper and the vertex of a lid's margin that it is nearest to. */
  readonly lashes: readonly (readonly [helper: number, lid: number])[];
}

/** @param positions reference vertices of the base mesh, mm */
export function helperGroups(
  parts: readonly FittedPart[],
  vertices: ReferenceVertices,
  positions: ArrayLike<number>,
  eyes: readonly Rims[],
): HelperGroups {
  const used = (name: string): number[] => {
    const part = parts.find((item) => item.name === name)!;
    const found = new Set<number>();
    part.references.forEach((references, i) =>
      references.forEach((vertex, k) => {
        if (part.weights[i]![k] !== 0) found.add(vertices.indexOf.get(vertex)!);
      }),
    );
    return [...found].sort((a, b) => a - b);
  };
  const margins = eyes.flatMap(({ upper, lower }) => [...new Set([...upper, ...lower])]);
  const lower = new Set(lowerTeeth(parts.find(({ name }) => name === 'teeth')!).references);
  const teeth = used('teeth');
  const isLower = (index: number) => [...lower].some((vertex) => vertices.indexOf.get(vertex) === index);
  return {
    rightEye: used('eyeRight'),
    leftEye: used('eyeLeft'),
    upperTeeth: teeth.filter((index) => !isLower(index)),
    lowerJaw: [...teeth.filter(isLower), ...used('tongue')],
    lashes: used('lashes').map((helper) => [
      helper,
      margins.reduce((best, v) => (far(positions, helper, v) < far(positions, helper, best) ? v : best)),
    ]),
  };
}

function far(p: ArrayLike<number>, a: number, b: number): number {
  return Math.hypot(p[a * 3]! - p[b * 3]!, p[a * 3 + 1]! - p[b * 3 + 1]!, p[a * 3 + 2]! - p[b * 3 + 2]!);
}

/** Vertices of the lower teeth, and the base vertices that they hang on: the group with the lower offsets. */
export function lowerTeeth({ references, offsets }: FittedPart): {
  readonly vertices: ReadonlySet<number>;
  readonly references: readonly number[];
} {
  const groups = new Map<string, number[]>();
  references.forEach((list, i) => {
    const key = list.join();
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const height = (group: readonly number[]) =>
    group.reduce((sum, i) => sum + offsets[i]![1]!, 0) / group.length;
  const [lowest] = [...groups.values()].sort((a, b) => height(a) - height(b));
  return { vertices: new Set(lowest!), references: references[lowest![0]!]! };
}

/** A change of place and size: `d(x) = translation + growth · (x − centre)`. */
interface Growth {
  readonly centre: readonly number[];
  readonly translation: readonly number[];
  readonly growth: number;
}

/** The change of place and size nearest to the displacement of some vertices. */
function growthOf(positions: Float64Array, field: Float64Array, vertices: readonly number[]): Growth {
  const mean = (values: Float64Array) =>
    [0, 1, 2].map((axis) => vertices.reduce((sum, v) => sum + values[v * 3 + axis]!, 0) / vertices.length);
  const centre = mean(positions);
  let along = 0;
  let squared = 0;
  for (const v of vertices) {
    for (let axis = 0; axis < 3; axis++) {
      const arm = positions[v * 3 + axis]! - centre[axis]!;
      along += arm * field[v * 3 + axis]!;
      squared += arm * arm;
    }
  }
  return { centre, translation: mean(field), growth: along / squared };
}

function grow(
  { centre, translation, growth }: Growth,
  x: ArrayLike<number>,
  at: number,
  out: Float64Array,
): void {
  for (let axis = 0; axis < 3; axis++)
    out[at * 3 + axis] = translation[axis]! + growth * (x[at * 3 + axis]! - centre[axis]!);
}

const within = ([first, last]: readonly [number, number], keep: (v: number) => boolean): number[] =>
  Array.from({ length: last - first + 1 }, (_, k) => first + k).filter(keep);

/** Vertices of ICT's eyes and teeth by side; the lower teeth are those that an open jaw moves. */
export function ictInsides(model: IctModel) {
  const { neutral } = model;
  const open = model.expression('jawOpen');
  const moves = (v: number) => Math.hypot(open[v * 3]!, open[v * 3 + 1]!, open[v * 3 + 2]!) > 1;
  return {
    rightEye: within(ICT_RANGES.eyeballs, (v) => neutral[v * 3]! < 0),
    leftEye: within(ICT_RANGES.eyeballs, (v) => neutral[v * 3]! > 0),
    upperTeeth: within(ICT_RANGES.teeth, (v) => !moves(v)),
    lowerTeeth: within(ICT_RANGES.teeth, moves),
  };
}

/** How the lower jaw moves in a displacement: the rigid motion of ICT's lower teeth in our axes. */
export function jawMotion(
  { similarity, ict }: Pick<Registration, 'similarity' | 'ict'>,
  teeth: readonly number[],
  field: Float64Array,
): Similarity {
  const ours = linearPart(similarity, field);
  const before = teeth.flatMap((v) => [...ict.subarray(v * 3, v * 3 + 3)]);
  const after = teeth.flatMap((v) => [0, 1, 2].map((axis) => ict[v * 3 + axis]! + ours[v * 3 + axis]!));
  return alignPoints(before, after, { scale: false });
}

/** Reference vertices in the shape of ICT's neutral head, from those of the head that was registered. */
export function helpersOfNeutral(
  registration: Registration,
  insides: ReturnType<typeof ictInsides>,
  groups: HelperGroups,
  vertices: ReferenceVertices,
  parts: readonly FittedPart[],
  registered: Float64Array,
): Float64Array {
  const { ict, positions } = registration;
  const out = registered.slice();
  out.set(positions);
  for (const [name, side] of [
    ['eyeRight', 'rightEye'],
    ['eyeLeft', 'leftEye'],
  ] as const) {
    const ours = ballOf(
      followParts(
        registered,
        vertices,
        parts.find((part) => part.name === name)!,
        true,
      ),
    );
    const theirs = ballOf(insides[side].flatMap((v) => [...ict.subarray(v * 3, v * 3 + 3)]));
    const scale = theirs.radius / ours.radius;
    for (const v of groups[side])
      for (let axis = 0; axis < 3; axis++)
        out[v * 3 + axis] = theirs.centre[axis]! + scale * (registered[v * 3 + axis]! - ours.centre[axis]!);
  }
  const teeth = parts.find(({ name }) => name === 'teeth')!;
  const own = followParts(registered, vertices, teeth, true);
  const low = lowerTeeth(teeth).vertices;
  const places = Array.from({ length: own.length / 3 }, (_, i) => i);
  for (const [group, mine, theirs, up] of [
    [groups.upperTeeth, places.filter((i) => !low.has(i)), insides.upperTeeth, -1],
    [groups.lowerJaw, places.filter((i) => low.has(i)), insides.lowerTeeth, 1],
  ] as const) {
    const from = incisors(own, mine, up);
    const to = incisors(ict, theirs, up);
    for (const v of group) for (let axis = 0; axis < 3; axis++) out[v * 3 + axis]! += to[axis]! - from[axis]!;
  }
  for (const [helper, lid] of groups.lashes)
    for (let axis = 0; axis < 3; axis++)
      out[helper * 3 + axis]! += positions[lid * 3 + axis]! - registered[lid * 3 + axis]!;
  return out;
}

/**
 * Where the front teeth end: x of the middle, height of their edge, depth of their front.
 * @param up 1 for lower teeth, whose edge is above, −1 for upper ones
 */
export function incisors(p: ArrayLike<number>, vertices: readonly number[], up: 1 | -1): number[] {
  const front = vertices.filter((v) => Math.abs(p[v * 3]!) < 6);
  const edge = Math.max(...front.map((v) => up * p[v * 3 + 1]!));
  const depth = Math.max(...front.map((v) => p[v * 3 + 2]!));
  return [0, up * edge, depth];
}

/** The sphere that fits points best. */
export function ballOf(points: ArrayLike<number>): { centre: readonly number[]; radius: number } {
  const count = points.length / 3;
  const centre = sphereCentre({ firstVertex: 0, vertexCount: count }, points);
  let radius = 0;
  for (let i = 0; i < count; i++)
    radius += Math.hypot(...[0, 1, 2].map((axis) => points[i * 3 + axis]! - centre[axis]!)) / count;
  return { centre, radius };
}

/**
 * A displacement of all reference vertices from one of the head's and of ICT's vertices: eyes and teeth keep
 * their shape and take ICT's change of place and size, lashes go with the lids.
 *
 * @param head displacement of the head vertices, mm
 * @param field the same displacement of ICT's vertices, in its own axes
 * @param positions reference vertices in the shape of ICT's neutral head, mm
 */
export function withHelpers(
  registration: Registration,
  insides: ReturnType<typeof ictInsides>,
  groups: HelperGroups,
  head: Float64Array,
  field: Float64Array,
  positions: Float64Array,
): Float64Array {
  const ours = linearPart(registration.similarity, field);
  const out = new Float64Array(positions.length);
  out.set(head);
  for (const [helpers, vertices] of [
    [groups.rightEye, insides.rightEye],
    [groups.leftEye, insides.leftEye],
    [groups.upperTeeth, insides.upperTeeth],
    [groups.lowerJaw, insides.lowerTeeth],
  ] as const) {
    const growth = growthOf(registration.ict, ours, vertices);
    for (const v of helpers) grow(growth, positions, v, out);
  }
  followLids(groups, head, out);
  return out;
}

/** Lash helpers take the displacement of their lid. */
export function followLids({ lashes }: HelperGroups, head: ArrayLike<number>, out: Float64Array): void {
  for (const [helper, lid] of lashes)
    for (let axis = 0; axis < 3; axis++) out[helper * 3 + axis] = head[lid * 3 + axis]!;
}
