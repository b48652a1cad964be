export interface Quantized {
  readonly steps: Int16Array | Int8Array;
  readonly scales: Float32Array;
}

/** Stores each row as integers times a step of its own; the largest value of a row uses the full range. */
export function quantizeRows(rows: readonly ArrayLike<number>[], bits: 8 | 16): Quantized {
  const width = rows[0]?.length ?? 0;
  const top = bits === 16 ? 32_767 : 127;
  const steps = bits === 16 ? new Int16Array(rows.length * width) : new Int8Array(rows.length * width);
  const scales = Float32Array.from(rows, (row) => {
    let largest = 0;
    for (let i = 0; i < width; i++) largest = Math.max(largest, Math.abs(row[i]!));
    return largest / top || 1;
  });
  rows.forEach((row, r) => {
    for (let i = 0; i < width; i++) steps[r * width + i] = Math.round(row[i]! / scales[r]!);
  });
  return { steps, scales };
}

/** The rows back. */
export function dequantizeRows(steps: Int16Array | Int8Array, scales: Float32Array): Float32Array {
  const width = scales.length ? steps.length / scales.length : 0;
  const out = new Float32Array(steps.length);
  for (let row = 0; row < scales.length; row++) {
    const scale = scales[row]!;
    for (let i = row * width; i < (row + 1) * width; i++) out[i] = scale * steps[i]!;
  }
  return out;
}

/** Equal parts of values. */
export const rowsOf = (values: Float32Array, count: number): Float32Array[] =>
  Array.from({ length: count }, (_, k) =>
    values.subarray((k * values.length) / count, ((k + 1) * values.length) / count),
  );

/** Vertices in as few bytes as a mesh of so many allows. */
export const vertexIndices = (values: ArrayLike<number>, count: number) =>
  count <= 65_536 ? Uint16Array.from(values) : Uint32Array.from(values);
