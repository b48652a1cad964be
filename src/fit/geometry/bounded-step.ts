import { solveCholesky } from '../../math/linear-solve.js';
import type { NormalEquations } from '../../math/normal-equations.js';
import { multiplyRotations, rotationFromAxisAngle } from '../../math/rotation.js';

/** Coefficient bounds and which of the coefficients are expressions. */
export interface CoefficientLimits {
  readonly shapeCount: number;
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** Shape coefficients stay within ± this many standard deviations. */
  readonly shapeLimit: number;
  /** Pairs of expressions of which at most one is above 0. */
  readonly opposing?: readonly (readonly [number, number])[];
  /** Pairs of expressions of which the first is never above the second. */
  readonly following?: readonly (readonly [number, number])[];
  /** How much stronger than others each expression is drawn to the prior's middle; 1 where not given. */
  readonly stiffness?: ArrayLike<number>;
}

/** Buffers of a fit. */
export interface Workspace extends NormalEquations {
  readonly positions: Float64Array;
  readonly jx: Float64Array;
  readonly jy: Float64Array;
  readonly jz: Float64Array;
  /** The step, and the matrix that solving for it overwrites. */
  readonly solution: Float64Array;
  readonly factor: Float64Array;
}

/** Pose and coefficients of a head in a fit. */
export interface State {
  rotation: Float64Array;
  translation: Float64Array;
  coefficients: Float64Array;
}

/**
 * How often a step is solved for again because coefficients met their bounds; hardly ever more than three
 * times.
 */
const BOUND_ROUNDS = 6;
const BOUND_TOLERANCE = 1e-9;

/**
 * Limits of a step in which of each opposing pair the smaller one ends at 0; of two at 0 the one that the
 * equations want less stays there.
 */
export function oneOfEachPair(limits: CoefficientLimits, state: State, work: Workspace): CoefficientLimits {
  if (!limits.opposing || limits.opposing.length === 0) return limits;
  const upper = Float64Array.from(limits.upper);
  const value = (unit: number) => state.coefficients[limits.shapeCount + unit]!;
  const wanted = (unit: number) => work.gradient[6 + limits.shapeCount + unit]!;
  for (const [a, b] of limits.opposing) {
    const second = value(a) === value(b) ? wanted(a) >= wanted(b) : value(a) > value(b);
    upper[second ? b : a] = 0;
  }
  return { ...limits, upper };
}

/**
 * Applies one step of a fit whose coefficients have bounds; those at a bound that want to leave it are held
 * there.
 * @param active the first so many unknowns count
 * @returns whether the step could be solved for and leaves the head before the camera
 */
export function step(work: Workspace, state: State, limits: CoefficientLimits, active: number): boolean {
  const n = work.jx.length;
  const held = holdAtBounds(work, state, limits, active, n);
  const d = solveWithinBounds(work, state, limits, active, n, held);
  if (!d) return false;
  state.rotation = multiplyRotations(rotationFromAxisAngle(d.subarray(0, 3)), state.rotation);
  for (let axis = 0; axis < 3; axis++) state.translation[axis]! += d[3 + axis]!;
  for (let k = 6; k < active; k++) {
    const [low, high] = boundsOf(limits, k - 6);
    state.coefficients[k - 6] = Math.min(high, Math.max(low, state.coefficients[k - 6]! + d[k]!));
  }
  return state.translation[2]! < 0;
}

/**
 * The step; coefficients that it would carry over a bound stop there and the others are solved for again.
 * Only cutting the step off would leave the others where they belong if it had not been cut off, and the fit
 * would jump to and fro.
 */
function solveWithinBounds(
  { hessian, gradient, solution, factor }: Workspace,
  state: State,
  limits: CoefficientLimits,
  active: number,
  n: number,
  held: ReadonlySet<number>,
): Float64Array | undefined {
  const loose = new Set(active > 6 ? limits.following : []);
  for (let round = 0; round < BOUND_ROUNDS; round++) {
    factor.set(hessian);
    solution.set(gradient);
    if (!solveCholesky(factor, solution, n)) return undefined;
    let stopped = 0;
    for (const pair of loose) {
      const [follower, leader] = pair.map((unit) => 6 + limits.shapeCount + unit) as [number, number];
      const ahead = state.coefficients[follower - 6]! - state.coefficients[leader - 6]!;
      if (ahead + solution[follower]! - solution[leader]! <= BOUND_TOLERANCE) continue;
      stopped++;
      loose.delete(pair);
      tie(hessian, gradient, n, [follower, leader], ahead, held);
    }
    if (stopped > 0) continue;
    for (let k = 6; k < active; k++) {
      const value = state.coefficients[k - 6]!;
      const [low, high] = boundsOf(limits, k - 6);
      const goal = value + solution[k]!;
      if (goal >= low - BOUND_TOLERANCE && goal <= high + BOUND_TOLERANCE) continue;
      stopped++;
      const move = (goal < low ? low : high) - value;
      for (let j = 0; j < n; j++) {
        const at = j < k ? k * n + j : j * n + k;
        gradient[j]! -= hessian[at]! * move;
        hessian[at] = 0;
      }
      hessian[k * n + k] = 1;
      gradient[k] = move;
    }
    if (stopped === 0) break;
  }
  return solution;
}

/** How firmly two unknowns are tied, against a Hessian of up to some 1e6. */
const TIE = 1e9;

/** Makes an unknown that would pass another go with it; one that is held waits for none. */
function tie(
  hessian: Float64Array,
  gradient: Float64Array,
  n: number,
  [follower, leader]: readonly [number, number],
  ahead: number,
  held: ReadonlySet<number>,
): void {
  hessian[follower * n + follower]! += TIE;
  gradient[follower]! -= TIE * ahead;
  if (held.has(leader)) return;
  hessian[leader * n + leader]! += TIE;
  gradient[leader]! += TIE * ahead;
  hessian[Math.max(follower, leader) * n + Math.min(follower, leader)]! -= TIE;
}

function boundsOf(limits: CoefficientLimits, k: number): [number, number] {
  if (k < limits.shapeCount) return [-limits.shapeLimit, limits.shapeLimit];
  return [limits.lower[k - limits.shapeCount]!, limits.upper[k - limits.shapeCount]!];
}

/** @returns the unknowns that are held */
function holdAtBounds(
  work: Workspace,
  state: State,
  limits: CoefficientLimits,
  active: number,
  n: number,
): Set<number> {
  const held = new Set<number>();
  for (let k = 6; k < active; k++) {
    const value = state.coefficients[k - 6]!;
    const [low, high] = boundsOf(limits, k - 6);
    const gradient = work.gradient[k]!;
    if (!((value <= low && gradient < 0) || (value >= high && gradient > 0))) continue;
    for (let j = 0; j < n; j++) {
      work.hessian[k * n + j] = 0;
      work.hessian[j * n + k] = 0;
    }
    work.hessian[k * n + k] = 1;
    work.gradient[k] = 0;
    held.add(k);
  }
  return held;
}
