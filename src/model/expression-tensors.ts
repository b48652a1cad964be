import type { ExpressionBasis, PersonalUnit } from './morphable-model.js';
import { dequantizeRows, quantizeRows, rowsOf, vertexIndices } from './quantized-rows.js';
import type { Tensor, TensorReader } from './tensor-reader.js';

/** Gives a file one more tensor. */
export type SetTensor = (name: string, shape: readonly number[], data: Tensor['data']) => void;

/** What expressions move less than this, mm, rests. */
const LEAST_MOTION = 0.01;

/** Displacements of the vertices that any expression moves, and which those are. */
export function addExpressions(
  set: SetTensor,
  { count, displacements, personal = [] }: ExpressionBasis,
  v: number,
): void {
  const rows = rowsOf(displacements, count);
  const moved = Array.from({ length: v }, (_, vertex) => vertex).filter((vertex) =>
    rows.some((row) => [0, 1, 2].some((axis) => Math.abs(row[vertex * 3 + axis]!) > LEAST_MOTION)),
  );
  const kept = rows.map((row) =>
    Float32Array.from({ length: moved.length * 3 }, (_, i) => row[moved[Math.floor(i / 3)]! * 3 + (i % 3)]!),
  );
  const { steps, scales } = quantizeRows(kept, 16);
  set('expression.vertices', [moved.length], vertexIndices(moved, v));
  set('expression.displacements', [count, moved.length, 3], steps);
  set('expression.scales', [count], scales);
  for (const { unit, vertices, displacements: own } of personal) {
    const components = own.length / (3 * vertices.length);
    const rows8 = quantizeRows(rowsOf(own, components), 8);
    set(`expression.personal.${unit}.vertices`, [vertices.length], vertexIndices(vertices, v));
    set(`expression.personal.${unit}.displacements`, [components, vertices.length, 3], rows8.steps);
    set(`expression.personal.${unit}.scales`, [components], rows8.scales);
  }
}

/** A basis whose components move any vertex. @param v vertices of the model */
export function readBasis(
  read: TensorReader,
  name: string,
  v: number,
): { count: number; displacements: Float32Array } {
  const scales = read.floats(`${name}.scales`, [undefined]);
  const steps = read.steps(`${name}.displacements`, [scales.length, v, 3]);
  return { count: scales.length, displacements: dequantizeRows(steps, scales) };
}

/** Units, of which the file has the vertices that move. */
export function readExpressions(
  read: TensorReader,
  v: number,
): { count: number; displacements: Float32Array } {
  if (!read.has('expression.vertices')) return readBasis(read, 'expression', v);
  const scales = read.floats('expression.scales', [undefined]);
  const vertices = read.integers('expression.vertices', [undefined], v);
  const steps = read.steps('expression.displacements', [scales.length, vertices.length, 3]);
  const displacements = new Float32Array(scales.length * v * 3);
  for (let row = 0, from = 0; row < scales.length; row++) {
    const scale = scales[row]!;
    for (let i = 0; i < vertices.length; i++) {
      const at = (row * v + vertices[i]!) * 3;
      displacements[at] = scale * steps[from++]!;
      displacements[at + 1] = scale * steps[from++]!;
      displacements[at + 2] = scale * steps[from++]!;
    }
  }
  return { count: scales.length, displacements };
}

/** @param components of the shape */
export function readPersonalUnits(
  read: TensorReader,
  units: number,
  components: number,
  v: number,
): PersonalUnit[] {
  const found: PersonalUnit[] = [];
  for (let unit = 0; unit < units; unit++) {
    const name = `expression.personal.${unit}`;
    if (!read.has(`${name}.vertices`)) continue;
    const vertices = read.integers(`${name}.vertices`, [undefined], v);
    const scales = read.floats(`${name}.scales`, [components]);
    const steps = read.steps(`${name}.displacements`, [components, vertices.length, 3]);
    found.push({ unit, vertices, displacements: dequantizeRows(steps, scales) });
  }
  return found;
}
