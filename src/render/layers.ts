import { addLabelShares, type LabelShares } from './label-shares.js';
import { createRasterTarget, type PixelBounds, type RasterTarget } from './raster-target.js';
import { rasterize } from './rasterize.js';
import { shadePart, type PartShading } from './shade-part.js';

/** Memory of {@link drawLayers}, one set per picture size. */
export interface LayerBuffers {
  readonly raster: RasterTarget;
  /** w·h inverse depths of the layer before. */
  readonly behind: Float32Array;
  /** w·h·4: colours of one layer, and of all so far. */
  readonly fragment: Float32Array;
  readonly front: Float32Array;
}

/** What of a raster target {@link drawLayers} reads. */
export type OpaqueDepths = Pick<RasterTarget, 'width' | 'height' | 'inverseDepth'>;

/** A pixel through which less than this is seen is finished. */
const opaqueEnough = 1 / 512;

/**
 * Draws parts with alpha over the opaque picture.
 *
 * Depth peeling (Everitt 2001): each pass finds the nearest surface behind the one before, pixel by pixel, so
 * that even intersecting cards are in order; layers are composited front to back until nothing is left or the
 * pixel is opaque.
 *
 * @param opaque Inverse depths of the opaque parts, w·h, which hide what lies behind them.
 * @param linear w·h·4 premultiplied; receives the result.
 * @param counted Also receives what the layers show of each label, in a picture `width` pixels wide.
 * @returns The buffers, to be handed in again.
 */
export function drawLayers(
  opaque: OpaqueDepths,
  linear: Float32Array,
  shadings: readonly PartShading[],
  near: number,
  maxLayers: number,
  buffers = createLayerBuffers(opaque.width, opaque.height),
  counted?: { readonly shares: LabelShares; readonly width: number },
): LayerBuffers {
  const { raster, behind, front } = buffers;
  behind.fill(Infinity);
  front.fill(0);
  let area: PixelBounds = { minX: 0, minY: 0, maxX: opaque.width, maxY: opaque.height };
  for (let layer = 0; layer < maxLayers; layer++) {
    beginLayer(raster, opaque, area);
    const drawn: PixelBounds = { minX: opaque.width, minY: opaque.height, maxX: 0, maxY: 0 };
    const boxes = shadings.map(({ part, camera, idOffset }) => {
      rasterize(raster, part.positions, part.triangles, camera, { near, clear: false, idOffset, behind });
      const bounds = { ...raster.bounds };
      drawn.minX = Math.min(drawn.minX, bounds.minX);
      drawn.minY = Math.min(drawn.minY, bounds.minY);
      drawn.maxX = Math.max(drawn.maxX, bounds.maxX);
      drawn.maxY = Math.max(drawn.maxY, bounds.maxY);
      return bounds;
    });
    area = drawn;
    shadings.forEach((shading, k) => {
      const box = boxes[k]!;
      shadePart(raster, shading, box, buffers.fragment);
      if (counted) {
        const before = { width: raster.width, data: front };
        const own = { width: raster.width, data: buffers.fragment };
        addLabelShares(counted.shares, raster, shading, box, counted.width, before, own);
      }
    });
    if (!addLayer(buffers, area)) break;
  }
  if (area.maxX > area.minX) layOver(front, linear, opaque.width, area);
  return buffers;
}

function createLayerBuffers(width: number, height: number): LayerBuffers {
  const count = width * height;
  return {
    raster: createRasterTarget(width, height),
    behind: new Float32Array(count),
    fragment: new Float32Array(4 * count),
    front: new Float32Array(4 * count),
  };
}

/** Empties the ids and starts from the opaque depths, so that only what lies before them is drawn. */
function beginLayer(raster: RasterTarget, opaque: OpaqueDepths, area: PixelBounds): void {
  for (let y = area.minY; y < area.maxY; y++) {
    const from = y * raster.width + area.minX;
    const to = y * raster.width + area.maxX;
    for (let i = from; i < to; i++) {
      raster.inverseDepth[i] = opaque.inverseDepth[i]!;
      raster.triangle[i] = -1;
    }
  }
}

/** Puts the layer's fragments behind what is there; false when there were none. */
function addLayer(buffers: LayerBuffers, area: PixelBounds): boolean {
  const { raster, behind, fragment, front } = buffers;
  let any = false;
  for (let y = area.minY; y < area.maxY; y++) {
    for (let x = area.minX; x < area.maxX; x++) {
      const i = y * raster.width + x;
      if (raster.triangle[i]! < 0) {
        behind[i] = 0;
        continue;
      }
      any = true;
      const through = 1 - front[4 * i + 3]!;
      front[4 * i]! += through * fragment[4 * i]!;
      front[4 * i + 1]! += through * fragment[4 * i + 1]!;
      front[4 * i + 2]! += through * fragment[4 * i + 2]!;
      front[4 * i + 3]! += through * fragment[4 * i + 3]!;
      behind[i] = 1 - front[4 * i + 3]! < opaqueEnough ? 0 : raster.inverseDepth[i]!;
    }
  }
  return any;
}

function layOver(front: Float32Array, linear: Float32Array, width: number, area: PixelBounds): void {
  for (let y = area.minY; y < area.maxY; y++) {
    for (let i = 4 * (y * width + area.minX); i < 4 * (y * width + area.maxX); i += 4) {
      const through = 1 - front[i + 3]!;
      for (let k = 0; k < 4; k++) linear[i + k] = front[i + k]! + through * linear[i + k]!;
    }
  }
}
