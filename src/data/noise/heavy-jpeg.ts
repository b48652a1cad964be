import type { Image } from '../../math/image.js';
import { restoreAlpha } from '../alpha.js';
import { throughJpeg } from '../jpeg.js';
import { resample } from '../resample.js';
import { pixelsPerReference, type JpegNoiseContext, type NoiseEffect } from './effect.js';

/**
 * Saved as JPEG of poor quality. A larger face is first shrunk to 224 px and enlarged again afterwards, as
 * messengers do, so that the blocks of 8 px cover the same part of every face.
 */
export const heavyJpeg: NoiseEffect<'jpeg', JpegNoiseContext, Promise<Image>> = {
  name: 'jpeg',
  unit: 'quality, 1…100',
  levels: [30, 15, 7],
  async apply(image, level, _random, context) {
    const { width, height } = image;
    const scale = Math.max(1, pixelsPerReference(context));
    const small = scale === 1 ? image : resample(image, Math.ceil(width / scale), Math.ceil(height / scale));
    const saved = await throughJpeg(small, this.levels[level - 1]!, context.codec);
    return scale === 1 ? saved : restoreAlpha(image, resample(saved, width, height));
  },
};
