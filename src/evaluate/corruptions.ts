import { noiseProtocol } from '../data/noise/protocol.js';
import { faceRegion, type PixelBox } from '../data/occlusion/face-region.js';
import { greyBoxOf } from '../data/occlusion/grey-boxes.js';
import type { GreyBoxKind } from '../data/occlusion/grey-box-kinds.js';
import type { HandModel } from '../data/occlusion/hand/hand-file.js';
import type { OccludedFace } from '../data/occlusion/occluded-face.js';
import type { Occlusion } from '../data/occlusion/occlusion.js';
import { reachocc } from '../data/occlusion/reachocc.js';
import { synchocc } from '../data/occlusion/synchocc.js';
import type { JpegCodec } from '../data/jpeg.js';
import { createRandom } from '../data/random.js';
import type { Image } from '../math/image.js';
import type { CorruptionName } from './corruption-names.js';

/** Standard deviation of `noise`, of 255, and the middle grey of boxes. */
const SIGMA = 25;
const GREY = 128;

export interface CorruptionContext {
  /** The face as it was found in the clean photo. */
  readonly face: OccludedFace;
  readonly hand: HandModel;
  /** The rectangle that grey boxes refer to; default that of the face's visible skin. */
  readonly region?: PixelBox;
  /** Side of the square crop around the face, pixels, for the noise protocol. */
  readonly faceSize: number;
  readonly codec: JpegCodec;
}

/** A corrupted copy of a photo. */
export interface CorruptedPhoto {
  readonly image: Image;
  /** The occluder's or the effect's name, where there are several. */
  readonly kind?: string;
  /** Share of the face's visible skin that is hidden, 0…1, where it was measured. */
  readonly coverage?: number;
}

/** Corrupts a photo. The same photo, name, context and seed give the same picture. */
export async function corrupt(
  image: Image,
  name: CorruptionName,
  seed: string,
  { face, hand, region, faceSize, codec }: CorruptionContext,
): Promise<CorruptedPhoto> {
  const boxed = (kind: GreyBoxKind): Image =>
    greyed(image, greyBoxOf(region ?? faceRegion(face, image.width, image.height).box, kind, seed));
  switch (name) {
    case 'clean':
      return { image };
    case 'noise':
      return { image: withNoise(image, seed) };
    case 'half + noise':
      return { image: withNoise(boxed('half'), seed) };
    case 'reachocc':
      return described(reachocc(image, face, hand, seed));
    case 'synchocc':
      return described(synchocc(image, face, seed));
    case 'noise protocol': {
      const { image: noisy, effect } = await noiseProtocol(image, seed, { faceSize, codec });
      return { image: noisy, kind: effect };
    }
    default:
      return { image: boxed(name) };
  }
}

const described = ({ image, occluder, coverage }: Occlusion): CorruptedPhoto => ({
  image,
  kind: occluder,
  coverage,
});

function greyed(image: Image, box: PixelBox): Image {
  const data = Uint8Array.from(image.data);
  const from = Math.max(0, box.x);
  const to = Math.min(image.width, box.x + box.width);
  const { channels } = image;
  for (let y = Math.max(0, box.y); y < Math.min(image.height, box.y + box.height); y++)
    data.fill(GREY, channels * (y * image.width + from), channels * (y * image.width + Math.max(from, to)));
  return { ...image, data };
}

function withNoise(image: Image, seed: string): Image {
  const data = Uint8Array.from(image.data);
  const numbers = new Float32Array(data.length);
  createRandom(seed).fillNormal(numbers);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.max(0, Math.min(255, Math.round(data[i]! + SIGMA * numbers[i]!)));
  return { ...image, data };
}
