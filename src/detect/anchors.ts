/** The two grids of the detector: pixels per cell and anchors per cell, in output order. */
const grids = [
  { stride: 16, perCell: 2 },
  { stride: 32, perCell: 6 },
] as const;

/** Input sides must be multiples of this. */
export const anchorAlignment = 32;

/**
 * Anchor centres of the BlazeFace detector in input pixels, `[x0, y0, x1, y1, …]` in the order of its outputs
 * (Bazarevsky et al. 2019, "BlazeFace", section 3.2; all anchors have one size, so only centres matter).
 * @param width,height network input size, multiples of 32
 */
export function anchorCentres(width: number, height: number): Float32Array {
  if (width % anchorAlignment !== 0 || height % anchorAlignment !== 0) {
    throw new RangeError(
      `anchorCentres: expected sides that are multiples of ${anchorAlignment}, received ${width}×${height}.`,
    );
  }
  const centres: number[] = [];
  for (const { stride, perCell } of grids) {
    for (let y = stride / 2; y < height; y += stride) {
      for (let x = stride / 2; x < width; x += stride) {
        for (let k = 0; k < perCell; k++) centres.push(x, y);
      }
    }
  }
  return Float32Array.from(centres);
}
