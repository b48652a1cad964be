import { project, transformPoints, type Camera } from '../../math/camera.js';
import { multiplyRotations, rotationFromAxisAngle, rotationToEuler } from '../../math/rotation.js';
import { smoothstep } from '../../math/smoothstep.js';
import { evaluateVertices, pointsAtVertices } from '../../model/evaluate.js';
import { headVertexCount } from '../../model/head-and-bust.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { pointBasis, type PointBasis } from '../../model/point-basis.js';
import type { PhotoMap } from '../../network/parsing/face-parser.js';
import type { CoefficientLimits } from './bounded-step.js';
import {
  defaultLandmarkFitOptions,
  faceSize,
  fitLandmarks,
  type FitStart,
  type HeadFit,
  type LandmarkFitOptions,
  type LandmarkObservations,
} from './fit-landmarks.js';

/** How likely a photo shows skin, and background: where one ends and the other begins is the outline. */
export interface OutlineMaps {
  readonly skin: PhotoMap;
  readonly background: PhotoMap;
}

/** Heads turned by less than this, degrees, do not show their profile against the background. */
const TURNED = 40;
/**
 * A head so far from the photo's outline, sizes of the face, may be turned much further than it was found: so
 * many degrees, up to a greatest turn.
 */
const FAR_OFF = 0.035;
const FURTHER = 24;
const FURTHEST = 92;
/** How often the outline is looked for and fitted to. */
const ROUNDS = 2;
/** Heights at which it is looked for, and at how many of them it must be found. */
const LEVELS = 40;
const FEWEST = 10;
/** How far from the head's outline the photo's is looked for, and in which steps; sizes of the face. */
const REACH = 0.35;
const STEP = 0.008;
/** So far on either side of it there must be skin and background, sizes of the face. */
const BESIDE = 0.03;
/** A likelihood at which something is so. */
const LIKELY = 0.5;
/** A direction across an outline leads this much forward at least; others are not the profile's. */
const FORWARD = 0.2;
/**
 * What a point of the outline counts for, and what is left of the landmarks at a turn, degrees, and beyond:
 * those of profiles are drawn half turned, wherever they come from. Chosen on synthetic heads.
 */
const OUTLINE_TRUST = 4;
const LANDMARKS_LEFT = 0.15;
const PROFILE = 55;
/** The half of the face that is not seen must not bend to follow the other's outline. */
const outlineOptions: LandmarkFitOptions = {
  ...defaultLandmarkFitOptions,
  shapePrior: 12,
  expressionPrior: 12,
};
/** So much of the squared coefficients weighs as much as a hundredth of the face's size between outlines. */
const OUTLINE_ERROR = 3;

/** What {@link fitProfile} goes on from. */
export interface ProfileStart {
  readonly basis: PointBasis;
  readonly observed: LandmarkObservations;
  readonly camera: Camera;
  readonly limits: CoefficientLimits;
  /** The head that was found, and the one that it was found from. */
  readonly found: HeadFit;
  readonly start: FitStart;
}

interface Outline {
  /** Vertices of the head's outline whose place in the photo's outline was found. */
  readonly vertices: readonly number[];
  /** Those places, pixels, and unit normals there, pairs. */
  readonly places: readonly number[];
  readonly normals: readonly number[];
  /** Mean distance of the two outlines, pixels. */
  readonly error: number;
}

/**
 * Turns and shapes a head that is seen from the side so that its profile, forehead to chin, is that of the
 * photo: iterated closest points across the outline (Chen & Medioni 1992) beside the landmarks. Where the two
 * are far apart, a further turn is tried as well, as networks that hardly know profiles draw them half
 * turned; the head that follows the outline and is still the most ordinary one is kept.
 *
 * @returns what was found where the head is hardly turned, or hair or covers take the outline
 */
export function fitProfile(model: MorphableModel, from: ProfileStart, maps: OutlineMaps): HeadFit {
  const { found, camera, observed } = from;
  const { yaw } = rotationToEuler(found.rotation);
  if (Math.abs(yaw) < TURNED) return found;
  const size = faceSize(observed.points, 3);
  const isFarOff = outlineOf(model, found, camera, maps, size).error > FAR_OFF * size;
  const further = isFarOff && Math.abs(yaw) + FURTHER < FURTHEST ? [FURTHER * Math.sign(yaw)] : [];
  let best = found;
  let least = Infinity;
  for (const degrees of [0, ...further]) {
    const fit = fitTurned(model, from, maps, degrees);
    const cost = fit && costOf(model, fit, from, maps);
    if (cost === undefined || cost >= least) continue;
    least = cost;
    best = fit!;
  }
  return best;
}

/** The fit that begins with the head turned further about its own upright, degrees. */
function fitTurned(
  model: MorphableModel,
  { basis, observed, camera, limits, found, start }: ProfileStart,
  maps: OutlineMaps,
  further: number,
): HeadFit | undefined {
  const angle = (further * Math.PI) / 180;
  const turn = rotationFromAxisAngle([1, 4, 7].map((k) => found.rotation[k]! * angle));
  let fit: HeadFit = { ...found, rotation: multiplyRotations(turn, found.rotation) };
  const size = faceSize(observed.points, 3);
  const left = landmarksLeft(rotationToEuler(fit.rotation).yaw);
  for (let round = 0; round < ROUNDS; round++) {
    const outline = outlineOf(model, fit, camera, maps, size);
    if (outline.vertices.length < FEWEST) return undefined;
    const both = withOutline(model, basis, observed, left, outline);
    fit = fitLandmarks(both.basis, both.observed, camera, limits, outlineOptions, {
      rotation: fit.rotation,
      translation: fit.translation,
      coefficients: start.coefficients,
    });
  }
  return { ...fit, confidence: fit.confidence.slice(0, basis.count) };
}

/** The share of the landmarks' weight that is left at a turn, degrees. */
function landmarksLeft(yaw: number): number {
  return 1 - (1 - LANDMARKS_LEFT) * smoothstep(TURNED, PROFILE, Math.abs(yaw));
}

/** How far a head is from the photo's outline, and from the one that it began as. */
function costOf(
  model: MorphableModel,
  fit: HeadFit,
  { observed, camera, start }: ProfileStart,
  maps: OutlineMaps,
): number | undefined {
  const size = faceSize(observed.points, 3);
  const { vertices, error } = outlineOf(model, fit, camera, maps, size);
  if (vertices.length < FEWEST) return undefined;
  const bent = fit.coefficients.reduce((sum, value, k) => sum + (value - start.coefficients[k]!) ** 2, 0);
  return (100 * OUTLINE_ERROR * error) / size + bent;
}

const fronts = new WeakMap<MorphableModel, readonly number[]>();

/** Vertices of the face that may be its outline from forehead to chin. */
function frontOf(model: MorphableModel): readonly number[] {
  let front = fronts.get(model);
  if (!front) {
    const isIn = (name: string, v: number): boolean => (model.regions.get(name)?.[v] ?? 0) > 0.1;
    const inside = ['ears', 'sockets', 'mouthCavity'];
    front = Array.from({ length: headVertexCount(model) }, (_, v) => v).filter(
      (v) => model.regions.get('face')![v]! > 0.5 && !inside.some((name) => isIn(name, v)),
    );
    fronts.set(model, front);
  }
  return front;
}

/** The outline of a posed head's front and the photo's next to it. */
function outlineOf(
  model: MorphableModel,
  { rotation: r, translation, coefficients }: HeadFit,
  camera: Camera,
  maps: OutlineMaps,
  size: number,
): Outline {
  const vertices = evaluateVertices(model, {
    shape: Float32Array.from(coefficients.subarray(0, model.shape.count)),
    expression: Float32Array.from(coefficients.subarray(-model.expression.count)),
  });
  const pixels = project(
    transformPoints(r, translation, vertices, new Float32Array(vertices.length)),
    camera,
    new Float32Array(2 * model.vertexCount),
  );
  // The head's own upright in the picture, and across it where the face looks.
  const length = Math.hypot(r[1]!, r[4]!) || 1;
  const up = [r[1]! / length, -r[4]! / length] as const;
  const side = Math.sign(up[0] * -r[5]! - up[1] * r[2]!) || 1;
  const forward = [-up[1] * side, up[0] * side] as const;
  const found = { vertices: [] as number[], places: [] as number[], normals: [] as number[] };
  let apart = 0;
  for (const v of foremost(frontOf(model), pixels, up, forward)) {
    const [x, y] = [pixels[2 * v]!, pixels[2 * v + 1]!];
    const away = outlineFrom(x, y, forward, size, maps);
    if (away === undefined) continue;
    const [placeX, placeY] = [x + away * forward[0], y + away * forward[1]];
    const [nx, ny] = normalAt(placeX, placeY, size, maps);
    if (nx * forward[0] + ny * forward[1] < FORWARD) continue;
    found.vertices.push(v);
    found.places.push(placeX, placeY);
    found.normals.push(nx, ny);
    apart += Math.abs(nx * (x - placeX) + ny * (y - placeY));
  }
  return { ...found, error: apart / Math.max(1, found.vertices.length) };
}

type Direction = readonly [number, number];

/** Of vertices at each of some heights the one that lies foremost in the picture. */
function foremost(
  vertices: readonly number[],
  pixels: Float32Array,
  up: Direction,
  forward: Direction,
): number[] {
  const along = ([dx, dy]: Direction, v: number): number => pixels[2 * v]! * dx + pixels[2 * v + 1]! * dy;
  const heights = vertices.map((v) => along(up, v));
  const low = Math.min(...heights);
  const perLevel = (Math.max(...heights) - low) / LEVELS;
  const best: (number | undefined)[] = new Array<undefined>(LEVELS).fill(undefined);
  vertices.forEach((v, i) => {
    const level = Math.min(LEVELS - 1, Math.floor((heights[i]! - low) / perLevel));
    const other = best[level];
    if (other === undefined || along(forward, v) > along(forward, other)) best[level] = v;
  });
  return best.filter((v) => v !== undefined);
}

/** How far along a direction skin ends and background begins: the nearest such place, pixels. */
function outlineFrom(
  x: number,
  y: number,
  [dx, dy]: Direction,
  size: number,
  { skin, background }: OutlineMaps,
): number | undefined {
  const at = (map: PhotoMap, t: number): number => map(x + t * size * dx, y + t * size * dy);
  let best: number | undefined;
  let before = at(background, -REACH);
  for (let t = STEP - REACH; t <= REACH; t += STEP) {
    const value = at(background, t);
    const isEdge = before < LIKELY && value >= LIKELY;
    const edge = t - (STEP * (value - LIKELY)) / (value - before);
    before = value;
    if (!isEdge || at(skin, edge - BESIDE) < LIKELY || at(background, edge + BESIDE) < LIKELY) continue;
    if (best === undefined || Math.abs(edge) < Math.abs(best)) best = edge;
  }
  return best === undefined ? undefined : best * size;
}

/** The direction in which background becomes likelier, of length 1. */
function normalAt(x: number, y: number, size: number, { background }: OutlineMaps): Direction {
  const d = 1.5 * BESIDE * size;
  const nx = background(x + d, y) - background(x - d, y);
  const ny = background(x, y + d) - background(x, y - d);
  const length = Math.hypot(nx, ny) || 1;
  return [nx / length, ny / length];
}

/** Landmarks, fewer of them, with the outline's points behind them. */
function withOutline(
  model: MorphableModel,
  basis: PointBasis,
  { points, weights, outlineNormals }: LandmarkObservations,
  left: number,
  { vertices, places, normals }: Outline,
): { readonly basis: PointBasis; readonly observed: LandmarkObservations } {
  const count = vertices.length;
  const own = pointBasis(model, pointsAtVertices(vertices));
  // Only the error across an outline counts, so its depth does not matter.
  const inPhoto = Array.from({ length: 3 * count }, (_, k) =>
    k % 3 === 2 ? 0 : places[2 * Math.floor(k / 3) + (k % 3)]!,
  );
  return {
    basis: {
      count: basis.count + count,
      mean: joined(basis.mean, own.mean),
      directions: joined(basis.directions, own.directions),
      coefficients: basis.coefficients,
    },
    observed: {
      points: joined(points, inPhoto),
      weights: joined(
        weights.map((weight) => left * weight),
        new Float32Array(count).fill(OUTLINE_TRUST),
      ),
      outlineNormals: joined(outlineNormals, normals),
    },
  };
}

function joined(a: Float32Array, b: ArrayLike<number>): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
