import type { Image } from '../math/image.js';

/** A network's view, 3×size×size, −1…1, as a picture of 8 bits. */
export function pictureOfView(view: ArrayLike<number>, size: number): Image {
  const plane = size * size;
  const data = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++)
    for (let c = 0; c < 3; c++)
      data[3 * i + c] = Math.max(0, Math.min(255, Math.round((view[c * plane + i]! + 1) * 127.5)));
  return { width: size, height: size, channels: 3, data };
}

/** The inverse of {@link pictureOfView}. */
export function viewOfPicture(
  { data, width, height }: Image,
  view: Float32Array = new Float32Array(3 * width * height),
): Float32Array {
  const plane = width * height;
  for (let i = 0; i < plane; i++)
    for (let c = 0; c < 3; c++) view[c * plane + i] = data[3 * i + c]! / 127.5 - 1;
  return view;
}
