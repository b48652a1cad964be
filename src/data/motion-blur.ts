import { createImage, type Image } from '../math/image.js';
import { byteOfLinear, linearOfByte } from '../render/color.js';
import { restoreAlpha } from './alpha.js';

/**
 * Blur of a straight, even movement during the exposure, in linear light: every pixel becomes the mean along
 * a line centred on it. Outermost pixels continue beyond the border, transparency is kept.
 *
 * The image is sheared so that the lines lie along rows or columns, averaged there with a running sum, and
 * sheared back: the time does not depend on the length. The two interpolations soften at most 0.7 px across
 * the movement, nothing where it is horizontal or vertical.
 *
 * @param length of the line, pixels; at most 1 gives a copy
 * @param angle of the movement, degrees, anticlockwise in the picture from +x
 * @throws RangeError for a length or an angle that is not finite
 */
export function motionBlur(image: Image, length: number, angle: number): Image {
  if (!(Math.abs(length) < Infinity && Math.abs(angle) < Infinity)) {
    throw new RangeError(
      `motionBlur: expected a finite length and angle, received ${length} px and ${angle}°.`,
    );
  }
  if (length <= 1) return { ...image, data: Uint8Array.from(image.data) };
  const { width, height, channels } = image;
  const radians = (angle * Math.PI) / 180;
  // The picture's y points down. Exact zeros keep right angles exact.
  const dx = angle % 180 === 90 || angle % 180 === -90 ? 0 : Math.cos(radians);
  const dy = angle % 180 === 0 ? 0 : -Math.sin(radians);
  const flat = Math.abs(dx) >= Math.abs(dy);
  return restoreAlpha(
    image,
    blurAlong(image, {
      steps: flat ? width : height,
      step: channels * (flat ? 1 : width),
      lines: flat ? height : width,
      line: channels * (flat ? width : 1),
      slope: flat ? dy / dx : dx / dy,
      extent: Math.max(1, length * Math.max(Math.abs(dx), Math.abs(dy))),
    }),
  );
}

/** The image seen along the axis nearest to the movement. */
interface Path {
  /** Pixels along that axis, and values from one to the next. */
  readonly steps: number;
  readonly step: number;
  /** Pixels along the other axis, and values from one to the next. */
  readonly lines: number;
  readonly line: number;
  /** Change along the other axis per pixel of this one, −1…1. */
  readonly slope: number;
  /** Length of the movement along this axis, pixels, at least 1. */
  readonly extent: number;
}

/** One sheared line at a time, and what is known of the shear at each step along it. */
interface Shear extends Path {
  readonly channels: number;
  /** s · slope, rounded down, and the rest. */
  readonly offsets: Int32Array;
  readonly shares: Float64Array;
}

/**
 * Sheared line T holds, at step s, the image at T + s · slope. The lines are made, averaged and sheared back
 * one after the other; each pixel lies between two that follow each other.
 */
function blurAlong(image: Image, path: Path): Image {
  const { steps, lines, slope, extent } = path;
  const { channels, data } = image;
  const out = createImage(image.width, image.height, channels);
  const offsets = Int32Array.from({ length: steps }, (_, s) => Math.floor(s * slope));
  const shear: Shear = {
    ...path,
    channels,
    offsets,
    shares: Float64Array.from(offsets, (offset, s) => s * slope - offset),
  };
  const lowest = Math.min(offsets[0]!, offsets[steps - 1]!);
  const highest = Math.max(offsets[0]!, offsets[steps - 1]!);
  const margin = Math.floor((extent - 1) / 2) + 1;
  const padded = new Float64Array(steps + 2 * margin);
  // The averaged line before this one and this one, per channel.
  let before = new Float64Array(steps * channels);
  let now = new Float64Array(steps * channels);
  for (let t = -1 - highest; t < lines - lowest; t++) {
    // Steps at which pixels of this line, or of the next, lie in the image; a slope keeps them together.
    let from = 0;
    let to = steps - 1;
    while (from < steps && (t + offsets[from]! < -1 || t + offsets[from]! >= lines)) from++;
    while (to >= from && (t + offsets[to]! < -1 || t + offsets[to]! >= lines)) to--;
    for (let c = 0; c < channels && from <= to; c++) {
      gather(data, shear, t, c, padded, margin, from, to);
      average(padded, margin, extent, now.subarray(c * steps, (c + 1) * steps), from, to);
      scatter(
        now.subarray(c * steps, (c + 1) * steps),
        before.subarray(c * steps, (c + 1) * steps),
        shear,
        t,
        c,
        out.data,
        from,
        to,
      );
    }
    [before, now] = [now, before];
  }
  return out;
}

/**
 * Reads sheared line `t` of one channel in linear light, and `margin` steps beyond its ends where the first
 * or last step continues.
 */
function gather(
  data: Image['data'],
  { steps, step, lines, line, offsets, shares }: Shear,
  t: number,
  channel: number,
  padded: Float64Array,
  margin: number,
  from: number,
  to: number,
): void {
  const start = Math.max(0, from - margin);
  const end = Math.min(steps - 1, to + margin);
  const last = lines - 1;
  for (let s = start; s <= end; s++) {
    const y = t + offsets[s]!;
    const at = s * step + channel;
    const near = linearOfByte[data[Math.min(last, Math.max(0, y)) * line + at]!]!;
    const far = linearOfByte[data[Math.min(last, Math.max(0, y + 1)) * line + at]!]!;
    padded[s + margin] = near + shares[s]! * (far - near);
  }
  if (from < margin) padded.fill(padded[start + margin]!, from, start + margin);
  if (to + margin > end) padded.fill(padded[end + margin]!, end + margin + 1, to + 2 * margin + 1);
}

/** The mean over `extent` values around each, the outermost two counted in part; a running sum. */
function average(
  padded: Float64Array,
  margin: number,
  extent: number,
  out: Float64Array,
  from: number,
  to: number,
): void {
  const width = 2 * margin - 1;
  const part = (extent - width) / 2;
  const scale = 1 / extent;
  let sum = 0;
  for (let k = from + 1; k < from + width; k++) sum += padded[k]!;
  for (let s = from; s <= to; s++) {
    sum += padded[s + width]!;
    out[s] = (sum + part * (padded[s]! + padded[s + width + 1]!)) * scale;
    sum -= padded[s + 1]!;
  }
}

/** Writes the pixels between sheared line `t` and the one before it. */
function scatter(
  now: Float64Array,
  before: Float64Array,
  { step, lines, line, offsets, shares }: Shear,
  t: number,
  channel: number,
  out: Image['data'],
  from: number,
  to: number,
): void {
  for (let s = from; s <= to; s++) {
    const y = t + offsets[s]!;
    if (y >= 0 && y < lines)
      out[y * line + s * step + channel] = byteOfLinear(now[s]! + shares[s]! * (before[s]! - now[s]!));
  }
}
