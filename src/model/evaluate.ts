import { addRows } from '../math/add-rows.js';
import { solveCholesky } from '../math/linear-solve.js';
import { rotationFromAxisAngle } from '../math/rotation.js';
import type { ModelPart, MorphableModel, SurfacePoints } from './morphable-model.js';
import { addPersonalUnits } from './personal-units.js';

/**
 * How far each eyeball is turned, radians: positive yaw looks towards picture right, positive pitch looks
 * down.
 */
export interface Gaze {
  readonly yaw: number;
  readonly pitch: number;
}

export interface HeadCoefficients {
  /** Standard deviations, at most `model.shape.count`; missing ones are 0. */
  readonly shape?: ArrayLike<number>;
  /** Within the model's bounds, at most `model.expression.count`. */
  readonly expression?: ArrayLike<number>;
  readonly gaze?: Gaze;
}

/**
 * Vertices of a head, S = S̄ + Σ sₖ Bₖ + Σ eₖ Eₖ (Blanz & Vetter 1999, eq. 1, with blendshapes for
 * expression), and what units move besides in heads of other shapes (`personal-units.ts`).
 * @returns V×3, mm, head space; `out` if given
 */
export function evaluateVertices(
  model: MorphableModel,
  coefficients: HeadCoefficients,
  out = new Float32Array(model.vertexCount * 3),
): Float32Array {
  const { shape, expression } = coefficients;
  out.set(shape ? neutralVertices(model, shape) : model.meanShape);
  addDisplacements(out, model.expression.displacements, expression, model.expression.count, 'expression');
  if (shape && expression) addPersonalUnits(model, out, shape, expression);
  if (coefficients.gaze) turnEyes(model, out, coefficients.gaze);
  return out;
}

/** Of each model the head that was asked for last: the same one is wanted again and again. */
const lastNeutral = new WeakMap<
  MorphableModel,
  { readonly shape: Float64Array; readonly vertices: Float32Array }
>();

/** Vertices of a head at rest, which belong to this module. */
function neutralVertices(model: MorphableModel, shape: ArrayLike<number>): Float32Array {
  const last = lastNeutral.get(model);
  if (last && last.shape.length === shape.length && last.shape.every((value, k) => value === shape[k]))
    return last.vertices;
  const vertices = Float32Array.from(model.meanShape);
  addDisplacements(vertices, model.shape.displacements, shape, model.shape.count, 'shape');
  lastNeutral.set(model, { shape: Float64Array.from(shape), vertices });
  return vertices;
}

/**
 * Adds expressions to the vertices of a neutral head, V×3 mm, in place.
 * @param expression 0…1, at most `model.expression.count`
 * @param shape of the head
 */
export function addExpression(
  model: MorphableModel,
  vertices: Float32Array,
  expression: ArrayLike<number>,
  shape: ArrayLike<number>,
): Float32Array {
  addPersonalUnits(model, vertices, shape, expression);
  addDisplacements(
    vertices,
    model.expression.displacements,
    expression,
    model.expression.count,
    'expression',
  );
  return vertices;
}

function addDisplacements(
  out: Float32Array,
  displacements: Float32Array,
  coefficients: ArrayLike<number> | undefined,
  count: number,
  name: string,
): void {
  if (!coefficients) return;
  if (coefficients.length > count)
    throw new RangeError(
      `evaluateVertices: expected at most ${count} ${name} coefficients, received ${coefficients.length}.`,
    );
  addRows(out, displacements, coefficients);
}

/**
 * The point that a part turns about, an eyeball's centre: that of the sphere that fits its vertices best
 * (least squares on the squared radius). The mean of an eyeball's vertices would not do: they are dense about
 * the iris and end behind the lids, which puts it halfway to the iris. It is taken where no sphere fits.
 */
export function sphereCentre(
  part: Pick<ModelPart, 'firstVertex' | 'vertexCount'>,
  vertices: ArrayLike<number>,
): [number, number, number] {
  const mean = meanVertex(part, vertices);
  const hessian = new Float64Array(16);
  const gradient = new Float64Array(4);
  const row = [0, 0, 0, 1];
  for (let i = part.firstVertex; i < part.firstVertex + part.vertexCount; i++) {
    let squared = 0;
    for (let axis = 0; axis < 3; axis++) {
      const local = vertices[i * 3 + axis]! - mean[axis]!;
      row[axis] = 2 * local;
      squared += local * local;
    }
    for (let a = 0; a < 4; a++) {
      gradient[a]! += row[a]! * squared;
      for (let b = 0; b <= a; b++) hessian[a * 4 + b]! += row[a]! * row[b]!;
    }
  }
  if (!solveCholesky(hessian, gradient, 4)) return mean;
  return [mean[0] + gradient[0]!, mean[1] + gradient[1]!, mean[2] + gradient[2]!];
}

function meanVertex(
  part: Pick<ModelPart, 'firstVertex' | 'vertexCount'>,
  vertices: ArrayLike<number>,
): [number, number, number] {
  const mean: [number, number, number] = [0, 0, 0];
  for (let i = part.firstVertex; i < part.firstVertex + part.vertexCount; i++) {
    for (let axis = 0; axis < 3; axis++) mean[axis]! += vertices[i * 3 + axis]! / part.vertexCount;
  }
  return mean;
}

/** The rotation that turns an eyeball looking straight ahead, row-major 3×3. */
export function gazeRotation({ yaw, pitch }: Gaze): Float64Array {
  return rotationFromAxisAngle([pitch, yaw, 0]);
}

/** Turns all parts that turn (eyeballs) about their own centres, in place. */
export function turnEyes(model: MorphableModel, vertices: Float32Array, gaze: Gaze): void {
  const r = gazeRotation(gaze);
  for (const part of model.parts) {
    if (part.turnsAbout !== 'sphereCentre') continue;
    const c = sphereCentre(part, vertices);
    for (let i = part.firstVertex * 3; i < (part.firstVertex + part.vertexCount) * 3; i += 3) {
      const x = vertices[i]! - c[0];
      const y = vertices[i + 1]! - c[1];
      const z = vertices[i + 2]! - c[2];
      vertices[i] = c[0] + r[0]! * x + r[1]! * y + r[2]! * z;
      vertices[i + 1] = c[1] + r[3]! * x + r[4]! * y + r[5]! * z;
      vertices[i + 2] = c[2] + r[6]! * x + r[7]! * y + r[8]! * z;
    }
  }
}

/** Vertices as surface points. */
export function pointsAtVertices(vertices: ArrayLike<number>): SurfacePoints {
  const count = vertices.length;
  return {
    count,
    vertices: Uint32Array.from({ length: 3 * count }, (_, k) => vertices[Math.floor(k / 3)]!),
    weights: Float32Array.from({ length: 3 * count }, (_, k) => (k % 3 === 0 ? 1 : 0)),
  };
}

/** Positions of surface points, count×3. */
export function evaluatePoints(
  points: SurfacePoints,
  vertices: ArrayLike<number>,
  out = new Float32Array(points.count * 3),
): Float32Array {
  for (let i = 0; i < points.count; i++) {
    for (let axis = 0; axis < 3; axis++) {
      let sum = 0;
      for (let k = 0; k < 3; k++)
        sum += points.weights[i * 3 + k]! * vertices[points.vertices[i * 3 + k]! * 3 + axis]!;
      out[i * 3 + axis] = sum;
    }
  }
  return out;
}

/** Expression coefficients within the model's bounds; a new array. */
export function clampExpression(
  { expression: { lower, upper } }: MorphableModel,
  expression: Float32Array,
): Float32Array {
  return expression.map((value, k) => Math.min(upper[k]!, Math.max(lower[k]!, value)));
}
