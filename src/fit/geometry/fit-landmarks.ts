import type { Camera } from '../../math/camera.js';
import { addRow, flushRows, normalEquations } from '../../math/normal-equations.js';
import { alignPoints } from '../../math/procrustes.js';
import { evaluateBasis, type PointBasis } from '../../model/point-basis.js';
import { oneOfEachPair, step, type CoefficientLimits, type State, type Workspace } from './bounded-step.js';

/** What the head model is fitted to. */
export interface LandmarkObservations {
  /**
   * count×3: pixels of the photo, and depth on the same scale (smaller is nearer), as the dense landmark
   * network gives it.
   */
  readonly points: Float32Array;
  /** How much to trust each point a priori, 0…1; 0 leaves it out. */
  readonly weights: Float32Array;
  /**
   * For points of the outline: unit normal of the outline in the image, count×2; others are NaN. Only the
   * error across the outline counts.
   */
  readonly outlineNormals: Float32Array;
  /** Lips that touch, or nearly. Default: none. */
  readonly contacts?: readonly Contact[];
}

/** Two points that touch at rest: how far an expression parts them is seen far better than where they are. */
export interface Contact {
  readonly upper: number;
  readonly lower: number;
  /** How far they are apart across the mouth, pixels of the photo. */
  readonly gap: number;
  /** How much to trust that, 0…1. */
  readonly weight: number;
}

export interface LandmarkFitOptions {
  readonly iterations: number;
  /** Strength of the priors relative to a landmark's squared error in units of `noise`. */
  readonly shapePrior: number;
  readonly expressionPrior: number;
  /** Expected landmark error as a share of the face's size. */
  readonly noise: number;
  /** Error, in units of `noise`, at which a landmark counts one quarter (Geman & McClure 1987). */
  readonly outlierScale: number;
  /** Expected error of the network's depth as a share of the face's size. */
  readonly depthNoise: number;
  /** Depth is used of points with at least this a priori trust. */
  readonly depthFrom: number;
  /** Expected error of a contact's distance as a share of the face's size. */
  readonly contactNoise: number;
}

export const defaultLandmarkFitOptions: LandmarkFitOptions = {
  iterations: 7,
  shapePrior: 1,
  expressionPrior: 1,
  noise: 0.012,
  outlierScale: 2.5,
  depthNoise: 0.06,
  depthFrom: 0.6,
  contactNoise: 0.001,
};

export interface HeadFit {
  readonly rotation: Float64Array;
  readonly translation: Float64Array;
  /** Shape, then expression coefficients. */
  readonly coefficients: Float64Array;
  /** Robust weight of each landmark at the end, 0…1. */
  readonly confidence: Float32Array;
  /** Root-mean-square error of the trusted landmarks, as a share of the face's size. */
  readonly error: number;
}

/** Where a fit begins and what its priors draw the coefficients to. */
export interface FitStart {
  readonly rotation: ArrayLike<number>;
  readonly translation: ArrayLike<number>;
  /** Shape, then expression; within the limits. */
  readonly coefficients: ArrayLike<number>;
  /** What priors draw the coefficients to; default: where they start. */
  readonly middle?: ArrayLike<number>;
}

function workspace(basis: PointBasis): Workspace {
  const n = 6 + basis.coefficients;
  return {
    ...normalEquations(n),
    positions: new Float64Array(basis.count * 3),
    jx: new Float64Array(n),
    jy: new Float64Array(n),
    jz: new Float64Array(n),
    solution: new Float64Array(n),
    factor: new Float64Array(n * n),
  };
}

/** Geometric size of a point cloud in the image: the root of its bounding box' area, px. */
export function faceSize(points: ArrayLike<number>, stride: number): number {
  let x0 = Infinity;
  let x1 = -Infinity;
  let y0 = Infinity;
  let y1 = -Infinity;
  for (let i = 0; i + 1 < points.length; i += stride) {
    x0 = Math.min(x0, points[i]!);
    x1 = Math.max(x1, points[i]!);
    y0 = Math.min(y0, points[i + 1]!);
    y1 = Math.max(y1, points[i + 1]!);
  }
  return Math.sqrt((x1 - x0) * (y1 - y0));
}

/**
 * A pose to start from: the similarity that moves the mean head's points onto the observed ones, whose depth
 * the network estimates too (Horn 1987), turned into a perspective pose of the same size.
 */
function initialState(basis: PointBasis, observed: LandmarkObservations, camera: Camera): State {
  const target = new Float64Array(basis.count * 3);
  for (let i = 0; i < basis.count; i++) {
    target[i * 3] = observed.points[i * 3]! - camera.cx;
    target[i * 3 + 1] = camera.cy - observed.points[i * 3 + 1]!;
    target[i * 3 + 2] = -observed.points[i * 3 + 2]!;
  }
  const { scale, rotation, translation } = alignPoints(basis.mean, target, { weights: observed.weights });
  const depth = camera.focal / scale;
  return {
    rotation,
    coefficients: new Float64Array(basis.coefficients),
    translation: Float64Array.of(translation[0]! / scale, translation[1]! / scale, -depth),
  };
}

/**
 * Derivatives of the image position, and of the depth, by one pose parameter that moves the point by (dx, dy,
 * dz).
 */
function poseRow(
  work: Workspace,
  k: number,
  dx: number,
  dy: number,
  dz: number,
  f: number,
  u: number,
  v: number,
): void {
  work.jx[k] = f * (dx + u * dz);
  work.jy[k] = -f * (dy + v * dz);
  work.jz[k] = dz;
}

/**
 * Until this iteration, or share of them, of a fit without a start the priors are so much stronger: wrong
 * points are to be told by an ordinary head first, before a flexible one has bent to them.
 */
const FIRM = 4;
const FIRM_SHARE = 0.3;
const FIRMNESS = 100;

function firmed(options: LandmarkFitOptions, firm: boolean): LandmarkFitOptions {
  if (!firm) return options;
  const { shapePrior, expressionPrior } = options;
  return { ...options, shapePrior: FIRMNESS * shapePrior, expressionPrior: FIRMNESS * expressionPrior };
}

/**
 * Fits pose, shape and expression to dense landmarks by Gauss–Newton steps with priors, iteratively
 * reweighted so that points that disagree (covered, off the photo) lose influence. Outline points constrain
 * only across the outline.
 *
 * Minimises Σ ρ(wᵢ‖π(R·xᵢ(s,e)+t) − pᵢ‖²/σ²) + Σ wⱼ(gⱼ(e) − dⱼ)²/σg² + λs‖s − s₀‖² + λe‖e − e₀‖², e
 * within bounds; s₀ and e₀ are those of `start`, or 0; gⱼ is how far apart an expression moves the points of
 * a contact, dⱼ how far they are seen to be.
 *
 * @param start default: the mean head, moved onto the points
 */
export function fitLandmarks(
  basis: PointBasis,
  observed: LandmarkObservations,
  camera: Camera,
  limits: CoefficientLimits,
  options: LandmarkFitOptions = defaultLandmarkFitOptions,
  start?: FitStart,
): HeadFit {
  const size = faceSize(observed.points, 3);
  const state = start
    ? {
        rotation: Float64Array.from(start.rotation),
        translation: Float64Array.from(start.translation),
        coefficients: Float64Array.from(start.coefficients),
      }
    : initialState(basis, observed, camera);
  const work = workspace(basis);
  const confidence = new Float32Array(basis.count);
  let error = 0;
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    // Pose alone first; otherwise shape bends to make up for a pose that is still wrong.
    const active = iteration < 2 ? 6 : 6 + basis.coefficients;
    const robustness = options.outlierScale * (iteration < 3 ? 3 : 1);
    error = buildEquations(
      basis,
      observed,
      camera,
      state,
      work,
      { ...options, outlierScale: robustness },
      size,
      active,
      limits.shapeCount,
      confidence,
    );
    const firm = !start && iteration < Math.max(FIRM, FIRM_SHARE * options.iterations);
    addPriors(work, state, limits, firmed(options, firm), active, start?.middle ?? start?.coefficients);
    if (!step(work, state, oneOfEachPair(limits, state, work), active)) break;
  }
  return { ...state, confidence, error };
}

function buildEquations(
  basis: PointBasis,
  observed: LandmarkObservations,
  camera: Camera,
  state: State,
  work: Workspace,
  options: LandmarkFitOptions,
  size: number,
  active: number,
  shapeCount: number,
  confidence: Float32Array,
): number {
  const { rotation: r, translation: t } = state;
  const { positions, jx, jy, jz } = work;
  const scale = 1 / (options.noise * size);
  const depthScale = 1 / (options.depthNoise * size);
  work.hessian.fill(0);
  work.gradient.fill(0);
  evaluateBasis(basis, state.coefficients, positions);
  const meanDepth = -t[2]!;
  const depthOffset = meanDepthDifference(positions, observed, r, camera.focal / meanDepth);
  let errorSum = 0;
  let weightSum = 0;
  for (let i = 0; i < basis.count; i++) {
    const prior = observed.weights[i]!;
    if (prior === 0) continue;
    const x = positions[i * 3]!;
    const y = positions[i * 3 + 1]!;
    const z = positions[i * 3 + 2]!;
    const rx = r[0]! * x + r[1]! * y + r[2]! * z;
    const ry = r[3]! * x + r[4]! * y + r[5]! * z;
    const rz = r[6]! * x + r[7]! * y + r[8]! * z;
    const px = rx + t[0]!;
    const py = ry + t[1]!;
    const depth = -(rz + t[2]!);
    const f = (camera.focal / depth) * scale;
    const u = px / depth;
    const v = py / depth;
    // Image y grows downwards; both residuals are in units of the expected noise.
    let ex = camera.focal * u * scale + (camera.cx - observed.points[i * 3]!) * scale;
    let ey = -camera.focal * v * scale + (camera.cy - observed.points[i * 3 + 1]!) * scale;
    // A small turn ω changes R·x by ω × (R·x); a shift changes it by itself.
    poseRow(work, 0, 0, -rz, ry, f, u, v);
    poseRow(work, 1, rz, 0, -rx, f, u, v);
    poseRow(work, 2, -ry, rx, 0, f, u, v);
    poseRow(work, 3, 1, 0, 0, f, u, v);
    poseRow(work, 4, 0, 1, 0, f, u, v);
    poseRow(work, 5, 0, 0, 1, f, u, v);
    for (let k = 6, at = i * basis.coefficients * 3; k < active; k++, at += 3) {
      const bx = basis.directions[at]!;
      const by = basis.directions[at + 1]!;
      const bz = basis.directions[at + 2]!;
      const dx = r[0]! * bx + r[1]! * by + r[2]! * bz;
      const dy = r[3]! * bx + r[4]! * by + r[5]! * bz;
      const dz = r[6]! * bx + r[7]! * by + r[8]! * bz;
      jx[k] = f * (dx + u * dz);
      jy[k] = -f * (dy + v * dz);
      jz[k] = dz;
    }
    const nx = observed.outlineNormals[i * 2]!;
    const ny = observed.outlineNormals[i * 2 + 1]!;
    const outline = !Number.isNaN(nx);
    if (outline) {
      ex = nx * ex + ny * ey;
      ey = 0;
      for (let k = 0; k < active; k++) jx[k] = nx * jx[k]! + ny * jy[k]!;
    }
    const squared = ex * ex + ey * ey;
    const robust = 1 / (1 + squared / (options.outlierScale * options.outlierScale)) ** 2;
    confidence[i] = robust;
    const weight = prior * robust;
    errorSum += weight * squared;
    weightSum += weight;
    addRow(work, jx, ex, weight, active);
    if (outline) continue;
    addRow(work, jy, ey, weight, active);
    if (prior < options.depthFrom) continue;
    const ez = (-(camera.focal / meanDepth) * rz - observed.points[i * 3 + 2]! - depthOffset) * depthScale;
    if (Math.abs(ez) > 3) continue;
    const slope = -(camera.focal / meanDepth) * depthScale;
    for (let k = 0; k < active; k++) jz[k] = k === 5 ? 0 : slope * jz[k]!;
    addRow(work, jz, ez, weight, active);
  }
  const contactScale = { gap: 1 / (options.contactNoise * size), mm: camera.focal / meanDepth };
  for (const contact of observed.contacts ?? [])
    addContact(basis, contact, state.coefficients, shapeCount, contactScale, work, active);
  flushRows(work, active);
  return Math.sqrt(errorSum / Math.max(weightSum, 1e-9)) * options.noise;
}

/**
 * One row: what the expressions, shape and pose aside, do to the distance of two points that touch at rest.
 * @param scale units of the expected error a pixel, and pixels a millimetre
 */
function addContact(
  { mean, directions, coefficients: count }: PointBasis,
  { upper, lower, gap, weight }: Contact,
  coefficients: Float64Array,
  shapeCount: number,
  scale: { readonly gap: number; readonly mm: number },
  work: Workspace,
  active: number,
): void {
  const row = work.jx;
  row.fill(0);
  const rest = mean[3 * upper + 1]! - mean[3 * lower + 1]!;
  // The mesh draws closed lips closer than they are on the model at rest.
  let apart = Math.min(0, rest - gap / scale.mm);
  for (let k = shapeCount; k < count; k++) {
    const parts = directions[3 * (upper * count + k) + 1]! - directions[3 * (lower * count + k) + 1]!;
    apart += parts * coefficients[k]!;
    row[6 + k] = scale.gap * scale.mm * parts;
  }
  addRow(work, row, scale.gap * scale.mm * apart, weight, active);
}

/**
 * The network's depth has a zero of its own: the mean difference between the model's depth and the observed
 * one, px.
 */
function meanDepthDifference(
  positions: Float64Array,
  observed: LandmarkObservations,
  r: Float64Array,
  scale: number,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < observed.weights.length; i++) {
    const weight = observed.weights[i]!;
    const rz = r[6]! * positions[i * 3]! + r[7]! * positions[i * 3 + 1]! + r[8]! * positions[i * 3 + 2]!;
    sum += weight * (-scale * rz - observed.points[i * 3 + 2]!);
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}

function addPriors(
  work: Workspace,
  state: State,
  limits: CoefficientLimits,
  options: LandmarkFitOptions,
  active: number,
  middle: ArrayLike<number> | undefined,
): void {
  const n = work.jx.length;
  for (let k = 6; k < active; k++) {
    const unit = k - 6 - limits.shapeCount;
    const prior = unit < 0 ? options.shapePrior : options.expressionPrior * (limits.stiffness?.[unit] ?? 1);
    work.hessian[k * n + k]! += prior;
    work.gradient[k]! -= prior * (state.coefficients[k - 6]! - (middle?.[k - 6] ?? 0));
  }
  // A trace of damping keeps unobserved directions (a face seen by few points) solvable.
  for (let k = 0; k < n; k++) work.hessian[k * n + k]! += k < active ? 1e-6 : 1;
}
