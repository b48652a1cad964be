import { createImage, type Image } from '../../math/image.js';
import { restoreAlpha } from '../alpha.js';
import { pixelsPerReference, type NoiseContext } from './effect.js';

/** Whether each colour of a grain has its own random number, or all share one. */
export type GrainColours = 'own' | 'shared';

/** Changes the values `start` to `start + numbers.length − 1` of a row, each by its random number. */
type Shade = (from: Image['data'], to: Image['data'], start: number, numbers: Float32Array) => void;

/**
 * A copy of the image in which every value was changed by a random number. Square grains of several pixels
 * share theirs where the face is larger than the 224 px for which levels are stated; otherwise scaling the
 * crop down would average the noise away.
 *
 * @param draw fills an array with random numbers; grains take them in the order of rows
 */
export function withGrain(
  image: Image,
  context: NoiseContext,
  colours: GrainColours,
  draw: (numbers: Float32Array) => void,
  shade: Shade,
): Image {
  const grain = Math.max(1, Math.round(pixelsPerReference(context)));
  const { width, height, channels, data } = image;
  const out = createImage(width, height, channels);
  const perGrain = colours === 'own' ? channels : 1;
  const drawn = new Float32Array(Math.ceil(width / grain) * perGrain);
  // Where each value has a number of its own, the drawn ones are used as they are.
  const numbers = drawn.length === width * channels ? drawn : new Float32Array(width * channels);
  for (let y = 0; y < height; y++) {
    if (y % grain === 0) {
      draw(drawn);
      if (numbers !== drawn) spread(drawn, numbers, grain, channels, perGrain);
    }
    shade(data, out.data, y * width * channels, numbers);
  }
  return restoreAlpha(image, out);
}

function spread(
  drawn: Float32Array,
  numbers: Float32Array,
  grain: number,
  channels: number,
  perGrain: number,
): void {
  for (let i = 0, x = 0; i < numbers.length; x++) {
    const at = Math.floor(x / grain) * perGrain;
    for (let c = 0; c < channels; c++) numbers[i++] = drawn[perGrain === 1 ? at : at + c]!;
  }
}

/** The byte nearest to a value; out of range is clipped. */
export function clippedByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}
