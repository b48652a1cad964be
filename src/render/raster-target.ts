/**
 * What {@link rasterize} writes: one record per pixel, row-major from the top left. Create one per image size
 * and reuse it; drawing into it allocates nothing once its scratch memory has grown to the largest mesh.
 */
export interface RasterTarget {
  readonly width: number;
  readonly height: number;
  /** w·h: distance `−z` in mm along the viewing axis; `+Infinity` where nothing was drawn. */
  readonly depth: Float32Array;
  /** w·h: index of the visible triangle plus the call's `idOffset`; −1 where nothing was drawn. */
  readonly triangle: Int32Array;
  /**
   * w·h·2: perspective-correct weights of the visible triangle's first and second corner, each 0…1; the third
   * corner's is one minus both. Left as it was where nothing was drawn.
   */
  readonly barycentric: Float32Array;
  /**
   * w·h: the z-buffer itself, `1 / depth`, 0 where nothing was drawn. Linear across the picture of a plane.
   */
  readonly inverseDepth: Float32Array;
  /** The pixel rectangle that the last drawing call may have touched; empty where `maxX <= minX`. */
  readonly bounds: PixelBounds;
  /** Per-vertex memory of the rasterizer; grows on demand. */
  readonly scratch: RasterScratch;
}

/** Columns `minX…maxX − 1` and rows `minY…maxY − 1`. */
export interface PixelBounds {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

/**
 * Projected vertices: fixed-point screen position, inverse depth, and whether a vertex needs the clipping
 * path.
 */
export interface RasterScratch {
  x: Int32Array;
  y: Int32Array;
  inverseDepth: Float64Array;
  /** 0 inside the guard band, 1 to be clipped, 2 not a number. */
  code: Uint8Array;
}

/**
 * Greatest width and height of a target: beyond it the fixed-point edge functions would no longer be exact.
 */
export const maxTargetSize = 16_384;

/** A cleared target of `width × height` pixels. */
export function createRasterTarget(width: number, height: number): RasterTarget {
  for (const size of [width, height]) {
    if (!Number.isInteger(size) || size < 1 || size > maxTargetSize) {
      throw new RangeError(
        `createRasterTarget: expected a width and height of 1…${maxTargetSize} pixels, got ${width}×${height}; render in tiles.`,
      );
    }
  }
  const count = width * height;
  const target: RasterTarget = {
    width,
    height,
    depth: new Float32Array(count),
    triangle: new Int32Array(count),
    barycentric: new Float32Array(2 * count),
    inverseDepth: new Float32Array(count),
    bounds: { minX: width, minY: height, maxX: 0, maxY: 0 },
    scratch: {
      x: new Int32Array(0),
      y: new Int32Array(0),
      inverseDepth: new Float64Array(0),
      code: new Uint8Array(0),
    },
  };
  clearRasterTarget(target);
  return target;
}

/** Empties a target. */
export function clearRasterTarget(target: RasterTarget): void {
  target.inverseDepth.fill(0);
  target.depth.fill(Infinity);
  target.triangle.fill(-1);
}
