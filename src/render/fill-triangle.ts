import type { RasterScratch } from './raster-target.js';

/**
 * Sub-pixel steps per pixel, as GPUs have. Vertices snap to them, so that edge functions are exact integers.
 */
export const subpixels = 256;

/**
 * Boxes up to this many pixels wide are tested pixel by pixel; bounding their rows by division costs more.
 */
const NARROW = 4;

/**
 * What triangles are drawn into; one record, reused, so that the inner loops see locals and typed arrays
 * only.
 */
export interface FillState {
  width: number;
  height: number;
  inverseDepth: Float32Array;
  triangle: Int32Array;
  /** See {@link RasterizeOptions.behind}. */
  behind: Float32Array | null;
  /** Pixel bounds of what was drawn, maxima exclusive. */
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

export function createFillState(): FillState {
  return {
    width: 0,
    height: 0,
    inverseDepth: new Float32Array(0),
    triangle: new Int32Array(0),
    behind: null,
    minX: 0,
    minY: 0,
    maxX: 0,
    maxY: 0,
  };
}

/**
 * Fills one projected triangle row by row: id and inverse depth of every covered pixel that is nearer than
 * what is there.
 *
 * Each edge function `E(x, y)` is an exact integer below 2^50, held in a double, so its sign is never wrong.
 * Along a row it bounds x by one correctly rounded division, which is exact enough: two different bounds
 * always differ by more than its rounding error.
 *
 * @param a, b, c Indices into `scratch`.
 * @param cullBack Whether to skip it when seen from behind.
 */
export function fillTriangle(
  s: FillState,
  scratch: RasterScratch,
  a: number,
  b: number,
  c: number,
  id: number,
  cullBack: boolean,
): void {
  const { x: sx, y: sy, inverseDepth: iz } = scratch;
  const ax = sx[a]!;
  const ay = sy[a]!;
  let bx = sx[b]!;
  let by = sy[b]!;
  let cx = sx[c]!;
  let cy = sy[c]!;
  // Front faces run counter-clockwise with y up; with y down, as here, their area is negative.
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  if (area === 0 || (cullBack && area > 0)) return;

  // Rows and columns whose pixel centres (at half = 128 sub-pixels) can lie inside.
  const lowX = ax < bx ? (ax < cx ? ax : cx) : bx < cx ? bx : cx;
  const highX = ax > bx ? (ax > cx ? ax : cx) : bx > cx ? bx : cx;
  const lowY = ay < by ? (ay < cy ? ay : cy) : by < cy ? by : cy;
  const highY = ay > by ? (ay > cy ? ay : cy) : by > cy ? by : cy;
  let startX = (lowX + 127) >> 8;
  let endX = (highX + 128) >> 8;
  let startY = (lowY + 127) >> 8;
  let endY = (highY + 128) >> 8;
  if (startX < 0) startX = 0;
  if (startY < 0) startY = 0;
  if (endX > s.width) endX = s.width;
  if (endY > s.height) endY = s.height;
  if (startX >= endX || startY >= endY) return;
  if (startX < s.minX) s.minX = startX;
  if (startY < s.minY) s.minY = startY;
  if (endX > s.maxX) s.maxX = endX;
  if (endY > s.maxY) s.maxY = endY;

  // Order the corners so that the inside is on the positive side of every edge.
  if (area < 0) {
    const x = bx;
    const y = by;
    bx = cx;
    by = cy;
    cx = x;
    cy = y;
  }

  // Edge k from corner k to the next: E = slopeX · x + slopeY · y + constant, x and y in sub-pixels.
  const a0 = ay - by;
  const b0 = bx - ax;
  const a1 = by - cy;
  const b1 = cx - bx;
  const a2 = cy - ay;
  const b2 = ax - cx;
  const px = 128 - ax;
  const qx = 128 - bx;
  const rx = 128 - cx;
  const rowY = 256 * startY + 128;
  // Subtracting one from the other edges makes "inside" E >= 0 for all: with integers E > 0 is E − 1 >= 0.
  let e0 = a0 * px + b0 * (rowY - ay) - (a0 > 0 || (a0 === 0 && b0 > 0) ? 0 : 1);
  let e1 = a1 * qx + b1 * (rowY - by) - (a1 > 0 || (a1 === 0 && b1 > 0) ? 0 : 1);
  let e2 = a2 * rx + b2 * (rowY - cy) - (a2 > 0 || (a2 === 0 && b2 > 0) ? 0 : 1);
  const x0 = 256 * a0;
  const x1 = 256 * a1;
  const x2 = 256 * a2;
  const y0 = 256 * b0;
  const y1 = 256 * b1;
  const y2 = 256 * b2;

  // The plane of inverse depth over pixels.
  const za = iz[a]!;
  const zb = iz[area > 0 ? b : c]! - za;
  const zc = iz[area > 0 ? c : b]! - za;
  const perArea = 256 / Math.abs(area);
  const zx = (zb * a2 + zc * a0) * perArea;
  const zy = (zc * b0 + zb * b2) * perArea;
  let zRow = za + (px * zx + (rowY - ay) * zy) / 256;

  const { inverseDepth, triangle, behind, width } = s;
  if (behind === null && endX - startX <= NARROW) {
    const sx0 = startX * x0;
    const sx1 = startX * x1;
    const sx2 = startX * x2;
    const zStart = zx * startX;
    for (let y = startY; y < endY; y++) {
      let f0 = e0 + sx0;
      let f1 = e1 + sx1;
      let f2 = e2 + sx2;
      let z = zRow + zStart;
      for (let i = (y * width + startX) | 0, end = (y * width + endX) | 0; i < end; i++) {
        if (f0 >= 0 && f1 >= 0 && f2 >= 0 && z > inverseDepth[i]!) {
          inverseDepth[i] = z;
          triangle[i] = id;
        }
        f0 += x0;
        f1 += x1;
        f2 += x2;
        z += zx;
      }
      e0 += y0;
      e1 += y1;
      e2 += y2;
      zRow += zy;
    }
    return;
  }
  for (let y = startY; y < endY; y++) {
    let left = startX;
    let right = endX - 1;
    if (x0 > 0) {
      const x = Math.ceil(-e0 / x0);
      if (x > left) left = x;
    } else if (x0 < 0) {
      const x = Math.floor(e0 / -x0);
      if (x < right) right = x;
    } else if (e0 < 0) right = -1;
    if (x1 > 0) {
      const x = Math.ceil(-e1 / x1);
      if (x > left) left = x;
    } else if (x1 < 0) {
      const x = Math.floor(e1 / -x1);
      if (x < right) right = x;
    } else if (e1 < 0) right = -1;
    if (x2 > 0) {
      const x = Math.ceil(-e2 / x2);
      if (x > left) left = x;
    } else if (x2 < 0) {
      const x = Math.floor(e2 / -x2);
      if (x < right) right = x;
    } else if (e2 < 0) right = -1;
    if (left <= right) {
      let z = zRow + zx * left;
      const begin = (y * width + left) | 0;
      const end = (y * width + right) | 0;
      if (behind === null) {
        for (let i = begin; i <= end; i++) {
          if (z > inverseDepth[i]!) {
            inverseDepth[i] = z;
            triangle[i] = id;
          }
          z += zx;
        }
      } else {
        for (let i = begin; i <= end; i++) {
          // Compared as it would be stored, so that a fragment is never behind itself.
          const stored = Math.fround(z);
          if (stored > inverseDepth[i]! && stored < behind[i]!) {
            inverseDepth[i] = stored;
            triangle[i] = id;
          }
          z += zx;
        }
      }
    }
    e0 += y0;
    e1 += y1;
    e2 += y2;
    zRow += zy;
  }
}
