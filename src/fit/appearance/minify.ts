import { createImage, type Image } from '../../math/image.js';

/** A part of a photo, reduced by a whole factor. */
export interface Minified {
  readonly image: Image;
  /** Photo position of the part's top left corner, pixels. */
  readonly left: number;
  readonly top: number;
  /** Photo pixels per pixel of the part. */
  readonly factor: number;
}

/**
 * Cuts the area that a head covers out of a photo and averages blocks of pixels where the photo is finer than
 * the texture it is read into, which would alias otherwise.
 * @param pixels V×2 positions of the skin's vertices in the photo
 * @param heads how many of them are the head's, the first ones: they say how fine the photo is
 * @param size texels per side of the texture
 */
export function minified(
  image: Image,
  pixels: Float32Array,
  heads: number,
  vertexCount: number,
  size: number,
): Minified {
  const head = boundsOf(image, pixels, heads);
  const factor = Math.max(1, Math.floor(Math.max(head.x1 - head.x0, head.y1 - head.y0) / size));
  if (factor === 1) return { image, left: 0, top: 0, factor };
  return reduced(image, boundsOf(image, pixels, vertexCount), factor);
}

interface Bounds {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** The box around the vertices that lie in the photo. */
function boundsOf(image: Image, pixels: Float32Array, count: number): Bounds {
  let x0 = image.width;
  let x1 = 0;
  let y0 = image.height;
  let y1 = 0;
  for (let v = 0; v < count; v++) {
    const x = pixels[v * 2]!;
    const y = pixels[v * 2 + 1]!;
    if (!(x >= 0 && x < image.width && y >= 0 && y < image.height)) continue;
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
  }
  return { x0, x1, y0, y1 };
}

function reduced(image: Image, { x0, x1, y0, y1 }: Bounds, factor: number): Minified {
  const left = Math.floor(x0);
  const top = Math.floor(y0);
  const width = Math.floor((Math.ceil(x1) - left) / factor);
  const height = Math.floor((Math.ceil(y1) - top) / factor);
  const out = createImage(width, height, 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (let j = 0; j < factor; j++) {
          for (let i = 0; i < factor; i++)
            sum +=
              image.data[
                ((top + y * factor + j) * image.width + left + x * factor + i) * image.channels + k
              ]!;
        }
        out.data[(y * width + x) * 3 + k] = sum / (factor * factor);
      }
    }
  }
  return { image: out, left, top, factor };
}
