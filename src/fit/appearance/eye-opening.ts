import { cropCamera, type Camera } from '../../math/camera.js';
import type { ModelPart, MorphableModel } from '../../model/morphable-model.js';
import { createRasterTarget, rasterize, type RasterTarget } from '../../render/rasterize.js';

/** Side of the picture in which lids and eyeball hide each other, pixels. */
const PICTURE = 96;
/** What is around the eyeball in it, in its widths. */
const MARGIN = 1.15;
/** Parts of an eyeball that look further away than this, cosine, are not asked where it lies. */
const FRONT = 0.25;

/** An eyeball between its lids, in a square of the photo. */
export interface EyeOpening {
  /** The square's corner, and how wide the eyeball is; pixels of the photo. */
  readonly left: number;
  readonly top: number;
  readonly size: number;
  /** Pixels of the picture per pixel of the photo. */
  readonly scale: number;
  /** The picture; triangles of the eyeball come after those of the skin. */
  readonly target: RasterTarget;
  /** Triangles of the skin. */
  readonly firstTriangle: number;
}

/**
 * Draws an eyeball and the skin before it.
 * @param positions V×3, camera space, mm
 * @param pixels V×2, pixels of the photo
 * @param facing V, cosine to the camera
 */
export function eyeOpening(
  model: MorphableModel,
  part: ModelPart,
  {
    positions,
    pixels,
    facing,
    camera,
  }: {
    readonly positions: Float32Array;
    readonly pixels: Float32Array;
    readonly facing: Float32Array;
    readonly camera: Camera;
  },
): EyeOpening {
  const range = (axis: 0 | 1): [number, number] => {
    let [least, most] = [Infinity, -Infinity];
    for (let v = part.firstVertex; v < part.firstVertex + part.vertexCount; v++) {
      if (facing[v]! < FRONT) continue;
      least = Math.min(least, pixels[2 * v + axis]!);
      most = Math.max(most, pixels[2 * v + axis]!);
    }
    return [least, most];
  };
  const [x0, x1] = range(0);
  const [y0, y1] = range(1);
  const size = MARGIN * Math.max(1e-3, x1 - x0, y1 - y0);
  const left = (x0 + x1 - size) / 2;
  const top = (y0 + y1 - size) / 2;
  const scale = PICTURE / size;
  const crop = cropCamera(camera, left, top, scale);
  const target = createRasterTarget(PICTURE, PICTURE);
  const { triangles } = model.parts[0]!;
  const firstTriangle = triangles.length / 3;
  rasterize(target, positions, triangles, crop);
  rasterize(target, positions, part.triangles, crop, { clear: false, idOffset: firstTriangle });
  return { left, top, size: size / MARGIN, scale, target, firstTriangle };
}

/** How much of what is around a pixel of the photo is eyeball, 0…1. @param radius pixels of the picture */
export function openShare({ left, top, scale, target, firstTriangle }: EyeOpening, radius: number) {
  return (x: number, y: number): number => {
    const column = Math.floor((x - left) * scale);
    const row = Math.floor((y - top) * scale);
    let ball = 0;
    for (let r = row - radius; r <= row + radius; r++)
      for (let c = column - radius; c <= column + radius; c++)
        if (
          c >= 0 &&
          c < PICTURE &&
          r >= 0 &&
          r < PICTURE &&
          target.triangle[r * PICTURE + c]! >= firstTriangle
        )
          ball++;
    return ball / (2 * radius + 1) ** 2;
  };
}
