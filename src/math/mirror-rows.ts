/**
 * Turns planes into their mirror images, row by row, in place.
 * @param width of a row; planes hold whole rows
 */
export function mirrorRows(planes: Float32Array | Uint8Array, width: number): void {
  for (let from = 0; from < planes.length; from += width) planes.subarray(from, from + width).reverse();
}

/**
 * The mean of planes and of what was seen in a mirror, turned around again.
 * @param mirrored changed in place
 */
export function meanOfMirrored(direct: Float32Array, mirrored: Float32Array, width: number): Float32Array {
  mirrorRows(mirrored, width);
  return direct.map((value, at) => (value + mirrored[at]!) / 2);
}
