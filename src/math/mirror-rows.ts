/**
 * Turns planes into their mirror images, row by row, in place.
 * @param width of a row; planes hold whole rows
 */
export function mirrorRows(planes: Float32Array | Uint8Array, width: number): void {
  for (let from = 0; from < planes.length; from += width) planes.subarray(from, from + width).reverse();
}
