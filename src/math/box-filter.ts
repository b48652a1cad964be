/**
 * Means over squares of (2·radius + 1)² places of a square plane, beyond whose border there are zeros.
 */
export function boxMeans(plane: Float32Array, size: number, radius: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(plane.length);
  const out = new Float32Array(plane.length);
  addUpRows(plane, size, radius, rows);
  addUpColumns(rows, size, radius, 1 / (2 * radius + 1) ** 2, out);
  return out;
}

/** Three times {@link boxMeans} one after the other: nearly a Gaussian of standard deviation radius + ½. */
export function gaussianMeans(plane: Float32Array, size: number, radius: number): Float32Array<ArrayBuffer> {
  return boxMeans(boxMeans(boxMeans(plane, size, radius), size, radius), size, radius);
}

/** Sums of up to 2·radius + 1 places of a row. */
function addUpRows(from: Float32Array, size: number, radius: number, to: Float32Array): void {
  for (let row = 0; row < from.length; row += size) {
    const end = row + size;
    let sum = 0;
    for (let ahead = row; ahead < Math.min(end, row + radius); ahead++) sum += from[ahead]!;
    for (let at = row, ahead = row + radius, behind = ahead - 2 * radius - 1; at < end; at++) {
      if (ahead < end) sum += from[ahead++]!;
      if (behind >= row) sum -= from[behind]!;
      behind++;
      to[at] = sum;
    }
  }
}

/**
 * Sums of up to 2·radius + 1 places of a column, times a factor: all columns at once, as they lie in memory.
 */
function addUpColumns(
  from: Float32Array,
  size: number,
  radius: number,
  factor: number,
  to: Float32Array,
): void {
  const sums = new Float64Array(size);
  const add = (row: number, sign: number): void => {
    for (let x = 0, at = row * size; x < size; x++) sums[x]! += sign * from[at++]!;
  };
  for (let row = 0; row < Math.min(size, radius); row++) add(row, 1);
  for (let row = 0; row < size; row++) {
    if (row + radius < size) add(row + radius, 1);
    if (row - radius - 1 >= 0) add(row - radius - 1, -1);
    for (let x = 0, at = row * size; x < size; x++) to[at++] = factor * sums[x]!;
  }
}
