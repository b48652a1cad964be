import type { MorphableModel, PersonalUnit } from './morphable-model.js';

/**
 * Adds what the units move in a head of this shape beside what they move in the mean head, V×3 mm, in place.
 * @param shape standard deviations
 * @param expression 0…1
 */
export function addPersonalUnits(
  model: MorphableModel,
  vertices: Float32Array,
  shape: ArrayLike<number>,
  expression: ArrayLike<number>,
): void {
  for (const unit of model.expression.personal ?? []) {
    const value = expression[unit.unit] ?? 0;
    if (value !== 0) addUnit(unit, vertices, shape, value);
  }
}

/**
 * The displacement that a unit has in a head of this shape at coefficient 1, V×3 mm; the model's own where it
 * is the same for all.
 */
export function unitDisplacement(
  { expression, vertexCount }: MorphableModel,
  unit: number,
  shape: ArrayLike<number>,
): Float32Array {
  const width = vertexCount * 3;
  const common = expression.displacements.subarray(unit * width, (unit + 1) * width);
  const personal = expression.personal?.find((one) => one.unit === unit);
  if (!personal) return common;
  const own = common.slice();
  addUnit(personal, own, shape, 1);
  return own;
}

function addUnit(
  { vertices, displacements }: PersonalUnit,
  out: Float32Array,
  shape: ArrayLike<number>,
  value: number,
): void {
  const width = vertices.length * 3;
  for (let k = 0; k < shape.length && k * width < displacements.length; k++) {
    const weight = value * shape[k]!;
    if (weight === 0) continue;
    for (let i = 0, from = k * width; i < vertices.length; i++) {
      const at = vertices[i]! * 3;
      out[at]! += weight * displacements[from++]!;
      out[at + 1]! += weight * displacements[from++]!;
      out[at + 2]! += weight * displacements[from++]!;
    }
  }
}
