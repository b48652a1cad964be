import { cropCamera, project } from '../../math/camera.js';
import { createRasterTarget, rasterize, type RasterTarget } from '../../render/rasterize.js';
import type { OccludedFace } from './occluded-face.js';

/** A rectangle of whole pixels. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The pixels of a photo that show the skin of a face. */
export interface FaceRegion {
  /** The rectangle of the photo that `skin` describes: that of the face, cut off at the photo's border. */
  readonly box: PixelBox;
  /** box.width·box.height: 1 where the face's skin is seen, else 0. */
  readonly skin: Uint8Array;
  /** Number of ones. */
  readonly count: number;
}

/** Vertices with at least this share of face belong to it. */
const MEMBER = 0.5;

/**
 * Projects the face's skin; what eyes, teeth, hair-covered scalp, ears and neck show does not count, and
 * neither does what the head itself hides.
 * @throws RangeError when no skin of the face lies within the photo
 */
export function faceRegion(face: OccludedFace, width: number, height: number): FaceRegion {
  const box = faceBox(face, width, height);
  const target = createRasterTarget(box.width, box.height);
  const camera = cropCamera(face.camera, box.x, box.y, 1);
  rasterize(target, face.positions, face.triangles, camera, { cull: 'back' });
  const skin = skinOf(face, target);
  const count = skin.reduce((sum, value) => sum + value, 0);
  if (count === 0)
    throw new RangeError(
      'faceRegion: expected a face within the photo, received one of which no skin is seen.',
    );
  return { box, skin, count };
}

/** 1 per pixel of a target, drawn with `face.triangles`, that shows skin of the face. */
export function skinOf({ skinTriangles, faceMask }: OccludedFace, { triangle }: RasterTarget): Uint8Array {
  const skin = new Uint8Array(triangle.length);
  const count = skinTriangles.length / 3;
  for (let i = 0; i < skin.length; i++) {
    const t = triangle[i]!;
    if (t < 0 || t >= count) continue;
    const share =
      (faceMask[skinTriangles[3 * t]!]! +
        faceMask[skinTriangles[3 * t + 1]!]! +
        faceMask[skinTriangles[3 * t + 2]!]!) /
      3;
    if (share >= MEMBER) skin[i] = 1;
  }
  return skin;
}

/** The smallest rectangle of the photo around the projected face. @throws RangeError when it lies outside */
export function faceBox(
  { positions, faceMask, camera }: OccludedFace,
  width: number,
  height: number,
): PixelBox {
  const pixels = project(positions, camera, new Float32Array((positions.length / 3) * 2));
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < faceMask.length; i++) {
    if (faceMask[i]! < MEMBER || Number.isNaN(pixels[2 * i]!)) continue;
    left = Math.min(left, pixels[2 * i]!);
    right = Math.max(right, pixels[2 * i]!);
    top = Math.min(top, pixels[2 * i + 1]!);
    bottom = Math.max(bottom, pixels[2 * i + 1]!);
  }
  const x = Math.max(0, Math.floor(left));
  const y = Math.max(0, Math.floor(top));
  const box = {
    x,
    y,
    width: Math.min(width, Math.ceil(right)) - x,
    height: Math.min(height, Math.ceil(bottom)) - y,
  };
  if (!(box.width > 0 && box.height > 0))
    throw new RangeError('faceBox: expected a face within the photo, received one outside of it.');
  return box;
}

/**
 * Share of the face's skin that a mask hides.
 * @param mask alpha 0…255 of the whole photo, `width` columns
 */
export function coverageOf({ box, skin, count }: FaceRegion, mask: ArrayLike<number>, width: number): number {
  let hidden = 0;
  for (let y = 0; y < box.height; y++) {
    const row = (box.y + y) * width + box.x;
    for (let x = 0; x < box.width; x++) if (skin[y * box.width + x] === 1) hidden += mask[row + x]!;
  }
  return hidden / (255 * count);
}
