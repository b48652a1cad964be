import { createImage, type Image } from '../../math/image.js';
import { createRandom } from '../random.js';
import { coverageOf, faceRegion, type PixelBox } from './face-region.js';
import type { GreyBoxKind } from './grey-box-kinds.js';
import type { OccludedFace } from './occluded-face.js';
import { checkPhoto, type Occlusion } from './occlusion.js';

/** Middle grey. */
const GREY = 128;

/**
 * Covers a part of the face's rectangle with flat grey.
 *
 * @param box the rectangle of the face, as from `faceRegion` of the clean photo, so that it does not depend
 *   on what is covered
 * @param seed decides which half and where the random box lies
 */
export function greyBoxOf(box: PixelBox, kind: GreyBoxKind, seed: number | string): PixelBox {
  const random = createRandom(seed).fork('boxes').fork(kind);
  const { x, y, width, height } = box;
  switch (kind) {
    case 'half':
      return {
        x: random.uniform() < 0.5 ? x : x + Math.ceil(width / 2),
        y,
        width: Math.floor(width / 2),
        height,
      };
    case 'lower face':
      return { x, y: y + Math.round(height * 0.5), width, height: height - Math.round(height * 0.5) };
    // The eyes lie above the middle of a region that reaches from the brows' upper end to the chin.
    case 'eye band':
      return { x, y: y + Math.round(height * 0.22), width, height: Math.round(height * 0.28) };
    case 'random box': {
      const aspect = random.uniform(0.7, 1 / 0.7);
      const w = Math.min(width, Math.round(Math.sqrt(0.4 * width * height * aspect)));
      const h = Math.min(height, Math.round((0.4 * width * height) / w));
      return {
        x: x + Math.round(random.uniform(0, width - w)),
        y: y + Math.round(random.uniform(0, height - h)),
        width: w,
        height: h,
      };
    }
  }
}

/**
 * A photo with one of the evaluation's grey boxes over a face.
 * @throws RangeError for a photo without three channels, or a face outside of it
 */
export function greyBox(
  photo: Image,
  face: OccludedFace,
  kind: GreyBoxKind,
  seed: number | string,
): Occlusion {
  checkPhoto('greyBox', photo);
  const region = faceRegion(face, photo.width, photo.height);
  const box = greyBoxOf(region.box, kind, seed);
  const image: Image = { ...photo, data: Uint8Array.from(photo.data) };
  const mask = createImage(photo.width, photo.height, 1);
  for (let y = box.y; y < Math.min(photo.height, box.y + box.height); y++) {
    const row = y * photo.width;
    const end = Math.min(photo.width, box.x + box.width);
    mask.data.fill(255, row + box.x, row + end);
    image.data.fill(GREY, 3 * (row + box.x), 3 * (row + end));
  }
  return {
    image,
    mask,
    coverage: coverageOf(region, mask.data, photo.width),
    occluder: kind,
    parameters: { ...box },
  };
}
