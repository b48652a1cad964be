import { readFile } from 'node:fs/promises';
import { mediapipeTo68 } from '../../src/detect/mediapipe-to-68.js';
import { sphereCentre } from '../../src/model/evaluate.js';
import type { ModelLandmarks, SurfacePoints } from '../../src/model/morphable-model.js';
import { between, evenSteps } from './evenly.js';
import type { HeadCut } from './head-cut.js';

/** A point of the base mesh: a triangle of its vertices, and weights that sum to 1. */
export interface BasePoint {
  readonly tri: readonly number[];
  readonly bary: readonly number[];
}

/** The correspondences on the base mesh, as committed beside this file. */
export interface Correspondences {
  /** 68 base vertices. */
  readonly ibug68: readonly number[];
  /** Those of the 68 points, by number, that `place-landmarks` put where annotators do. */
  readonly annotated: Readonly<Record<string, BasePoint>>;
  /** 468 triangles of base vertices with barycentric weights. */
  readonly mediapipe468: {
    readonly tri: readonly (readonly number[])[];
    readonly bary: readonly (readonly number[])[];
  };
}

export async function readCorrespondences(): Promise<Correspondences> {
  const read = async (name: string) =>
    JSON.parse(await readFile(new URL(name, import.meta.url), 'utf8')) as unknown;
  return {
    ibug68: (await read('ibug68-makehuman-vertices.json')) as number[],
    annotated: (await read('annotated-to-makehuman.json')) as Correspondences['annotated'],
    mediapipe468: (await read('mediapipe468-to-makehuman.json')) as Correspondences['mediapipe468'],
  };
}

/** Candidates per sliding jaw point. */
export const JAW_CANDIDATES = 13;
/**
 * How far the candidates of a jaw point reach, as shares of the way from the face's middle to its frontal
 * position.
 */
const JAW_FROM = 0.8;
const JAW_TO = 1;
/** Where the contour's first and last points lie, a share of the way from the ear to the chin. */
const JAW_START = 0.03;

export function surfacePoints(
  points: readonly { readonly vertices: readonly number[]; readonly weights: readonly number[] }[],
): SurfacePoints {
  return {
    count: points.length,
    vertices: Uint32Array.from(points.flatMap((point) => point.vertices)),
    weights: Float32Array.from(points.flatMap((point) => point.weights)),
  };
}

const single = (vertex: number) => ({ vertices: [vertex, vertex, vertex], weights: [1, 0, 0] });
const middle = (a: number, b: number) => ({ vertices: [a, b, b], weights: [0.5, 0.5, 0] });

export function headVertex(cut: HeadCut, base: number): number {
  const vertex = cut.headVertexOf.get(base);
  if (vertex === undefined) throw new Error(`landmarks: base vertex ${base} is not part of the head`);
  return vertex;
}

/** Atlas position of each skin vertex (its first texture coordinate). */
export function atlasPositions(cut: HeadCut): Float32Array {
  const out = new Float32Array(cut.baseVertices.length * 2).fill(NaN);
  for (let i = 0; i < cut.triangles.length; i++) {
    const vertex = cut.triangles[i]!;
    const uv = cut.uvTriangles[i]!;
    if (!Number.isNaN(out[vertex * 2]!)) continue;
    out[vertex * 2] = cut.uvs[uv * 2]!;
    out[vertex * 2 + 1] = cut.uvs[uv * 2 + 1]!;
  }
  return out;
}

/** The surface point at an atlas position. */
function pointAt(cut: HeadCut, u: number, v: number): { vertices: number[]; weights: number[] } {
  for (let t = 0; t < cut.uvTriangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => cut.uvTriangles[t + k]! * 2) as [number, number, number];
    const uv = cut.uvs;
    const area =
      (uv[b]! - uv[a]!) * (uv[c + 1]! - uv[a + 1]!) - (uv[c]! - uv[a]!) * (uv[b + 1]! - uv[a + 1]!);
    const wa = ((uv[b]! - u) * (uv[c + 1]! - v) - (uv[c]! - u) * (uv[b + 1]! - v)) / area;
    const wb = ((uv[c]! - u) * (uv[a + 1]! - v) - (uv[a]! - u) * (uv[c + 1]! - v)) / area;
    if (wa < -1e-9 || wb < -1e-9 || wa + wb > 1 + 1e-9) continue;
    return { vertices: [0, 1, 2].map((k) => cut.triangles[t + k]!), weights: [wa, wb, 1 - wa - wb] };
  }
  throw new Error(`landmarks: the atlas is empty at ${u}, ${v}`);
}

/** Number of jaw points and the chin's among them. */
const JAW_POINTS = 17;
const CHIN = 8;

/**
 * Frontal jaw points, evenly spaced along the contour from each end to the chin as annotators place them, in
 * the atlas.
 * @param jaw head vertices of the 17 points
 * @param positions head vertices, mm
 */
function evenJaw(
  atlas: Float32Array,
  jaw: readonly number[],
  positions: ArrayLike<number>,
): [number, number][] {
  const half = (vertices: readonly number[]): [number, number][] => {
    const seen = vertices.map((v) => [positions[v * 3]!, positions[v * 3 + 1]!]);
    const flat = vertices.map((v) => [atlas[v * 2]!, atlas[v * 2 + 1]!]);
    return evenSteps(seen, JAW_START, 1, CHIN + 1).map(
      ({ from, share }) => between(flat[from]!, flat[from + 1]!, share) as [number, number],
    );
  };
  const left = half(jaw.slice(CHIN).toReversed()).toReversed();
  return [...half(jaw.slice(0, CHIN + 1)), ...left.slice(1)];
}

/**
 * Places where each jaw point may slide to: the contour of a turned head is not the frontal one. The
 * candidates run along the atlas line from the face's middle through the frontal point, cheek first.
 */
function jawCandidates(
  cut: HeadCut,
  jaw: readonly (readonly [number, number])[],
  [cu, cv]: readonly [number, number],
) {
  return jaw.flatMap(([u, v]) =>
    Array.from({ length: JAW_CANDIDATES }, (_, k) => {
      const share = JAW_FROM + ((JAW_TO - JAW_FROM) * k) / (JAW_CANDIDATES - 1);
      return pointAt(cut, cu + share * (u - cu), cv + share * (v - cv));
    }),
  );
}

/**
 * An eyeball as seen by the iris points: its vertices' positions relative to the model, and its first vertex.
 */
export interface Eyeball {
  readonly firstVertex: number;
  /** Local positions, n×3, mm. */
  readonly positions: Float64Array;
}

/** Radius of the human iris, mm (Caroline & André 2002: mean diameter 11.8). */
const IRIS_RADIUS_MM = 5.9;

/**
 * Centre, then the iris' edge towards picture right, top, picture left, bottom (MediaPipe's order), as
 * nearest vertices.
 */
function irisPoints(eye: Eyeball): { vertices: number[]; weights: number[] }[] {
  const n = eye.positions.length / 3;
  const centre = sphereCentre({ firstVertex: 0, vertexCount: n }, eye.positions);
  const radius = Math.max(...Array.from({ length: n }, (_, i) => eye.positions[i * 3 + 2]! - centre[2]!));
  const depth = Math.sqrt(Math.max(0, radius ** 2 - IRIS_RADIUS_MM ** 2));
  const directions = [
    [0, 0],
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ];
  return directions.map(([dx, dy], index) => {
    const goal = [
      centre[0]! + dx! * IRIS_RADIUS_MM,
      centre[1]! + dy! * IRIS_RADIUS_MM,
      centre[2]! + (index === 0 ? radius : depth),
    ];
    return nearestTwo(eye, goal);
  });
}

/** The point of the mesh's vertices nearest to a goal, interpolated between the two nearest. */
function nearestTwo(eye: Eyeball, goal: readonly number[]): { vertices: number[]; weights: number[] } {
  const n = eye.positions.length / 3;
  const byDistance = Array.from({ length: n }, (_, i) => ({
    vertex: eye.firstVertex + i,
    distance: Math.hypot(...goal.map((value, axis) => eye.positions[i * 3 + axis]! - value)),
  })).sort((a, b) => a.distance - b.distance);
  const [first, second] = [byDistance[0]!, byDistance[1]!];
  const share = second.distance / (first.distance + second.distance || 1);
  return { vertices: [first.vertex, second.vertex, second.vertex], weights: [share, 1 - share, 0] };
}

/** A point of the base mesh over head vertices. */
const onHead = (cut: HeadCut, { tri, bary }: BasePoint) => ({
  vertices: tri.map((base) => headVertex(cut, base)),
  weights: [...bary],
});

/**
 * The 68 iBUG points and the jaw's places. The inner 51 are where annotators put them, as `place-landmarks`
 * measured, or else the MediaPipe points that mark the same places.
 * @param positions head vertices, mm
 */
export function ibugPoints(
  cut: HeadCut,
  { ibug68, annotated, mediapipe468 }: Correspondences,
  positions: ArrayLike<number>,
): Required<Pick<ModelLandmarks, 'ibug68' | 'jaw'>> {
  const ibug = ibug68.map((base) => headVertex(cut, base));
  const atlas = atlasPositions(cut);
  const jaw = evenJaw(atlas, ibug.slice(0, JAW_POINTS), positions);
  const centre = [atlas[ibug[33]! * 2]!, atlas[ibug[33]! * 2 + 1]!] as const;
  const inner = mediapipeTo68
    .slice(JAW_POINTS)
    .map(
      (index, k) =>
        annotated[JAW_POINTS + k] ?? { tri: mediapipe468.tri[index]!, bary: mediapipe468.bary[index]! },
    );
  return {
    ibug68: surfacePoints([
      ...jaw.map(([u, v]) => pointAt(cut, u, v)),
      ...inner.map((point) => onHead(cut, point)),
    ]),
    jaw: { perPoint: JAW_CANDIDATES, candidates: surfacePoints(jawCandidates(cut, jaw, centre)) },
  };
}

/**
 * All correspondences over head vertices.
 * @param positions head vertices, mm
 */
export function buildLandmarks(
  cut: HeadCut,
  correspondences: Correspondences,
  positions: ArrayLike<number>,
  rightEye: Eyeball,
  leftEye: Eyeball,
) {
  const ibug = correspondences.ibug68.map((base) => headVertex(cut, base));
  const { tri, bary } = correspondences.mediapipe468;
  const mesh = tri.map((triangle, i) => onHead(cut, { tri: triangle, bary: bary[i]! }));
  return {
    ...ibugPoints(cut, correspondences, positions),
    mediapipe: surfacePoints([...mesh, ...irisPoints(rightEye), ...irisPoints(leftEye)]),
    alignment5: surfacePoints([
      middle(ibug[36]!, ibug[39]!),
      middle(ibug[42]!, ibug[45]!),
      single(ibug[30]!),
      single(ibug[48]!),
      single(ibug[54]!),
    ]),
    ibugVertices: ibug,
  };
}
