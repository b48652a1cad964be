import type { ImagePyramid } from './image-pyramid.js';

/**
 * A rectangle of an image, turned and scaled: what a network gets to see.
 *
 * The crop's centre lies at (`centreX`, `centreY`) of the image; its +x axis is the image's, turned by `roll`
 * degrees (anticlockwise in the picture, see docs/conventions.md), so a face of that roll stands upright in
 * it.
 */
export interface Crop {
  readonly centreX: number;
  readonly centreY: number;
  /** Image pixels per crop pixel. */
  readonly scale: number;
  readonly roll: number;
  /** Crop pixels. */
  readonly width: number;
  readonly height: number;
}

/** How 8-bit values become network input: `value · gain + offset`. */
export interface Normalisation {
  readonly gain: number;
  readonly offset: number;
}

/** The image step, in pixels, of one crop pixel to the right (`ax`, `ay`) and down (`bx`, `by`). */
export function cropAxes(crop: Crop): { ax: number; ay: number; bx: number; by: number } {
  const angle = (crop.roll * Math.PI) / 180;
  // Exact quarter turns keep right angles exact, so that a turned image is sampled at its pixel centres.
  const quarter = crop.roll % 90 === 0;
  const cos = crop.scale * (quarter ? Math.round(Math.cos(angle)) : Math.cos(angle));
  const sin = crop.scale * (quarter ? Math.round(Math.sin(angle)) : Math.sin(angle));
  return { ax: cos, ay: -sin, bx: sin, by: cos };
}

/** Image position of a crop position. */
export function cropToImage(crop: Crop, x: number, y: number): [x: number, y: number] {
  const { ax, ay, bx, by } = cropAxes(crop);
  const dx = x - crop.width / 2;
  const dy = y - crop.height / 2;
  return [crop.centreX + dx * ax + dy * bx, crop.centreY + dx * ay + dy * by];
}

/**
 * Samples a crop into planar red, green, blue floats at `offset` of `target` (3 · height · width values).
 *
 * Bilinear, from the pyramid level nearest in scale so that shrinking does not alias. Beyond the image's
 * border its outermost pixels continue, or `outside` (an 8-bit value) is taken when given.
 */
export function sampleCrop(
  pyramid: ImagePyramid,
  crop: Crop,
  { gain, offset: bias }: Normalisation,
  target: Float32Array,
  offset = 0,
  outside?: number,
): void {
  // A crop pixel of up to 1.6 source pixels still reads well with bilinear weights.
  const { image, level } = pyramid.level(Math.max(0, Math.round(Math.log2(crop.scale) - 0.18)));
  const shrink = 1 / 2 ** level;
  const { ax, ay, bx, by } = cropAxes({ ...crop, scale: crop.scale * shrink });
  const { width, height, data, channels } = image;
  const green = channels >= 3 ? 1 : 0;
  const blue = channels >= 3 ? 2 : 0;
  const plane = crop.width * crop.height;
  // Position of the first crop pixel's centre, in units where the image's first pixel centre is 0.
  const startX = crop.centreX * shrink - 0.5 + (0.5 - crop.width / 2) * ax + (0.5 - crop.height / 2) * bx;
  const startY = crop.centreY * shrink - 0.5 + (0.5 - crop.width / 2) * ay + (0.5 - crop.height / 2) * by;
  const filled = outside === undefined ? NaN : outside * gain + bias;
  const stride = width * channels;
  const lastX = width - 1;
  const lastY = height - 1;
  let at = offset;
  for (let row = 0; row < crop.height; row++) {
    for (let column = 0; column < crop.width; column++, at++) {
      let x = startX + column * ax + row * bx;
      let y = startY + column * ay + row * by;
      let right: number = channels;
      let down = stride;
      // Most pixels lie inside: one test instead of eight.
      if (!(x >= 0 && y >= 0 && x < lastX && y < lastY)) {
        if (outside !== undefined && (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5)) {
          target[at] = target[at + plane] = target[at + 2 * plane] = filled;
          continue;
        }
        x = x < 0 ? 0 : x > lastX ? lastX : x;
        y = y < 0 ? 0 : y > lastY ? lastY : y;
        if (x >= lastX) right = 0;
        if (y >= lastY) down = 0;
      }
      const left = x | 0;
      const top = y | 0;
      const fx = x - left;
      const fy = y - top;
      const p00 = top * stride + left * channels;
      const p01 = p00 + right;
      const p10 = p00 + down;
      const p11 = p10 + right;
      const w11 = fx * fy;
      const w01 = fx - w11;
      const w10 = fy - w11;
      const w00 = 1 - fx - w10;
      target[at] = (data[p00]! * w00 + data[p01]! * w01 + data[p10]! * w10 + data[p11]! * w11) * gain + bias;
      target[at + plane] =
        (data[p00 + green]! * w00 +
          data[p01 + green]! * w01 +
          data[p10 + green]! * w10 +
          data[p11 + green]! * w11) *
          gain +
        bias;
      target[at + 2 * plane] =
        (data[p00 + blue]! * w00 +
          data[p01 + blue]! * w01 +
          data[p10 + blue]! * w10 +
          data[p11 + blue]! * w11) *
          gain +
        bias;
    }
  }
}
