import { createImage } from '../math/image.js';
import type { Image } from '../math/image.js';

/** An image and its halved copies, each made at first use; the source of alias-free crops at any scale. */
export class ImagePyramid {
  readonly #levels: Image[];

  /** @throws RangeError when the image has no pixels or its data does not fit its size */
  constructor(image: Image) {
    const { width, height, channels, data } = image;
    if (!(width > 0 && height > 0) || data.length !== width * height * channels) {
      throw new RangeError(
        `ImagePyramid: expected width × height × channels values, received ${width}×${height}×${channels} with ${data.length} values.`,
      );
    }
    this.#levels = [image];
  }

  get width(): number {
    return this.#levels[0]!.width;
  }

  get height(): number {
    return this.#levels[0]!.height;
  }

  /** The image shrunk by 2^level; the deepest level is at least one pixel wide and high. */
  level(level: number): { image: Image; level: number } {
    while (this.#levels.length <= level) {
      const last = this.#levels.at(-1)!;
      if (last.width < 2 || last.height < 2) break;
      this.#levels.push(halve(last));
    }
    const available = Math.min(level, this.#levels.length - 1);
    return { image: this.#levels[available]!, level: available };
  }
}

/** Averages 2×2 blocks; an odd last row or column is dropped. Alpha is averaged like a colour. */
function halve(source: Image): Image {
  const { channels, data } = source;
  const result = createImage(source.width >> 1, source.height >> 1, channels);
  const row = source.width * channels;
  let target = 0;
  for (let y = 0; y < result.height; y++) {
    let at = 2 * y * row;
    for (let x = 0; x < result.width; x++) {
      for (let c = 0; c < channels; c++, at++) {
        result.data[target++] =
          (data[at]! + data[at + channels]! + data[at + row]! + data[at + row + channels]! + 2) >> 2;
      }
      at += channels;
    }
  }
  return result;
}
