import { alignPoints, type Similarity } from '../../src/math/procrustes.js';
import { vertexNormals } from '../../src/render/normals.js';
import type { Pocket } from './carry.js';
import type { HeadCut } from './head-cut.js';
import { ICT_INNER_51, type IctModel } from './ict-source.js';
import { chainShares, type Rims } from './rims.js';
import { neighboursOf, smoothField, type Neighbours } from './smooth-field.js';
import { surfaceMatcher, valueAt, type SurfaceMatch } from './surface-match.js';

/** Stiffness of the registration, from whole head to wrinkle. */
const STIFFNESS = [300, 100, 40, 15, 6, 3, 1.5, 0.8, 0.5, 0.3];
/** Weights of landmarks and of lid and lip contours, against 1 of a match. */
const LANDMARK_WEIGHT = 4;
const CONTOUR_WEIGHT = 20;
/** In the last rounds landmarks fade: two sets of them never mean quite the same places. */
const LANDMARKS_UNTIL = 6;
/** Normals of matches agree within 60°. */
const LEAST_COSINE = 0.5;
/** Matches farther than this share of the first, mm, do not count. */
const FARTHEST_MM = [40, 30, 20, 15, 10, 8, 6, 5, 4, 3];

/** Where each of our head's vertices lies on ICT's. */
export interface Registration {
  /** ICT's neutral head in our axes, size and place, all its vertices, mm. */
  readonly ict: Float64Array;
  readonly similarity: Similarity;
  /** Our head vertices in the shape of ICT's neutral head, mm. */
  readonly positions: Float64Array;
  /** On ICT's skin; undefined where our surface has no counterpart. */
  readonly matches: readonly (SurfaceMatch | undefined)[];
  /** How good a match is, 0…1. */
  readonly weights: Float64Array;
}

/** What a registration needs of our head. */
export interface RegisteredHead {
  readonly cut: HeadCut;
  readonly neighbours: Neighbours;
  /** Head vertices, mm, with closed lips. */
  readonly positions: Float64Array;
  /** iBUG points 17–67: three head vertices and weights each. */
  readonly inner51: readonly { readonly vertices: readonly number[]; readonly weights: readonly number[] }[];
  readonly mouth: Rims;
  readonly rightEye: Rims;
  readonly leftEye: Rims;
  readonly pocket: Pocket;
}

export function moved({ scale, rotation, translation }: Similarity, points: Float64Array): Float64Array {
  return linearPart({ scale, rotation }, points).map((value, i) => value + translation[i % 3]!);
}

/** Displacements under a similarity. */
export function linearPart(
  { scale, rotation }: Pick<Similarity, 'scale' | 'rotation'>,
  field: Float64Array,
): Float64Array {
  return field.map((_, i) => {
    const at = i - (i % 3);
    const row = (i % 3) * 3;
    return (
      scale *
      (rotation[row]! * field[at]! +
        rotation[row + 1]! * field[at + 1]! +
        rotation[row + 2]! * field[at + 2]!)
    );
  });
}

/**
 * Registers our head to ICT's neutral one: a similarity on the inner 51 iBUG points, then non-rigid ICP with
 * a Laplacian prior from stiff to soft (after Amberg et al. 2007), where lids' and lips' contours are held to
 * lids' and lips' contours by arc length.
 */
export function registerToIct(head: RegisteredHead, model: IctModel): Registration {
  const { cut, neighbours, positions: source } = head;
  const n = source.length / 3;
  const similarity = alignPoints(
    ICT_INNER_51.flatMap((v) => [...model.neutral.subarray(v * 3, v * 3 + 3)]),
    head.inner51.flatMap(({ vertices, weights }) =>
      valueAt({ vertices: vertices as never, weights: weights as never, distance: 0 }, source),
    ),
  );
  const ict = moved(similarity, model.neutral);
  const matcher = surfaceMatcher(ict, model.skinTriangles);
  const contours = contourMatches(head, model, ict);
  const inside = insideVertices(head);
  let positions = source.slice();
  let matches: (SurfaceMatch | undefined)[] = [];
  STIFFNESS.forEach((stiffness, round) => {
    const normals = vertexNormals(
      Float32Array.from(positions),
      cut.triangles,
      new Float32Array(positions.length),
    );
    const weights = new Float64Array(n);
    const targets = new Float64Array(n * 3);
    matches = Array.from({ length: n }, (_, v) =>
      inside[v]
        ? undefined
        : matcher.match(
            positions.subarray(v * 3, v * 3 + 3),
            normals.subarray(v * 3, v * 3 + 3),
            LEAST_COSINE,
          ),
    );
    matches.forEach((match, v) => {
      if (!match || match.distance > FARTHEST_MM[round]!) return;
      weights[v] = 1;
      valueAt(match, ict).forEach((value, axis) => (targets[v * 3 + axis] = value));
    });
    if (round < LANDMARKS_UNTIL) addLandmarks(head, ict, positions, weights, targets);
    for (const [v, match] of contours) {
      weights[v] = CONTOUR_WEIGHT;
      valueAt(match, ict).forEach((value, axis) => (targets[v * 3 + axis] = value));
    }
    const steps = targets.map((value, i) => (weights[Math.floor(i / 3)]! > 0 ? value - source[i]! : 0));
    const field = smoothField(
      neighbours,
      weights,
      steps,
      stiffness,
      positions.map((value, i) => value - source[i]!),
    );
    positions = head.pocket.follow(field).map((value, i) => source[i]! + value);
  });
  const final = finalMatches(head, ict, matcher, positions, inside, contours);
  return { ict, similarity, positions, ...final };
}

/** Matches of the registered head; contours keep theirs. */
function finalMatches(
  { cut }: RegisteredHead,
  ict: Float64Array,
  matcher: ReturnType<typeof surfaceMatcher>,
  positions: Float64Array,
  inside: readonly boolean[],
  contours: ReadonlyMap<number, SurfaceMatch>,
): Pick<Registration, 'matches' | 'weights'> {
  const normals = vertexNormals(
    Float32Array.from(positions),
    cut.triangles,
    new Float32Array(positions.length),
  );
  const matches = inside.map((hidden, v) => {
    const contour = contours.get(v);
    if (contour || hidden) return contour;
    return matcher.match(
      positions.subarray(v * 3, v * 3 + 3),
      normals.subarray(v * 3, v * 3 + 3),
      LEAST_COSINE,
    );
  });
  const weights = Float64Array.from(matches, (match, v) => {
    if (!match) return 0;
    if (contours.has(v)) return 1;
    const distance = Math.hypot(
      ...valueAt(match, ict).map((value, axis) => value - positions[v * 3 + axis]!),
    );
    return Math.max(0, Math.min(1, 2 - distance));
  });
  return { matches, weights };
}

/** Vertices of pockets, and of lips and lids inside the contours: ICT's skin has no place for them. */
function insideVertices({ cut, mouth, rightEye, leftEye }: RegisteredHead): boolean[] {
  return cut.islandOf.map((island, v) => {
    const lip = mouth.loopOf[v]!;
    const lids = Math.max(rightEye.loopOf[v]!, leftEye.loopOf[v]!);
    return island !== 'skin' || (lip >= 0 && lip < 2) || (lids >= 0 && lids < 3);
  });
}

/** Pulls the vertex that weighs most in each landmark. */
function addLandmarks(
  { inner51 }: RegisteredHead,
  ict: Float64Array,
  positions: Float64Array,
  weights: Float64Array,
  targets: Float64Array,
): void {
  inner51.forEach(({ vertices, weights: shares }, k) => {
    const goal = ict.subarray(ICT_INNER_51[k]! * 3, ICT_INNER_51[k]! * 3 + 3);
    const here = valueAt({ vertices: vertices as never, weights: shares as never, distance: 0 }, positions);
    vertices.forEach((v, corner) => {
      const weight = LANDMARK_WEIGHT * shares[corner]!;
      if (weight <= 0) return;
      const total = weights[v]! + weight;
      for (let axis = 0; axis < 3; axis++) {
        const pulled = positions[v * 3 + axis]! + goal[axis]! - here[axis]!;
        targets[v * 3 + axis] = (weights[v]! * targets[v * 3 + axis]! + weight * pulled) / total;
      }
      weights[v] = total;
    });
  });
}

/** iBUG points of contours, each from its right to its left corner: upper, then lower. */
const CONTOURS = {
  mouth: [
    [60, 61, 62, 63, 64],
    [60, 67, 66, 65, 64],
  ],
  rightEye: [
    [36, 37, 38, 39],
    [36, 41, 40, 39],
  ],
  leftEye: [
    [42, 43, 44, 45],
    [42, 47, 46, 45],
  ],
} as const;

/** Contour vertices of our head and the places on ICT's contours at the same share of the way. */
function contourMatches(head: RegisteredHead, model: IctModel, ict: Float64Array): Map<number, SurfaceMatch> {
  const edges = neighboursOf(model.skinFaces, model.vertexCount);
  const out = new Map<number, SurfaceMatch>();
  for (const [name, sides] of Object.entries(CONTOURS)) {
    const rims = head[name as keyof typeof CONTOURS];
    [rims.upper, rims.lower].forEach((chain, side) => {
      const path = pathThrough(
        edges,
        ict,
        sides[side]!.map((point) => ICT_INNER_51[point - 17]!),
      );
      const shares = chainShares(path, ict);
      chainShares(chain, head.positions).forEach((share, k) => {
        let i = 0;
        while (i < path.length - 2 && shares[i + 1]! < share) i++;
        const t = (share - shares[i]!) / (shares[i + 1]! - shares[i]!);
        out.set(chain[k]!, {
          vertices: [path[i]!, path[i + 1]!, path[i + 1]!],
          weights: [1 - t, t, 0],
          distance: 0,
        });
      });
    });
  }
  return out;
}

/** The shortest way along edges through some vertices, in their order (Dijkstra 1959). */
export function pathThrough(
  edges: Neighbours,
  positions: ArrayLike<number>,
  stops: readonly number[],
): number[] {
  const path = [stops[0]!];
  for (const stop of stops.slice(1))
    path.push(...shortestPath(edges, positions, path.at(-1)!, stop).slice(1));
  return path;
}

function shortestPath(edges: Neighbours, p: ArrayLike<number>, from: number, to: number): number[] {
  const far = new Map<number, number>([[from, 0]]);
  const before = new Map<number, number>();
  const done = new Set<number>();
  while (!done.has(to)) {
    let next = -1;
    for (const [v, length] of far) if (!done.has(v) && (next < 0 || length < far.get(next)!)) next = v;
    if (next < 0) throw new Error(`register: no way along edges from ${from} to ${to}`);
    done.add(next);
    for (const w of edges[next]!) {
      const length =
        far.get(next)! +
        Math.hypot(
          p[w * 3]! - p[next * 3]!,
          p[w * 3 + 1]! - p[next * 3 + 1]!,
          p[w * 3 + 2]! - p[next * 3 + 2]!,
        );
      if (length >= (far.get(w) ?? Infinity)) continue;
      far.set(w, length);
      before.set(w, next);
    }
  }
  const path = [to];
  while (path[0] !== from) path.unshift(before.get(path[0]!)!);
  return path;
}
