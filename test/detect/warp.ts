import { sampleCrop } from '../../src/detect/crop.js';
import { ImagePyramid } from '../../src/detect/image-pyramid.js';
import { createImage } from '../../src/math/image.js';
import type { Image } from '../../src/math/image.js';

/**
 * Where a picture is placed on a canvas: size factor, roll in degrees (anticlockwise), and centre on the
 * canvas.
 */
export interface Placement {
  readonly scale: number;
  readonly roll: number;
  readonly x: number;
  readonly y: number;
}

/** The picture's position of a canvas position is found by `toSource`; this is the other way round. */
export function placed(
  source: Image,
  { scale, roll, x, y }: Placement,
  point: readonly [number, number],
): [number, number] {
  const angle = (roll * Math.PI) / 180;
  const dx = (point[0] - source.width / 2) * scale;
  const dy = (point[1] - source.height / 2) * scale;
  return [x + dx * Math.cos(angle) + dy * Math.sin(angle), y - dx * Math.sin(angle) + dy * Math.cos(angle)];
}

/** A canvas with pictures pasted in, turned and scaled; everything else is mid grey. */
export function paste(width: number, height: number, source: Image, placements: readonly Placement[]): Image {
  const canvas = createImage(width, height, 3);
  canvas.data.fill(128);
  const pyramid = new ImagePyramid(source);
  for (const { scale, roll, x, y } of placements) {
    // Sampling the source with the opposite turn draws it turned; the centre of the crop is the picture's.
    const side = Math.ceil(Math.hypot(source.width, source.height) * scale);
    const crop = {
      centreX: source.width / 2,
      centreY: source.height / 2,
      scale: 1 / scale,
      roll: -roll,
      width: side,
      height: side,
    };
    const planes = new Float32Array(3 * side * side);
    sampleCrop(pyramid, crop, { gain: 1, offset: 0 }, planes, 0, -1);
    copyInto(canvas, planes, side, Math.round(x - side / 2), Math.round(y - side / 2));
  }
  return canvas;
}

function copyInto(canvas: Image, planes: Float32Array, side: number, left: number, top: number): void {
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = [left + column, top + row];
      const at = row * side + column;
      if (planes[at]! < 0 || x < 0 || y < 0 || x >= canvas.width || y >= canvas.height) continue;
      for (let c = 0; c < 3; c++) canvas.data[(y * canvas.width + x) * 3 + c] = planes[at + c * side * side]!;
    }
  }
}
