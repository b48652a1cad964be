import { createImage, type Image } from '../math/image.js';
import { linearOfByte, linearToSrgb, luminance } from '../render/color.js';
import { restoreAlpha } from './alpha.js';
import { adjustDetail } from './detail.js';
import { throughJpeg, type JpegCodec } from './jpeg.js';
import type { Random } from './random.js';

/** What a camera made of a scene. */
export interface CameraLook {
  /** Brightening, stops. */
  readonly exposure: number;
  /** Red against blue, stops: positive is warmer. */
  readonly warmth: number;
  /** Magenta against green, stops: positive is more magenta. */
  readonly tint: number;
  /** −1…1: positive steepens the tone curve's middle, negative flattens it. */
  readonly contrast: number;
  /** Loss of light in the corners, share. */
  readonly vignette: number;
  /** Softness of the lens, sigma in pixels, 0…0.8. */
  readonly blur: number;
  /** How much of its difference to each neighbour is added to a pixel, 0…½. */
  readonly sharpening: number;
  /** Photons that fill a pixel at white; fewer are noisier. */
  readonly photons: number;
  /** Noise of the read-out, photons. */
  readonly readNoise: number;
  /** JPEG quality, 1…100. */
  readonly jpegQuality: number;
}

/** Least and greatest values. */
export type CameraRanges = { readonly [Effect in keyof CameraLook]: readonly [number, number] };

/** Ordinary photos of phones and cameras, of 224 px around the face. */
export const mildCamera: CameraRanges = {
  exposure: [-0.5, 0.5],
  warmth: [-0.25, 0.25],
  tint: [-0.08, 0.08],
  contrast: [-0.3, 0.4],
  vignette: [0, 0.25],
  blur: [0, 0.8],
  sharpening: [0, 0.2],
  photons: [400, 20_000],
  readNoise: [1, 4],
  jpegQuality: [60, 98],
};

/**
 * Draws a look: exposure and colour cluster around the middle of their ranges, photons are uniform in their
 * logarithm, half of the pictures are not vignetted or sharpened, the rest is uniform.
 */
export function drawCameraLook(random: Random, ranges: CameraRanges = mildCamera): CameraLook {
  const uniform = ([low, high]: readonly [number, number]): number => random.uniform(low, high);
  // The mean of two is likelier in the middle and never outside.
  const central = (range: readonly [number, number]): number => (uniform(range) + uniform(range)) / 2;
  const often = (range: readonly [number, number]): number =>
    random.uniform() < 0.5 ? range[0] : uniform(range);
  const [fewest, most] = ranges.photons;
  return {
    exposure: central(ranges.exposure),
    warmth: central(ranges.warmth),
    tint: central(ranges.tint),
    contrast: uniform(ranges.contrast),
    vignette: often(ranges.vignette),
    blur: uniform(ranges.blur),
    sharpening: often(ranges.sharpening),
    photons: fewest * (most / fewest) ** random.uniform(),
    readNoise: uniform(ranges.readNoise),
    jpegQuality: Math.round(uniform(ranges.jpegQuality)),
  };
}

/**
 * Shows an image as a camera would have photographed it, all but the JPEG file, in the order of a camera:
 * lens (blur, vignette), sensor (exposure and noise in linear light), white balance, tone curve, sharpening.
 * Transparency is kept.
 * @param random source of the sensor's noise
 */
export function applyCameraLook(image: Image, look: CameraLook, random: Random): Image {
  const soft = adjustDetail(image, look.blur ** 2 / 2);
  return restoreAlpha(image, adjustDetail(expose(soft, look, random), -look.sharpening));
}

/** How the camera effects are drawn and finished. */
export interface CameraSettings {
  /** Default {@link mildCamera}. */
  readonly ranges?: CameraRanges;
  /**
   * Saves the picture as JPEG as well; without it that is left to whoever writes the file, with the look's
   * quality.
   */
  readonly codec?: JpegCodec;
}

/**
 * Gives a synthetic photo a camera's traces: {@link drawCameraLook}, {@link applyCameraLook} and, with a
 * codec, JPEG.
 */
export async function cameraEffects(
  image: Image,
  random: Random,
  { ranges = mildCamera, codec }: CameraSettings = {},
): Promise<{ readonly image: Image; readonly look: CameraLook }> {
  const look = drawCameraLook(random.fork('look'), ranges);
  const photo = applyCameraLook(image, look, random.fork('sensor'));
  return { image: codec ? await throughJpeg(photo, look.jpegQuality, codec) : photo, look };
}

/**
 * Steps of linear light that the tone curve tells apart; fewer than one byte each even in the darkest parts.
 */
const TONES = 4096;
const encodedTones = Float32Array.from({ length: TONES + 1 }, (_, tone) => linearToSrgb(tone / TONES));

/** The byte of each step of linear light: sRGB, bent towards or away from an S. */
function toneCurve(contrast: number): Uint8Array {
  const curve = new Uint8Array(TONES + 1);
  for (let tone = 0; tone <= TONES; tone++) {
    const x = encodedTones[tone]!;
    curve[tone] = 255 * (x + contrast * (x * x * (3 - 2 * x) - x)) + 0.5;
  }
  return curve;
}

/** Brightening of red, green and blue that keeps a grey's luminance (Rec. 709). */
function whiteBalance({ warmth, tint }: CameraLook): [number, number, number] {
  const gains: [number, number, number] = [
    2 ** (warmth / 2 + tint / 2),
    2 ** (-tint / 2),
    2 ** (-warmth / 2 + tint / 2),
  ];
  const bright = luminance(gains);
  return gains.map((gain) => gain / bright) as [number, number, number];
}

function expose(image: Image, look: CameraLook, random: Random): Image {
  const { width, height, channels, data } = image;
  const out = createImage(width, height, channels);
  const curve = toneCurve(look.contrast);
  const gain = 2 ** look.exposure;
  const balance = whiteBalance(look);
  const tones = Float64Array.from(channels === 1 ? [1] : [...balance, 1], (factor) => factor * TONES);
  const readVariance = (look.readNoise / look.photons) ** 2;
  const photonVariance = 1 / look.photons;
  const numbers = new Float32Array(width * channels);
  // The corners' loss of light is that of their column and that of their row together.
  const loss = (gain * look.vignette * 4) / ((width - 1) ** 2 + (height - 1) ** 2 || 1);
  const columnLoss = Float64Array.from({ length: width }, (_, x) => loss * (x - (width - 1) / 2) ** 2);
  for (let y = 0, i = 0; y < height; y++) {
    random.fillNormal(numbers);
    const rowGain = gain - loss * (y - (height - 1) / 2) ** 2;
    for (let x = 0, k = 0; x < width; x++) {
      const reached = rowGain - columnLoss[x]!;
      for (let c = 0; c < channels; c++, i++, k++) {
        const light = linearOfByte[data[i]!]! * reached;
        const measured = light + Math.sqrt(light * photonVariance + readVariance) * numbers[k]!;
        const tone = measured * tones[c]! + 0.5;
        out.data[i] = curve[tone <= 0 ? 0 : tone >= TONES ? TONES : tone | 0]!;
      }
    }
  }
  return out;
}
