import { createImage, type Image } from '../../math/image.js';
import { parsingLabels, parsingClasses } from '../../network/parsing/parsing-classes.js';
import type { LabelShares } from '../../render/label-shares.js';
import type { FaceMeasures } from './face-areas.js';

/** How far behind the ends of the jaw's line the ears end, mm. */
const EAR = 35;

/**
 * Labels of a beard's vertices, V: full beards reach round the neck, and what grows on the nape looks like
 * hair of the head.
 * @param head V×3, mm, head space, of the mean head
 */
export function beardLabels(head: Float32Array, { landmark }: FaceMeasures): Uint8Array {
  const nape = landmark(0)[2] - EAR;
  return Uint8Array.from({ length: head.length / 3 }, (_, v) =>
    head[3 * v + 2]! < nape ? parsingLabels.hair : parsingLabels.skin,
  );
}

/** Room for the shares of the classes in a picture of `width × height`. */
export function createClassShares(width: number, height: number): LabelShares {
  const count = parsingClasses.length;
  return { labels: count, data: new Float32Array(width * height * count) };
}

/**
 * The map of the classes: of each pixel the one with the largest share. Where nothing is drawn the background
 * shows.
 * @param shares of a picture of `width × height`
 * @returns one channel, values 0…3 (`parsingClasses`)
 */
export function labelMap({ labels: count, data }: LabelShares, width: number, height: number): Image {
  const map = createImage(width, height, 1);
  for (let i = 0; i < width * height; i++) {
    let largest = 1;
    for (let k = 1; k < count; k++) largest -= data[count * i + k]!;
    for (let k = 1; k < count; k++) {
      const share = data[count * i + k]!;
      if (share <= largest) continue;
      largest = share;
      map.data[i] = k;
    }
  }
  return map;
}
