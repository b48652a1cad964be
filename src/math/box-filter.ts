/**
 * Means over squares of (2·radius + 1)² places of a square plane, beyond whose border there are zeros.
 */
export function boxMeans(plane: Float32Array, size: number, radius: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(plane.length);
  const out = new Float32Array(plane.length);
  for (const [from, to, along, across] of [
    [plane, rows, 1, size],
    [rows, out, size, 1],
  ] as const)
    for (let line = 0; line < size; line++) {
      let sum = 0;
      for (let k = -radius; k < size; k++) {
        if (k + radius < size) sum += from[line * across + (k + radius) * along]!;
        if (k - radius - 1 >= 0) sum -= from[line * across + (k - radius - 1) * along]!;
        if (k >= 0) to[line * across + k * along] = sum / (2 * radius + 1);
      }
    }
  return out;
}

/** Three times {@link boxMeans} one after the other: nearly a Gaussian of standard deviation radius + ½. */
export function gaussianMeans(plane: Float32Array, size: number, radius: number): Float32Array<ArrayBuffer> {
  return boxMeans(boxMeans(boxMeans(plane, size, radius), size, radius), size, radius);
}
