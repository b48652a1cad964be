import type { Image } from '../math/image.js';
import { byteOfLinear, linearOfByte } from './color.js';

/**
 * Averages `factor × factor` blocks of a linear picture with premultiplied alpha into an 8-bit image with
 * straight alpha.
 *
 * @param source (w·factor)·(h·factor)·4 values.
 * @param image Receives w·h pixels, four channels, sRGB-encoded.
 */
export function resolveSamples(source: Float32Array, factor: number, image: Image): void {
  const { width, height, data } = image;
  const row = width * factor * 4;
  const perSample = 1 / (factor * factor);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 0;
      for (let j = 0; j < factor; j++) {
        let i = (y * factor + j) * row + x * factor * 4;
        for (let k = 0; k < factor; k++, i += 4) {
          red += source[i]!;
          green += source[i + 1]!;
          blue += source[i + 2]!;
          alpha += source[i + 3]!;
        }
      }
      const o = 4 * (y * width + x);
      const straight = alpha > 0 ? 1 / alpha : 0;
      data[o] = byteOfLinear(red * straight);
      data[o + 1] = byteOfLinear(green * straight);
      data[o + 2] = byteOfLinear(blue * straight);
      data[o + 3] = Math.round(255 * alpha * perSample);
    }
  }
}

/** Samples of a raster target brought together into pixels. */
export interface PooledPixels {
  readonly width: number;
  readonly height: number;
  /**
   * w·h: of each pixel's farthest sample, so that cards behind an edge are not left out under its uncovered
   * part.
   */
  readonly inverseDepth: Float32Array;
  /** w·h·4 linear, premultiplied alpha: the mean of the samples. */
  readonly linear: Float32Array;
}

export function createPooledPixels(width: number, height: number): PooledPixels {
  return {
    width,
    height,
    inverseDepth: new Float32Array(width * height),
    linear: new Float32Array(4 * width * height),
  };
}

/**
 * Brings `factor × factor` samples together into pixels.
 *
 * @param inverseDepth, source one and four values per sample.
 * @param pixels Receives the result.
 */
export function poolSamples(
  { inverseDepth, width }: { readonly inverseDepth: Float32Array; readonly width: number },
  source: Float32Array,
  factor: number,
  pixels: PooledPixels,
): void {
  const weight = 1 / (factor * factor);
  for (let y = 0, o = 0; y < pixels.height; y++) {
    for (let x = 0; x < pixels.width; x++, o++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 0;
      let farthest = Infinity;
      for (let j = 0; j < factor; j++) {
        let i = (y * factor + j) * width + x * factor;
        for (let k = 0; k < factor; k++, i++) {
          red += source[4 * i]!;
          green += source[4 * i + 1]!;
          blue += source[4 * i + 2]!;
          alpha += source[4 * i + 3]!;
          if (inverseDepth[i]! < farthest) farthest = inverseDepth[i]!;
        }
      }
      pixels.linear[4 * o] = red * weight;
      pixels.linear[4 * o + 1] = green * weight;
      pixels.linear[4 * o + 2] = blue * weight;
      pixels.linear[4 * o + 3] = alpha * weight;
      pixels.inverseDepth[o] = farthest;
    }
  }
}

/**
 * Lays a picture with alpha over another of the same size, in linear light, in place.
 *
 * @param over Four channels.
 * @param under Three or four channels; its own alpha, if any, grows to cover what is laid over it.
 * @param opacity 0…1, multiplies the alpha of `over`.
 */
export function compositeOver(over: Image, under: Image, opacity = 1): void {
  if (
    over.channels !== 4 ||
    under.channels === 1 ||
    over.width !== under.width ||
    over.height !== under.height
  ) {
    throw new RangeError(
      `compositeOver: expected four channels over three or four of the same size, got ${over.width}×${over.height}×${over.channels} over ${under.width}×${under.height}×${under.channels}.`,
    );
  }
  const step = under.channels;
  for (let i = 0, o = 0, u = 0; i < over.width * over.height; i++, o += 4, u += step) {
    const alpha = (over.data[o + 3]! / 255) * opacity;
    if (alpha === 0) continue;
    const below = (step === 4 ? under.data[u + 3]! / 255 : 1) * (1 - alpha);
    const total = alpha + below;
    for (let k = 0; k < 3; k++) {
      const mixed = alpha * linearOfByte[over.data[o + k]!]! + below * linearOfByte[under.data[u + k]!]!;
      under.data[u + k] = byteOfLinear(mixed / total);
    }
    if (step === 4) under.data[u + 3] = Math.round(255 * total);
  }
}
