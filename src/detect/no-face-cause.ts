import type { Image } from '../math/image.js';
import { defaultMinFace } from './face-detector.js';
import { findFaces, scoreThatTakes, type FaceFinders, type FindFacesOptions } from './find-faces.js';
import { ImagePyramid } from './image-pyramid.js';

/** What may be a face; pixels of the photo. */
export interface LikelyFace {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Degrees, anticlockwise in the picture. */
  readonly roll: number;
  /** The largest `threshold` with which it is found; 0 where none would do. */
  readonly threshold: number;
}

/** Why no face was found in a photo, as far as the photo tells: the first of these that holds. */
export type NoFaceCause =
  /** The picture has hardly any pixels. */
  | { readonly kind: 'tiny'; readonly width: number; readonly height: number }
  /** Share of it that is transparent, 0…1. */
  | { readonly kind: 'transparent'; readonly share: number }
  /** Something may be a face, but smaller than asked for, or doubtful. */
  | { readonly kind: 'small'; readonly face: LikelyFace; readonly minFace: number }
  | { readonly kind: 'doubtful'; readonly face: LikelyFace }
  /** Mean brightness of the picture, 0…255. */
  | { readonly kind: 'dark'; readonly brightness: number }
  /** The picture has one colour. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'none'; readonly minFace: number };

/** Pictures of a shorter side below this many pixels have no room for a face. */
const TINY = 24;
/** Share of transparency from which it is likelier than anything else to hide the face. */
const MOSTLY_TRANSPARENT = 0.6;
/** Mean of a picture's 8-bit values, and their range, below which it is dark, or plain. */
const DARK = 35;
const PLAIN = 6;
/** The second search is as lenient as this. */
const lenient = { threshold: 0.03, leastFace: 12 } as const;

/**
 * Looks for what keeps a face of a photo from being found, with a second, lenient search.
 * @param options with which none was found
 * @param transparent share of the photo that was transparent before it was laid on white, 0…1
 */
export async function noFaceCause(
  finders: FaceFinders,
  pyramid: ImagePyramid,
  options: FindFacesOptions = {},
  transparent = 0,
): Promise<NoFaceCause> {
  const { width, height } = pyramid;
  const { minFace = defaultMinFace(pyramid) } = options;
  if (Math.min(width, height) < TINY) return { kind: 'tiny', width, height };
  if (transparent > MOSTLY_TRANSPARENT) return { kind: 'transparent', share: transparent };
  const { mean, range } = brightness(pyramid);
  if (range < PLAIN && mean >= DARK) return { kind: 'plain' };
  const [face] = await findFaces(finders, pyramid, {
    threshold: Math.min(lenient.threshold, options.threshold ?? 1),
    minFace: Math.min(minFace, lenient.leastFace),
    maxFaces: 1,
  });
  const likely = face && {
    box: face.box,
    roll: face.roll,
    threshold: scoreThatTakes(face),
  };
  if (likely && likely.box.width < 0.75 * minFace) return { kind: 'small', face: likely, minFace };
  if (mean < DARK) return { kind: 'dark', brightness: mean };
  return likely ? { kind: 'doubtful', face: likely } : { kind: 'none', minFace };
}

/** Mean of a picture's values, and the distance between the least and the largest, of a small copy. */
function brightness(pyramid: ImagePyramid): { readonly mean: number; readonly range: number } {
  const level = Math.max(0, Math.floor(Math.log2(Math.min(pyramid.width, pyramid.height) / 32)));
  const { data, channels }: Image = pyramid.level(level).image;
  // Of three colours, green is nearest to brightness.
  const values = Array.from(data).filter((_, k) => k % channels === (channels === 1 ? 0 : 1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const least = values.reduce((fewest, value) => Math.min(fewest, value), 255);
  return { mean, range: largest - least };
}
