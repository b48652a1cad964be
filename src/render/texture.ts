import type { Image } from '../math/image.js';
import { linearOfByte } from './color.js';

/**
 * A picture to sample, in linear light, with smaller and smaller copies (mip levels).
 *
 * Level 0 is the picture itself. `channels` is 3, or 4 with *premultiplied* alpha, so that filtering never
 * mixes in the colour of transparent texels. Coordinates as in docs/conventions.md; outside 0…1 the border
 * texels continue.
 */
export interface Texture {
  readonly channels: 3 | 4;
  readonly levels: readonly TextureLevel[];
}

export interface TextureLevel {
  readonly width: number;
  readonly height: number;
  /** w·h·channels, linear. */
  readonly data: Float32Array;
}

export interface TextureOptions {
  /** Whether to build the smaller copies. Default true. */
  readonly mipmaps?: boolean;
  /**
   * Whether to keep the alpha of a four-channel image. Default true; false for opaque parts, whose colour
   * counts everywhere.
   */
  readonly alpha?: boolean;
}

/** A texture of an 8-bit image: colours are decoded from sRGB; grey becomes three equal channels. */
export function createTexture(image: Image, options: TextureOptions = {}): Texture {
  const channels = image.channels === 4 && options.alpha !== false ? 4 : 3;
  const source = image.channels;
  const texture = createFloatTexture(image.width, image.height, channels, undefined, { mipmaps: false });
  const { data } = texture.levels[0]!;
  for (let i = 0; i < image.width * image.height; i++) {
    const alpha = channels === 4 ? image.data[4 * i + 3]! / 255 : 1;
    for (let k = 0; k < 3; k++) {
      data[channels * i + k] = alpha * linearOfByte[image.data[source * i + (source === 1 ? 0 : k)]!]!;
    }
    if (channels === 4) data[4 * i + 3] = alpha;
  }
  return options.mipmaps === false ? texture : withMipLevels(texture);
}

/**
 * A texture of linear floats.
 *
 * @param data w·h·channels, kept, not copied; a new black array by default. After changing it call {@link
 *   updateMipLevels}.
 */
export function createFloatTexture(
  width: number,
  height: number,
  channels: 3 | 4,
  data?: Float32Array,
  options: TextureOptions = {},
): Texture {
  const pixels = data ?? new Float32Array(width * height * channels);
  if (!(width >= 1 && height >= 1) || pixels.length !== width * height * channels) {
    throw new RangeError(
      `createFloatTexture: expected ${width}×${height}×${channels} values, got ${pixels.length}.`,
    );
  }
  const texture: Texture = { channels, levels: [{ width, height, data: pixels }] };
  return options.mipmaps === false ? texture : withMipLevels(texture);
}

function withMipLevels(texture: Texture): Texture {
  const levels = [...texture.levels];
  let { width, height } = levels[0]!;
  while (width > 1 || height > 1) {
    width = Math.max(1, width >> 1);
    height = Math.max(1, height >> 1);
    levels.push({ width, height, data: new Float32Array(width * height * texture.channels) });
  }
  const full: Texture = { channels: texture.channels, levels };
  updateMipLevels(full);
  return full;
}

/** Recomputes the smaller copies after the data of level 0 has changed. Allocates nothing. */
export function updateMipLevels(texture: Texture): void {
  for (let k = 1; k < texture.levels.length; k++)
    halve(texture.levels[k - 1]!, texture.levels[k]!, texture.channels);
}

/**
 * Box filter: each texel is the mean over its share of the source, which is up to three texels wide for odd
 * sizes.
 */
function halve(from: TextureLevel, to: TextureLevel, channels: number): void {
  if (from.width === 2 * to.width && from.height === 2 * to.height) {
    quarter(from, to, channels);
    return;
  }
  const stepX = from.width / to.width;
  const stepY = from.height / to.height;
  for (let y = 0; y < to.height; y++) {
    const top = y * stepY;
    const bottom = top + stepY;
    for (let x = 0; x < to.width; x++) {
      const left = x * stepX;
      const right = left + stepX;
      const o = (y * to.width + x) * channels;
      for (let k = 0; k < channels; k++) to.data[o + k] = 0;
      for (let j = Math.floor(top); j < bottom && j < from.height; j++) {
        const high = Math.min(bottom, j + 1) - Math.max(top, j);
        for (let i = Math.floor(left); i < right && i < from.width; i++) {
          const weight = (high * (Math.min(right, i + 1) - Math.max(left, i))) / (stepX * stepY);
          const s = (j * from.width + i) * channels;
          for (let k = 0; k < channels; k++) to.data[o + k]! += weight * from.data[s + k]!;
        }
      }
    }
  }
}

/** The mean of each two by two texels. */
function quarter(from: TextureLevel, to: TextureLevel, channels: number): void {
  const row = from.width * channels;
  for (let y = 0, o = 0; y < to.height; y++) {
    for (let x = 0, i = 2 * y * row; x < to.width; x++, i += 2 * channels) {
      for (let k = i; k < i + channels; k++, o++)
        to.data[o] =
          0.25 *
          (from.data[k]! + from.data[k + channels]! + from.data[k + row]! + from.data[k + row + channels]!);
    }
  }
}

const singleSpot = new Float64Array(4);

/**
 * Samples a texture: bilinear within a level, linear between the two nearest levels.
 *
 * @param u, v Texture coordinates.
 * @param level 0 for the full size, 1 for half, fractions between; clamped to what there is.
 * @param out Receives `channels` values; alpha-premultiplied where there is alpha.
 */
export function sampleTexture(
  texture: Texture,
  u: number,
  v: number,
  level: number,
  out: Float32Array,
): void {
  singleSpot[0] = u;
  singleSpot[1] = v;
  singleSpot[2] = level;
  sampleSpot(texture, singleSpot, out);
}

/**
 * As {@link sampleTexture}, for hot loops: passing fractions as arguments would allocate a heap number for
 * each.
 *
 * @param spot u, v, level, and one value of working space.
 */
export function sampleSpot(texture: Texture, spot: Float64Array, out: Float32Array): void {
  const { levels, channels } = texture;
  const level = spot[2]!;
  const last = levels.length - 1;
  const clamped = level > 0 ? (level < last ? level : last) : 0;
  const fine = clamped | 0;
  const mix = clamped - fine;
  spot[3] = 1 - mix;
  sampleLevel(levels[fine]!, channels, spot, out, false);
  if (mix > 0) {
    spot[3] = mix;
    sampleLevel(levels[fine + 1]!, channels, spot, out, true);
  }
}

function sampleLevel(
  level: TextureLevel,
  channels: number,
  spot: Float64Array,
  out: Float32Array,
  add: boolean,
): void {
  const { width, height, data } = level;
  const weight = spot[3]!;
  let x = spot[0]! * width - 0.5;
  let y = spot[1]! * height - 0.5;
  x = x > 0 ? (x < width - 1 ? x : width - 1) : 0;
  y = y > 0 ? (y < height - 1 ? y : height - 1) : 0;
  const x0 = x | 0;
  const y0 = y | 0;
  const fx = x - x0;
  const fy = y - y0;
  const right = x0 + 1 < width ? channels : 0;
  const down = y0 + 1 < height ? width * channels : 0;
  const i = (y0 * width + x0) * channels;
  const w00 = (1 - fx) * (1 - fy) * weight;
  const w10 = fx * (1 - fy) * weight;
  const w01 = (1 - fx) * fy * weight;
  const w11 = fx * fy * weight;
  const j = i + right;
  const m = i + down;
  const n = m + right;
  // Written out: this runs for every pixel, and a loop over three or four channels costs half as much again.
  const r = w00 * data[i]! + w10 * data[j]! + w01 * data[m]! + w11 * data[n]!;
  const g = w00 * data[i + 1]! + w10 * data[j + 1]! + w01 * data[m + 1]! + w11 * data[n + 1]!;
  const b = w00 * data[i + 2]! + w10 * data[j + 2]! + w01 * data[m + 2]! + w11 * data[n + 2]!;
  out[0] = add ? out[0]! + r : r;
  out[1] = add ? out[1]! + g : g;
  out[2] = add ? out[2]! + b : b;
  if (channels === 4) {
    const alpha = w00 * data[i + 3]! + w10 * data[j + 3]! + w01 * data[m + 3]! + w11 * data[n + 3]!;
    out[3] = add ? out[3]! + alpha : alpha;
  }
}
