import type { Image } from '../../math/image.js';
import type { JpegCodec } from '../jpeg.js';
import type { Random } from '../random.js';

/** Side of the face crop, in pixels, for which the levels are stated. */
export const referenceFace = 224;

/** Strength of an effect: 1 weak, 2 medium, 3 strong. */
export const noiseLevels = [1, 2, 3] as const;
export type NoiseLevel = (typeof noiseLevels)[number];

/** What an effect has to know beside the image. */
export interface NoiseContext {
  /**
   * Side, in pixels of the image, of the square crop around the face. Levels mean the same in a crop scaled
   * to 224 px, however large the face is in the photo: lengths grow with it, and noise comes in grains of as
   * many pixels as fall on one of the crop. Where the face is smaller than 224 px, lengths shrink with it and
   * grains stay at one pixel.
   */
  readonly faceSize: number;
}

/** One corruption of the noise protocol. */
export interface NoiseEffect<
  Name extends string = string,
  Context extends NoiseContext = NoiseContext,
  Result = Image,
> {
  readonly name: Name;
  /** What {@link levels} count. */
  readonly unit: string;
  /** The strengths of levels 1, 2 and 3. */
  readonly levels: readonly [number, number, number];
  /** A corrupted copy; transparency is kept. The same random stream gives the same bytes. */
  apply(image: Image, level: NoiseLevel, random: Random, context: Context): Result;
}

/** What saving as JPEG needs in addition. */
export interface JpegNoiseContext extends NoiseContext {
  readonly codec: JpegCodec;
}

/** Pixels of the image per pixel of a crop of 224 px. @throws RangeError for a face without size */
export function pixelsPerReference({ faceSize }: NoiseContext): number {
  if (!(faceSize > 0 && faceSize < Infinity))
    throw new RangeError(`noise: expected a faceSize above 0 px, received ${faceSize}.`);
  return faceSize / referenceFace;
}
