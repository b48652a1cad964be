import type { Image } from '../../math/image.js';
import { checkImage } from '../alpha.js';
import { createRandom } from '../random.js';
import { blurNoise } from './blur.js';
import { noiseLevels, type JpegNoiseContext, type NoiseLevel } from './effect.js';
import { gaussianNoise } from './gaussian.js';
import { heavyJpeg } from './heavy-jpeg.js';
import { lowLight } from './low-light.js';
import { lowResolution } from './low-resolution.js';
import { motionNoise } from './motion.js';
import { poissonNoise } from './poisson.js';
import { saltAndPepper } from './salt-and-pepper.js';
import { speckleNoise } from './speckle.js';

/** The nine effects of the noise protocol, by name. */
export const noiseEffects = {
  gaussian: gaussianNoise,
  'salt-and-pepper': saltAndPepper,
  speckle: speckleNoise,
  poisson: poissonNoise,
  blur: blurNoise,
  'motion-blur': motionNoise,
  'low-light': lowLight,
  jpeg: heavyJpeg,
  'low-resolution': lowResolution,
} as const;

export type NoiseName = keyof typeof noiseEffects;

/** An effect at one of its levels. */
export interface NoiseCondition {
  readonly effect: NoiseName;
  readonly level: NoiseLevel;
}

/** All 27 pairs of effect and level, effect by effect. */
export const noiseConditions: readonly NoiseCondition[] = (Object.keys(noiseEffects) as NoiseName[]).flatMap(
  (effect) => noiseLevels.map((level) => ({ effect, level })),
);

export interface NoisyImage extends NoiseCondition {
  readonly image: Image;
}

/**
 * Corrupts a photo with one of {@link noiseConditions}, each equally likely, chosen by the seed. The same
 * photo, seed and face size give the same bytes; JPEG as far as the codec does.
 *
 * @param condition instead of the one that the seed chooses; the noise itself still comes from the seed
 * @throws RangeError for an image or a face without pixels
 */
export async function noiseProtocol(
  image: Image,
  seed: number | string,
  context: JpegNoiseContext,
  condition?: NoiseCondition,
): Promise<NoisyImage> {
  checkImage('noiseProtocol', image);
  const random = createRandom(seed).fork('noise');
  const { effect, level } = condition ?? random.fork('condition').choice(noiseConditions);
  return {
    image: await noiseEffects[effect].apply(image, level, random.fork(effect), context),
    effect,
    level,
  };
}
