import type { Image } from '../../math/image.js';
import { linearOfByte } from '../../render/color.js';

type Rgb = readonly [number, number, number];

/** Hair is surely hair from this likelihood on. */
export const SURELY_HAIR = 0.8;

/** Fewer places than this are no head of hair. */
const LEAST_PLACES = 60;

/**
 * The colour of a person's hair in the photo, linear: the median of each channel, so that strands in the
 * light and gaps between them do not count; none for the bald and the shaved.
 * @param places pairs of pixels that surely show hair
 */
export function hairTone({ width, height, channels, data }: Image, places: Float32Array): Rgb | undefined {
  const values: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i + 1 < places.length; i += 2) {
    const x = Math.floor(places[i]!);
    const y = Math.floor(places[i + 1]!);
    if (x < 0 || y < 0 || x >= width || y >= height) continue;
    for (let k = 0; k < 3; k++) values[k]!.push(linearOfByte[data[(y * width + x) * channels + k]!]!);
  }
  if (values[0].length < LEAST_PLACES) return undefined;
  return values.map((channel) => channel.toSorted((a, b) => a - b)[channel.length >> 1]!) as unknown as Rgb;
}
